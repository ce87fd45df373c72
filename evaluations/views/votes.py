"""The vote of a meeting on its sheet: seen, recorded, corrected, taken back."""

from decimal import Decimal

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cells import access
from cells.models import Door
from evaluations.forms.votes import VoteForm
from evaluations.models import CellVote, Evaluation
from evaluations.next_work import sheet_url
from evaluations.services import locks, votes
from evaluations.services.errors import LockedError, RefusedError
from members.counts import NOBODY, counts_on


@require_http_methods(["GET", "POST"])
def vote(request, period, code):
    """Show the vote on a sheet and its form; record what is posted."""
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )
    if request.method == "GET":
        return _page(request, found, VoteForm(initial=_initial(votes.newest_of(found))))
    form = VoteForm(request.POST)
    status = _record(request, found, form) if form.is_valid() else 422
    if status == 200:
        messages.success(request, "Đã ghi biểu quyết.")
        return redirect(sheet_url(found))
    return _page(request, found, form, status)


def _record(request, found, form):
    """Record the vote; put a refusal on the form and return its status."""
    ballot, version = form.ballot(), form.cleaned_data["version"]
    try:
        votes.vote_record(
            sheet=found, ballot=ballot, version=version, by=request.user, door=Door.WEB
        )
    except LockedError as error:
        form.add_error(None, error.message)
        return 423
    except votes.BallotError as error:
        form.add_error(error.field, error.message)
        return 422
    except RefusedError as error:
        form.add_error(None, error.message)
        # What somebody else recorded is shown above; a second try may replace it.
        form.data = form.data.copy()
        form.data["version"] = votes.version_of(votes.newest_of(found))
        return 409
    return 200


@require_POST
def vote_withdraw(request, period, code):
    """Take back a vote that was recorded on the wrong sheet."""
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )
    version = request.POST.get("version", "")
    try:
        votes.vote_withdraw(
            sheet=found,
            version=int(version) if version.isdecimal() and len(version) < 5 else -1,
            by=request.user,
            door=Door.WEB,
        )
    except RefusedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Đã bỏ biểu quyết vừa ghi; bản cũ vẫn còn trong lịch sử.")
    return redirect("evaluations:vote", found.period.code, found.unit.code)


def _page(request, found, form, status=200):
    rows = list(CellVote.objects.filter(evaluation=found).select_related("by"))
    standing = rows[0] if rows and not rows[0].is_withdrawn else None
    day = min(timezone.localdate(), found.period.ends_on)
    context = {
        "sheet": found,
        "form": form,
        "lock": locks.lock_status(found, access.ENTER, user=request.user),
        "standing": standing,
        "version": votes.version_of(rows[0] if rows else None),
        "differs": votes.points_differ(found, standing),
        "earlier": rows[1:] if standing else rows,
        "size": counts_on(day, [found.unit]).get(found.unit_id, NOBODY),
        "count_day": day,
    }
    return render(request, "evaluations/vote.html", context, status=status)


def _initial(newest):
    if newest is None:
        return {"version": 0}
    if newest.is_withdrawn:
        return {"version": newest.version}
    names = (*votes.Ballot.__dataclass_fields__, "version")
    points = None if newest.points is None else Decimal(newest.points) / 100
    return {name: getattr(newest, name) for name in names} | {"points": points}
