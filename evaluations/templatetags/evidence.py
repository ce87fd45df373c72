"""What the pages of a sheet ask about its evidence."""

from django import template
from django.conf import settings

from cells.file_kinds import ACCEPTED, ENDINGS
from evaluations.services.evidence_files import megabytes

register = template.Library()


@register.filter
def evidence_count(sheet, line):
    """Return how many pieces of evidence a line holds; counted once for the whole page."""
    return sheet.evidence_counts.get(line, 0)


@register.simple_tag
def evidence_limits():
    most = settings.EVIDENCE_FILE_BYTES
    return {
        "accepted": ACCEPTED,
        "endings": ",".join(ENDINGS),
        "bytes": most,
        "most": megabytes(most),
    }
