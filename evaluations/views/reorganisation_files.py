"""Many reorganisations from one file: choose it, see what it would do, then do exactly that."""

from itertools import islice

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Job, Reorganisation
from evaluations.forms.imports import WorkbookForm
from evaluations.reports.import_groups import error_groups
from evaluations.reports.reorganisation_template import reorganisation_template
from evaluations.reports.reorganisations import (
    file_kinds,
    file_summary,
    file_warnings,
    grouped,
)
from evaluations.services.errors import RefusedError
from evaluations.services.imports import upload_path
from evaluations.services.reorganisation_uploads import (
    TRIAL,
    carrying_out,
    plans_apply,
    plans_upload,
    report_of,
)
from evaluations.views.imports import attachment

ROWS_SHOWN = 200
KINDS = dict(Reorganisation.Kind.choices)


def _require_right(request):
    if not access.reach(request.user, access.REORGANISE):
        raise Http404


@require_http_methods(["GET", "POST"])
def reorganisation_file(request):
    """Show the form; a posted file is tried in the background, on a page of its own."""
    _require_right(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WorkbookForm(*sent, button="Chạy thử tệp")
    if form.is_valid():
        trial = plans_upload(file=form.cleaned_data["file"], by=request.user)
        return redirect("evaluations:reorganisation_run", pk=trial.pk)
    status = 422 if form.is_bound else 200
    return render(request, "evaluations/reorganisation_file.html", {"form": form}, status=status)


@require_GET
def reorganisation_file_template(request):
    _require_right(request)
    return attachment(reorganisation_template(request.user), "mau-sap-xep-to-chuc.xlsx")


def _own(request, pk):
    """Return a trial of this user; for everybody else there is no such page."""
    _require_right(request)
    return get_object_or_404(Job, pk=pk, kind=TRIAL, created_by=request.user)


@require_GET
@never_cache
def reorganisation_run(request, pk):
    """Show how far the trial is, what the file would do, or what it did."""
    trial = _own(request, pk)
    job = carrying_out(trial) or trial
    report = report_of(job)
    waits = upload_path(trial).exists()
    level, text = file_summary(report, waits=waits)
    context = {
        "trial": trial,
        "job": job,
        "poll_url": reverse("cells:job", args=[job.pk]),
        "is_done": job.state == Job.State.DONE,
        "level": level,
        "text": text,
        "report": report,
        "kinds": file_kinds(report),
        "groups": grouped(report.effects),
        "errors": error_groups(report.errors, shown=ROWS_SHOWN),
        **_cut("warnings", file_warnings(report)),
        **_cut("lines", [(line, KINDS[line.kind]) for line in report.lines]),
        "can_apply": trial.state == job.state == Job.State.DONE
        and waits
        and report.lines
        and not report.errors
        and not report.applied,
    }
    return render(request, "evaluations/reorganisation_run.html", context)


def _cut(name, rows):
    """Return the rows that a page holds, and how many it does not."""
    return {name: list(islice(rows, ROWS_SHOWN)), f"more_{name}": max(0, len(rows) - ROWS_SHOWN)}


@require_POST
def reorganisation_run_apply(request, pk):
    try:
        plans_apply(trial=_own(request, pk), by=request.user)
    except RefusedError as error:
        messages.error(request, error.message)
    return redirect("evaluations:reorganisation_run", pk=pk)
