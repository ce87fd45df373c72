"""Where work on a sheet goes on."""

from django.urls import reverse

from cells import access
from evaluations.models import Evaluation, State


def sheet_url(sheet: Evaluation) -> str:
    return reverse("evaluations:sheet", args=[sheet.period.code, sheet.unit.code])


def next_unfinished(user, done: Evaluation) -> str:
    """Return the address of the next sheet that `user` has to enter, else of the work queue.

    A secretary of one cell stays at its sheet: it says what comes next.
    """
    others = (
        Evaluation.objects.allowed(user, access.ENTER)
        .owed()
        .filter(period=done.period)
        .exclude(pk=done.pk)
    )
    following = (
        others.filter(state__in=[State.DRAFT, State.RETURNED])
        .select_related("period", "unit")
        .in_order_of_work()
        .first()
    )
    if following:
        return sheet_url(following)
    if access.roles(user) == {"secretary"} and not others.exists():
        return sheet_url(done)
    return reverse("evaluations:queue", args=[done.period.code])


def next_to_appraise(user, done: Evaluation) -> str:
    """Return the address of the next sheet that waits for `user` to appraise, else the queue."""
    following = (
        Evaluation.objects.allowed(user, access.APPRAISE)
        .filter(period=done.period, state=State.SUBMITTED)
        .exclude(submitted_by=user)
        .exclude(pk=done.pk)
        .select_related("period", "unit")
        .order_by("path")
        .first()
    )
    if following:
        return reverse("evaluations:appraisal", args=[done.period.code, following.unit.code])
    return reverse("evaluations:queue", args=[done.period.code])
