"""Work in the background: rankings and checks, by request and at night; what drafts change."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cells.models import Door, Job, Unit, User
from cells.services import mails
from cells.services.jobs import JobRefusedError, Progress, job_handler, job_request
from evaluations.models import CriteriaDraft, Evaluation, Period, Ranking, Recomputation, State
from evaluations.reports.paper_jobs import PAPERS, papers_print
from evaluations.rules.criteria import CriteriaError
from evaluations.services.bulk_runs import BULK, bulk_run
from evaluations.services.errors import RefusedError
from evaluations.services.impact import IMPACT, impact_summary
from evaluations.services.rankings import (
    RANKING,
    ranking_build,
    ranking_key,
    result_of,
    root_scope,
)
from evaluations.services.recompute import (
    RECOMPUTE,
    recomputation_result,
    recompute_check,
    recompute_sign,
)
from evaluations.services.reminders import reminders_send
from evaluations.services.reorganisation_uploads import (
    CARRYING_OUT,
    TRIAL,
    file_run,
    trial_run,
)

# A period counts as recent for the nights in which its last decisions still come in.
RECENT = timedelta(days=120)


def ranking_request(*, period: Period, scope: Unit, by: User | None) -> Job:
    """Ask for the ranking to be built; the job that is already under way, if there is one."""
    return job_request(
        kind=RANKING,
        key=ranking_key(period, scope),
        parameters={"period": period.code, "scope": scope.pk},
        by=by,
    )


@job_handler(RANKING)
def build(job: Job, progress: Progress) -> dict[str, Any]:
    period = Period.objects.filter(code=job.parameters["period"]).first()
    scope = Unit.objects.filter(pk=job.parameters["scope"]).first()
    if period is None or scope is None:
        raise JobRefusedError(
            "Không còn kỳ đánh giá hoặc đơn vị này. Hãy chọn lại rồi thử lần nữa."
        )
    ranking = ranking_build(period=period, scope=scope, by=job.created_by, progress=progress)
    return result_of(ranking)


def recompute_request(
    *, period: Period, by: User | None, reason: str = "", expected: int | None = None
) -> Job:
    """Ask for a check of the decided sheets, signed where there is a reason.

    One at a time for a period: the job that is already under way, if there is one.
    """
    return job_request(
        kind=RECOMPUTE,
        key=period.code,
        parameters={"period": period.code, "reason": reason, "expected": expected},
        by=by,
    )


@job_handler(RECOMPUTE)
def recompute(job: Job, progress: Progress) -> dict[str, Any]:
    """Sign first where that was asked for; run again, it finds nothing left to sign."""
    period = Period.objects.filter(code=job.parameters["period"]).first()
    if period is None:
        raise JobRefusedError("Không còn kỳ đánh giá này.")
    by, reason = job.created_by, job.parameters["reason"]
    if by is not None and reason:
        try:
            recompute_sign(
                period=period,
                by=by,
                reason=reason,
                door=Door.WEB,
                expected=job.parameters["expected"],
                progress=progress,
            )
        except RefusedError as error:
            raise JobRefusedError(error.message) from error
        return recomputation_result(recompute_after(period=period, by=by, progress=progress))
    return recomputation_result(recompute_check(period=period, by=by, progress=progress))


def recompute_after(*, period: Period, by: User, progress: Progress | None = None) -> Recomputation:
    """Follow a signed recompute: the ranking is built anew, the check says what is left."""
    if root := root_scope():
        ranking_request(period=period, scope=root, by=by)
    return recompute_check(period=period, by=by, progress=progress)


@shared_task(name="evaluations.recompute_nightly")
def recompute_nightly() -> None:
    """Check every period that has decided sheets."""
    decided = Evaluation.objects.filter(period=OuterRef("pk"), state=State.DECIDED)
    for period in Period.objects.filter(Exists(decided)):
        recompute_request(period=period, by=None)


@job_handler(IMPACT)
def measure_impact(job: Job, progress: Progress) -> dict[str, Any]:
    draft = CriteriaDraft.objects.select_related("owner").filter(pk=job.parameters["draft"]).first()
    period = Period.objects.filter(code=job.parameters["period"]).first()
    if draft is None or period is None:
        raise JobRefusedError("Không còn bản nháp hoặc kỳ đánh giá này.")
    try:
        return impact_summary(draft, period, progress)
    except CriteriaError as error:
        raise JobRefusedError(f"Bản nháp chưa chấm thử được: {error}") from error


@job_handler(PAPERS)
def print_forms(job: Job, progress: Progress) -> dict[str, Any]:
    return papers_print(job, progress)


@job_handler(BULK)
def appraise_in_bulk(job: Job, progress: Progress) -> dict[str, Any]:
    return bulk_run(job, progress)


@job_handler(TRIAL)
def try_events(job: Job, progress: Progress) -> dict[str, Any]:
    return trial_run(job, progress)


@job_handler(CARRYING_OUT)
def carry_out_events(job: Job, progress: Progress) -> dict[str, Any]:
    return file_run(job, progress)


@shared_task(name="evaluations.rank_nightly")
def rank_nightly() -> None:
    """Rank every open or recent period."""
    since = timezone.localdate() - RECENT
    periods = Period.objects.opened().filter(Q(closed_at__isnull=True) | Q(ends_on__gte=since))
    root = root_scope()
    if root is None:
        return
    for period in periods:
        ranking_request(period=period, scope=root, by=None)


@shared_task(name="evaluations.rank_closed")
def rank_closed() -> None:
    """Rank once each period that has closed since it was last ranked or tried."""
    closed = Period.objects.filter(closed_at__lte=timezone.now())
    root = root_scope()
    if root is None:
        return
    for period in closed:
        built = Ranking.objects.filter(period=period, scope=root, built_at__gte=period.closed_at)
        tried = Job.objects.filter(
            kind=RANKING, key=ranking_key(period, root), created_at__gte=period.closed_at
        )
        if not built.exists() and not tried.exists():
            ranking_request(period=period, scope=root, by=None)


@shared_task(name="evaluations.morning")
def morning() -> None:
    """Remind those who still owe a sheet, then put the news of each person into one mail."""
    now = timezone.now()
    reminders_send(now=now)
    mails.digests_queue(now=now)
