"""Importing workbooks: choose a file, see what it would do, then do exactly that."""

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells.marked_workbook import can_be_marked, marked_workbook
from cells.models import Job, Unit
from evaluations.forms.imports import UploadForm
from evaluations.models import Period
from evaluations.reports.import_groups import error_groups
from evaluations.reports.imports import exports_for, summary
from evaluations.reports.sheet_book import sheet_book
from evaluations.reports.sheets_xlsx import sheets_xlsx
from evaluations.reports.templates_xlsx import template_xlsx
from evaluations.services.errors import RefusedError
from evaluations.services.imports import (
    JOB_KIND,
    KINDS,
    is_applied,
    kinds_of,
    report_stored,
    upload_apply,
    upload_path,
    upload_test,
)
from evaluations.services.sheet_rows import PASSABLE

ERRORS_SHOWN, DETAILS_SHOWN = 100, 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _kinds_or_404(request):
    kinds = kinds_of(request.user)
    if not kinds:
        raise Http404
    return kinds


@require_http_methods(["GET", "POST"])
def import_page(request):
    """Show the form; a posted file is tested and its report shown on a page of its own."""
    kinds = _kinds_or_404(request)
    form = UploadForm(request.POST or None, request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        upload = upload_test(by=request.user, **form.cleaned_data)
        return redirect("evaluations:import_run", pk=upload.pk)
    context = {
        "form": form,
        "kinds": kinds,
        "exports": exports_for(request.user),
    }
    status = 422 if form.is_bound else 200
    return render(request, "evaluations/import.html", context, status=status)


def _own(request, pk):
    """Return an upload of this user; for everybody else there is no such page."""
    return get_object_or_404(Job, pk=pk, kind=JOB_KIND, created_by=request.user)


@require_GET
@never_cache
def import_run(request, pk):
    """Show what the file would do, or did."""
    upload = _own(request, pk)
    kind = KINDS[upload.parameters["kind"]]
    report, applied = report_stored(upload), is_applied(upload)
    waits = upload_path(upload).exists()
    level, text = summary(report, noun=kind.noun, applied=applied, waits=waits)
    changes = bool(report.created or report.updated)
    passable = bool(report.errors) and all(error.kind in PASSABLE for error in report.errors)
    context = {
        "upload": upload,
        "level": level,
        "text": text,
        "report": report,
        "groups": error_groups(report.errors, shown=ERRORS_SHOWN),
        "changes": report.changes[:DETAILS_SHOWN],
        "more_changes": max(0, report.changes_total - DETAILS_SHOWN),
        "applied": applied,
        "can_apply": changes and waits and not report.errors and not applied,
        "can_skip": waits and passable and not applied,
        "can_mark": not applied and can_be_marked(upload_path(upload), report),
        "is_export": kind.code == "sheets",
    }
    return render(request, "evaluations/import_run.html", context)


@require_POST
def import_apply(request, pk):
    upload = _own(request, pk)
    try:
        skip = request.POST.get("skip") == "1"
        upload = upload_apply(upload=upload, by=request.user, skip=skip)
    except RefusedError as error:
        messages.error(request, error.message)
    else:
        if is_applied(upload):
            messages.success(request, "Đã nhập xong.")
        else:
            messages.error(request, "Chưa nhập gì: dữ liệu đã thay đổi sau khi kiểm tra.")
    return redirect("evaluations:import_run", pk=pk)


@require_GET
@never_cache
def import_marked(request, pk):
    """Send the file as it was uploaded, with its errors marked."""
    upload = _own(request, pk)
    report, path = report_stored(upload), upload_path(upload)
    if is_applied(upload) or not can_be_marked(path, report):
        messages.error(request, "Tệp không còn hoặc không có ô nào để đánh dấu. Chọn lại tệp.")
        return redirect("evaluations:import_run", pk=pk)
    name = upload.parameters["name"].removesuffix(".xlsx").replace('"', "")
    return FileResponse(
        BytesIO(marked_workbook(path, report)),
        as_attachment=True,
        filename=f"{name}-loi.xlsx",
        content_type=XLSX,
    )


@require_GET
def import_template(request, kind):
    """Send the template of a kind that this user may import."""
    if kind not in {known.code for known in _kinds_or_404(request)}:
        raise Http404
    content = template_xlsx(kind, request.user)
    if content is None:
        raise Http404
    return attachment(content, f"mau-{kind}.xlsx")


@require_GET
@never_cache
def sheets_file(request, period, code):
    """Send the sheets below a unit as a workbook to fill in."""
    held = get_object_or_404(Period.objects.opened(), code=period)
    unit = get_object_or_404(Unit.objects.editable_by(request.user), code=code)
    criteria = request.GET.get("bo", "")
    data = sheet_book(user=request.user, period=held, unit=unit, criteria=criteria)
    if data is None:
        raise Http404
    return attachment(sheets_xlsx(data), f"phieu-{period}-{code}.xlsx")


def attachment(content, name):
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
