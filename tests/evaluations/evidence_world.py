"""Files to attach, and short ways to attach them."""

from django.core.files.uploadedfile import SimpleUploadedFile

from cells.models import Door
from evaluations.services.evidence import About, evidence_add
from evaluations.services.evidence_files import file_take

PDF = b"%PDF-1.7\nNghi quyet"
PNG = b"\x89PNG\r\n\x1a\n anh chup"


def pdf(name="bien-ban.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="text/html")


def attached(sheet, by, *, line="1.1", file=None, title="", **more):
    """Attach a file to a line; return what attaching gave."""
    return evidence_add(
        sheet=sheet,
        line=line,
        taken=file_take(file or pdf()),
        about=About(title=title),
        by=by,
        door=Door.WEB,
        **more,
    )
