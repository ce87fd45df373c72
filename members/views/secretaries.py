"""Accounts for the secretaries among the members, made all at once."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cells import grants
from cells.forms import CommitteeForm
from cells.models import Door
from cells.services import accounts
from cells.views.accounts import granters_only, slips_answer
from members.models import Post

BATCH_AT_MOST = 300


@never_cache
@require_http_methods(["GET", "POST"])
@granters_only
def secretaries(request):
    """Show which cells lack a secretary's account, how many; then make them all at once."""
    form = CommitteeForm(_asked(request), by=request.user)
    committee = form.cleaned_data["committee"] if form.is_bound and form.is_valid() else None
    if form.is_bound and committee is None and request.method == "POST":
        raise Http404
    cells = grants.cells_without_secretary(request.user).select_related("parent")
    chosen = list(cells.below(committee)[: BATCH_AT_MOST + 1]) if committee else []
    fits = len(chosen) <= BATCH_AT_MOST
    names = _secretaries(chosen) if fits else {}
    if request.method == "POST" and fits:
        wanted = {unit: names.get(unit.pk) or f"Bí thư {unit.name}" for unit in chosen}
        slips = accounts.secretaries_create(names=wanted, by=request.user, door=Door.WEB)
        return slips_answer(request, slips)
    context = {
        "form": form,
        "committee": committee,
        "lacking": cells.count(),
        "rows": [(unit, names.get(unit.pk)) for unit in chosen] if fits else [],
        "unnamed": sum(unit.pk not in names for unit in chosen),
        "too_many": not fits,
        "at_most": BATCH_AT_MOST,
    }
    return render(request, "members/secretaries.html", context)


def _asked(request):
    """Return what was asked; at first, the one branch of somebody who has one."""
    if request.method == "POST":
        return request.POST
    if "committee" in request.GET:
        return request.GET
    held = request.user.assignments.current(timezone.localdate()).filter(role="staff")
    codes = list(held.values_list("unit__code", flat=True)[:2])
    return {"committee": codes[0]} if len(codes) == 1 else None


def _secretaries(cells):
    """Return the names of the secretaries of `cells` today, by the cell's key."""
    posts = Post.objects.held_on(timezone.localdate()).filter(
        kind=Post.Kind.SECRETARY, unit__in=cells
    )
    return dict(posts.values_list("unit_id", "member__full_name"))
