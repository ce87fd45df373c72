"""Sheets on paper: one form, those that the work queue shows, the minutes of the meeting."""

from io import BytesIO

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cells.documents.docx import docx_bytes
from cells.documents.pdf import pdf_bytes
from cells.models import Job
from evaluations.models import Evaluation, Period
from evaluations.queue_filter import QueueFilter
from evaluations.reports.minutes import minutes_of
from evaluations.reports.paper_forms import forms_pdf, sheets_to_print
from evaluations.reports.paper_jobs import AT_MOST, AT_ONCE, PAPERS, paper_path, papers_request

# The word of the address → whether the form holds what is stored.
FILLINGS = {"trang": False, "da-dien": True}
WRITERS = {"pdf": pdf_bytes, "docx": docx_bytes}


@require_GET
@never_cache
def form_paper(request, period, code, filling):
    """Send the form of one sheet, blank or filled."""
    if filling not in FILLINGS:
        raise Http404
    within = Evaluation.objects.visible_to(request.user).filter(
        period__code=period, unit__code=code
    )
    sheets = sheets_to_print(within)
    if not sheets:
        raise Http404
    content = forms_pdf(sheets=sheets, user=request.user, is_filled=FILLINGS[filling])
    return _pdf(content, f"phieu-{period}-{code}-{filling}.pdf")


@require_GET
@never_cache
def minutes_paper(request, period, code, ending):
    """Send the draft of the minutes of the meeting that votes on a sheet."""
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).of(period, code))
    if ending not in WRITERS:
        raise Http404
    content = WRITERS[ending](minutes_of(found))
    name = f"bien-ban-{period}-{code}.{ending}"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


@require_http_methods(["GET", "POST"])
def papers(request, period):
    """Show which sheets would be printed, as the queue is filtered; then print them."""
    held = get_object_or_404(Period.objects.opened(), code=period)
    asked = QueueFilter.read(request.GET)
    within = asked.rows(Evaluation.objects.visible_to(request.user).owed().filter(period=held))
    keys = list(within.order_by("path").values_list("pk", flat=True)[: AT_MOST + 1])
    if request.method == "POST" and 0 < len(keys) <= AT_MOST:
        return _print(
            request, held, keys, is_filled=FILLINGS.get(request.POST.get("filling", ""), False)
        )
    context = {
        "period": held,
        "count": len(keys) if len(keys) <= AT_MOST else within.count(),
        "at_most": AT_MOST,
        "is_background": len(keys) > AT_ONCE,
        "is_filtered": any((asked.state, asked.kind, asked.q, asked.subject, asked.flagged)),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "evaluations/papers.html", context, status=status)


def _print(request, period, keys, *, is_filled):
    if len(keys) > AT_ONCE:
        job = papers_request(period=period, sheets=keys, is_filled=is_filled, by=request.user)
        return redirect("evaluations:paper_run", pk=job.pk)
    sheets = sheets_to_print(Evaluation.objects.visible_to(request.user).filter(pk__in=keys))
    content = forms_pdf(sheets=sheets, user=request.user, is_filled=is_filled)
    return _pdf(content, f"phieu-{period.code}.pdf")


@require_GET
@never_cache
def paper_run(request, pk):
    """Show how far the printing is, and the file once it is there."""
    job = _own(request, pk)
    context = {
        "job": job,
        "period": get_object_or_404(Period, code=job.parameters["period"]),
        "is_ready": job.state == Job.State.DONE and paper_path(job).exists(),
    }
    return render(request, "evaluations/paper_run.html", context)


@require_GET
@never_cache
def paper_file(request, pk):
    job = _own(request, pk)
    path = paper_path(job)
    if job.state != Job.State.DONE or not path.exists():
        return redirect("evaluations:paper_run", pk=job.pk)
    filling = "da-dien" if job.parameters["filled"] else "trang"
    return _pdf(path.read_bytes(), f"phieu-{job.parameters['period']}-{filling}.pdf")


def _own(request, pk):
    """Return a printing of this user; for everybody else there is no such page."""
    return get_object_or_404(Job, pk=pk, kind=PAPERS, created_by=request.user)


def _pdf(content, name):
    return FileResponse(
        BytesIO(content), as_attachment=True, filename=name, content_type="application/pdf"
    )
