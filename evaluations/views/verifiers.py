"""Naming who of a committee's staff verifies which group of criteria."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door, Unit, User
from evaluations.forms.verifiers import VerifierForm
from evaluations.models import GroupVerifier
from evaluations.reports.verifiers import groups_of, verifier_rows
from evaluations.services import verifiers as service
from evaluations.services.errors import RefusedError


@require_GET
def verifiers(request):
    """Show who is named at a committee, and the form to name somebody."""
    choices = _committees(request.user)
    if not access.reach(request.user, access.VERIFIERS):
        raise Http404
    asked = request.GET.get("dang-uy", "")
    chosen = choices.filter(code=asked).first() or choices.first()
    if chosen is None:
        raise Http404
    return _page(request, chosen)


@require_POST
def verifier_name(request):
    committee = get_object_or_404(_committees(request.user), code=request.POST.get("committee"))
    form = _form(committee, request.POST)
    if form.is_valid():
        given = {**form.cleaned_data, "user": User.objects.get(pk=form.cleaned_data["user"])}
        try:
            service.verifier_name(committee=committee, by=request.user, door=Door.WEB, **given)
        except RefusedError as refused:
            form.add_error("user", refused.message)
        else:
            messages.success(request, f"Đã phân công {given['user'].full_name}.")
            return _back(committee)
    return _page(request, committee, form, status=422)


@require_POST
def verifier_end(request, pk):
    """End a naming today."""
    row = get_object_or_404(
        GroupVerifier.objects.visible_to(request.user).select_related("committee"), pk=pk
    )
    try:
        service.verifier_end(row=row, by=request.user, door=Door.WEB)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Đã kết thúc phân công.")
    return _back(row.committee)


def _committees(user):
    """Return the committees that appraise cells and whose verifiers `user` may name."""
    held = Unit.objects.allowed(user, access.VERIFIERS).active().committees()
    return held.filter(level__is_grassroots=True).select_related("level").order_by("path")


def _form(committee, data=None):
    return VerifierForm(data, groups=groups_of(committee), staff=service.staff_of(committee))


def _page(request, committee, form=None, status=200):
    groups, ended = verifier_rows(committee)
    context = {
        "committee": committee,
        "committees": _committees(request.user),
        "groups": groups,
        "ended": ended,
        "is_empty": not any(group.named for group in groups),
        "form": form or _form(committee),
    }
    return render(request, "evaluations/verifiers.html", context, status=status)


def _back(committee):
    return redirect(f"{reverse('evaluations:verifiers')}?dang-uy={committee.code}")
