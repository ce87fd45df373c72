"""Recomputing the decided sheets of a period: what checks have shown, and signing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cells.models import Job
from cells.views.jobs import progress_answer
from evaluations.forms.recomputing import RecomputeForm
from evaluations.models import Period, Recomputation
from evaluations.reports.recomputations import (
    codes_of,
    differences_of,
    results_in_words,
    results_of,
    runs_of,
    standing_of,
)
from evaluations.services.recompute import RECOMPUTE
from evaluations.tasks import recompute_request
from evaluations.views.periods import administers_the_root

UNITS_FIRST = 10
UNITS = 50
RUNS = 20
UNDER_WAY = "Đang có một lần tính lại khác chạy. Chờ xong, xem kết quả mới rồi ký lại."
NOTHING_TO_SIGN = "Lần kiểm tra mới nhất không còn khác biệt nào để ký. Chưa tính lại gì."


@require_GET
@administers_the_root
def recompute(request, period):
    """Show the newest result, what it calls for, and all runs."""
    return _page(request, _period(period))


@require_POST
@administers_the_root
def recompute_check(request, period):
    held = _period(period)
    recompute_request(period=held, by=request.user)
    messages.info(request, "Đang kiểm tra. Trang sẽ tự hiện kết quả khi xong.")
    return redirect("evaluations:recompute", held.code)


@require_POST
@administers_the_root
def recompute_sign(request, period):
    """Ask for the recompute that was seen to be carried out, under a reason."""
    held = _period(period)
    standing = standing_of(held)
    if standing is None or not standing.can_sign:
        messages.warning(request, NOTHING_TO_SIGN)
        return redirect("evaluations:recompute", held.code)
    form = RecomputeForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        job = recompute_request(period=held, by=request.user, **asked)
        wanted = {"period": held.code, **asked}
        if job.parameters == wanted and job.created_by_id == request.user.pk:
            messages.info(request, "Đang tính lại. Trang sẽ tự hiện kết quả khi xong.")
            return redirect("evaluations:recompute", held.code)
        form.add_error("reason", UNDER_WAY)
    return _page(request, held, form, status=422)


@require_GET
@administers_the_root
def recompute_progress(request, period):
    """Say how far the check under way has come; asked again every second."""
    held = _period(period)
    job = _last_job(held)
    if job is None:
        raise Http404
    return progress_answer(request, job, _progress_url(held))


@require_GET
@administers_the_root
def recomputation(request, period, pk):
    """Show one run: what differed, or what a signed one put in place of what."""
    run = get_object_or_404(
        Recomputation.objects.select_related("period", "by"), period__code=period, pk=pk
    )
    asked = request.GET.get("q", "").strip()
    found = results_of(run, asked) if run.is_signed else codes_of(run, asked)
    page = Paginator(found, UNITS).get_page(request.GET.get("page"))
    context = {"period": run.period, "run": run, "q": asked, "page": page}
    if run.is_signed:
        context["results"] = results_in_words(page)
    else:
        context["units"] = differences_of(run, page)
    return render(request, "evaluations/recomputation.html", context)


def _period(code) -> Period:
    return get_object_or_404(Period.objects.opened(), code=code)


def _page(request, period, form=None, status=200):
    standing = standing_of(period)
    run = standing.run if standing else None
    codes = codes_of(run) if run else []
    can_sign = standing is not None and standing.can_sign
    if form is None and can_sign:
        form = RecomputeForm(initial={"expected": run.sheets})
    context = {
        "period": period,
        "standing": standing,
        "run": run,
        "units": differences_of(run, codes[:UNITS_FIRST]) if codes else [],
        "more": max(0, len(codes) - UNITS_FIRST),
        "form": form,
        "can_sign": can_sign,
        "job": _job(period, run),
        "poll_url": _progress_url(period),
        "page": Paginator(runs_of(period).defer("differences"), RUNS).get_page(
            request.GET.get("page")
        ),
    }
    return render(request, "evaluations/recompute.html", context, status=status)


def _job(period, run: Recomputation | None) -> Job | None:
    """Return the job under way, or the failed one that no result has followed."""
    job = _last_job(period)
    if job is None or job.state == Job.State.DONE:
        return None
    if job.state == Job.State.FAILED and run and run.at > job.created_at:
        return None
    return job


def _last_job(period) -> Job | None:
    return Job.objects.filter(kind=RECOMPUTE, key=period.code).order_by("-created_at").first()


def _progress_url(period) -> str:
    return reverse("evaluations:recompute_progress", args=[period.code])
