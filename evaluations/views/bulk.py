"""Treating many sheets alike: choose, look at what would happen, do it, read the report."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Job
from cells.vietnamese import fold
from evaluations.forms.appraisal import BulkForm
from evaluations.models import Period
from evaluations.services.bulk_plans import ACTIONS, bulk_plan, candidates
from evaluations.services.bulk_runs import BULK, bulk_request
from evaluations.services.waiting import waiting_among

JUDGING = (
    access.APPRAISE, access.APPRAISE_COMMITTEE, access.DECIDE, access.DECIDE_COMMITTEE,
)  # fmt: skip


@require_GET
def bulk(request, period):
    """List the sheets an action may be done to; `q` and `loc` narrow the list."""
    held, action = _asked(request, period, request.GET)
    form = BulkForm(sheets=candidates(request.user, held, action), action=action)
    return _page(request, held, action, form)


@require_POST
def bulk_preview(request, period):
    """Show which of the chosen sheets would be treated, and which not and why."""
    held, action = _asked(request, period, request.POST)
    form = _bound(request, held, action)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, held, action, form, status=200 if form.is_valid() else 422)
    keys = [sheet.pk for sheet in form.cleaned_data["sheets"]]
    plan = bulk_plan(request.user, held, action, keys)
    context = {"period": held, "action": action, "form": form, "plan": plan}
    return render(request, "evaluations/bulk_preview.html", context)


@require_POST
def bulk_start(request, period):
    """Begin the work on what was previewed; the page of the work tells what became of it."""
    held, action = _asked(request, period, request.POST)
    form = _bound(request, held, action)
    if not form.is_valid():
        return _page(request, held, action, form, status=422)
    given = dict(form.cleaned_data)
    plan = bulk_plan(request.user, held, action, [sheet.pk for sheet in given.pop("sheets")])
    if _stamps(request) != {str(pk): stamp for pk, stamp in plan.stamps.items()}:
        # Something changed between the preview and now: it is looked at again first.
        context = {"period": held, "action": action, "form": form, "plan": plan, "changed": True}
        return render(request, "evaluations/bulk_preview.html", context, status=409)
    job = bulk_request(plan=plan, period=held, by=request.user, **given)
    return redirect("evaluations:bulk_result", held.code, job.pk)


@require_GET
def bulk_result(request, period, pk):
    """Show how far the work is; then what became of each sheet."""
    job = get_object_or_404(
        Job, pk=pk, kind=BULK, created_by=request.user, parameters__period=period
    )
    rows = (job.result or {}).get("rows", [])
    context = {
        "job": job,
        "period": get_object_or_404(Period, code=period),
        "action": ACTIONS[job.parameters["action"]],
        "done": [row for row in rows if not row["why"]],
        "left": [row for row in rows if row["why"]],
        "poll_url": reverse("cells:job", args=[job.pk]),
    }
    return render(request, "evaluations/bulk_result.html", context)


def _asked(request, period, given):
    held = get_object_or_404(Period.objects.opened(), code=period)
    action = ACTIONS.get(given.get("viec", "chap-nhan"))
    if action is None or not any(access.reach(request.user, one) for one in JUDGING):
        raise Http404
    return held, action


def _bound(request, held, action):
    sheets = candidates(request.user, held, action)
    return BulkForm(request.POST, sheets=sheets, action=action)


def _stamps(request) -> dict[str, str]:
    pairs = (text.split("=", 1) for text in request.POST.getlist("stamp") if "=" in text)
    return dict(pairs)


def _page(request, held, action, form, status=200):
    sheets = list(candidates(request.user, held, action))
    waiting = waiting_among(sheets)
    text, chosen = request.GET.get("q", ""), request.GET.get("loc", "")
    rows = [
        (sheet, len(waiting[sheet.pk]))
        for sheet in sheets
        if _matches(sheet, text) and (chosen != "xong" or not waiting[sheet.pk])
    ]
    context = {
        "period": held,
        "action": action,
        "actions": ACTIONS.values(),
        "form": form,
        "rows": rows,
        "hidden": len(sheets) - len(rows),
        "chosen": {str(pk) for pk in form["sheets"].value() or []} if form.is_bound else set(),
        "q": text,
        "loc": chosen,
    }
    return render(request, "evaluations/bulk.html", context, status=status)


def _matches(sheet, text) -> bool:
    return all(word in sheet.unit.search for word in fold(text).split())
