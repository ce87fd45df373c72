"""One unit: who it is, where it stood, how it was scored."""

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cells import access
from cells.models import Unit
from evaluations.models import Evaluation
from members.models import Membership, Post

SHEETS_SHOWN = 12


@require_GET
def unit_page(request, code):
    visible = Unit.objects.visible_to(request.user).select_related("parent", "level", "kind")
    unit = get_object_or_404(visible, code=code)
    sheets = (
        Evaluation.objects.visible_to(request.user)
        .filter(unit=unit)
        .select_related("period", "unit")
        .order_by("-period__ends_on")
    )
    today = timezone.localdate()
    context = {
        "unit": unit,
        "may_see_parent": access.reach(request.user, access.VIEW).covers(unit.parent.path)
        if unit.parent
        else False,
        "below": Unit.objects.below(unit).active().exclude(pk=unit.pk).count(),
        "members": _counted(unit, today),
        "posts": _posts(unit, today),
        "sheets": sheets[:SHEETS_SHOWN],
        "placements": unit.placements.select_related("parent", "level", "kind").order_by(
            "-valid_from"
        ),
        "may_make_account": unit.is_cell and unit.closed_on is None and _may_grant(request, unit),
    }
    return render(request, "evaluations/unit.html", context)


def _posts(unit, day):
    """Return who holds office, the secretary first."""
    held = Post.objects.held_on(day).filter(unit=unit).select_related("member")
    return sorted(held, key=lambda post: (Post.Kind.values.index(post.kind), post.member.sort_key))


def _counted(unit, day):
    """Return how many members the branch has on a day, all and full ones."""
    within = access.branch(unit.path).condition("cell__path")
    return (
        Membership.objects.active_on(day)
        .filter(within)
        .aggregate(
            total=Count("member", distinct=True),
            full=Count("member", distinct=True, filter=Q(member__full_on__lte=day)),
        )
    )


def _may_grant(request, unit):
    return access.reach(request.user, access.ACCOUNTS).covers(unit.path)
