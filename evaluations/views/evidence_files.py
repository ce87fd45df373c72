"""Files of evidence, sent to whoever may see a sheet that uses them; the store of a unit."""

from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cells.models import Unit
from cells.vietnamese import tidy
from evaluations.models import Evaluation, Evidence, EvidenceFile, EvidenceUse
from evaluations.reports.evidence import store_of, with_newest
from evaluations.services.evidence_files import file_path

ROWS = 20
# A picture that a browser shows: it may load, run and frame nothing.
SEALED = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


@require_GET
@never_cache
def download(request, pk):
    """Send the bytes as they came, to be stored and never shown by the browser."""
    file = _file(request, pk)
    return _sent(file, as_attachment=True)


@require_GET
@never_cache
def preview(request, pk):
    """Show a picture; every other kind is only to be downloaded."""
    file = _file(request, pk)
    if not file.told.is_picture:
        raise Http404
    response = _sent(file, as_attachment=False)
    response["Content-Security-Policy"] = SEALED
    return response


def _file(request, pk):
    return get_object_or_404(EvidenceFile.objects.visible_to(request.user), pk=pk)


def _sent(file, *, as_attachment):
    try:
        stored = file_path(file.sha256).open("rb")
    except OSError as error:
        raise Http404("Tệp không còn trong kho.") from error
    response = FileResponse(
        stored,
        as_attachment=as_attachment,
        filename=file.name,
        content_type=file.told.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def document(request, pk):
    """Show one piece of evidence: its revisions, and the lines that use it or did."""
    found = get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("unit", "created_by"), pk=pk
    )
    uses = (
        EvidenceUse.objects.filter(
            evidence=found, evaluation__in=Evaluation.objects.visible_to(request.user)
        )
        .select_related("evaluation__period", "evaluation__unit", "file", "by", "detached_by")
        .order_by("-pk")
    )
    files = EvidenceFile.objects.visible_to(request.user).filter(evidence=found)
    context = {
        "evidence": found,
        "files": files.select_related("by"),
        "uses": uses,
        "may_see_unit": Unit.objects.visible_to(request.user).filter(pk=found.unit_id).exists(),
    }
    return render(request, "evaluations/evidence_document.html", context)


@require_GET
def store(request, code):
    """List the evidence of a unit: find a document again and see what it is used for."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), code=code)
    text = tidy(request.GET.get("q", ""))[:60]
    page = Paginator(store_of(unit, request.user, text), ROWS).get_page(request.GET.get("page"))
    context = {"unit": unit, "q": text, "page": page, "rows": with_newest(page, request.user)}
    return render(request, "evaluations/evidence_store.html", context)
