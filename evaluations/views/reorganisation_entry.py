"""Recording one reorganisation: ask, try, carry out; nothing typed is lost."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cells import access
from cells.models import Door, Reorganisation
from cells.services.reorganisation import (
    ReorganisationRefusedError,
    reorganisation_apply,
    reorganisation_preview,
)
from evaluations.forms.reorganisations import (
    Desk,
    arrivals,
    desk_plan,
    goes_on_as,
    problems,
    refuse,
    spread_evenly,
)
from evaluations.reports.reorganisations import grouped

Kind = Reorganisation.Kind
# What a page sends beside what was typed.
UNTYPED = {"csrfmiddlewaretoken", "step", "listed"}
LOOK_AGAIN = "Xem đảng viên chuyển về đâu ở phần dưới, rồi bấm “Chạy thử” lần nữa."


@require_http_methods(["GET", "POST"])
@never_cache
def reorganisation_new(request, event_kind):
    """Ask, try, carry out: each button of the form is a step.

    What was typed is kept in the session and every step ends at an address, so that the way back
    of the browser, a closed tab or a lost connection lose nothing.
    """
    if not access.reach(request.user, access.REORGANISE) or event_kind not in Kind.values:
        raise Http404
    if request.method == "GET":
        return _show(request, event_kind)
    typed, step = _typed(request.POST), request.POST.get("step", "")
    typed |= STEPS.get(step, _nothing_more)(Desk(event_kind, request.user, typed))
    _draft_keep(request, event_kind, typed)
    if step in STEPS:
        return _to(event_kind, "tiep")
    desk = Desk(event_kind, request.user, typed, is_judged=True)
    if not desk.is_valid():
        return _form(request, desk, status=422)
    if desk.moves_members and request.POST.get("listed") != desk.listed:
        messages.info(request, LOOK_AGAIN)
        return _to(event_kind, "tiep")
    return _carry_out(request, desk) if step == "apply" else _to(event_kind, "thu")


def _typed(data) -> dict[str, str]:
    """Return what was typed; a choice that was left open says nothing."""
    return {
        name: text
        for name, text in data.items()
        if name not in UNTYPED and (text or not name.startswith("members."))
    }


def _to(event_kind, step):
    address = reverse("evaluations:reorganisation_new", args=[event_kind])
    return redirect(f"{address}?buoc={step}")


# What a button adds to what was typed.


def _nothing_more(desk):
    return {}


def _one_more(desk):
    return {"rows": str(desk.row_count + 1)}


def _one_less(desk):
    return {"rows": str(desk.row_count - 1)}


STEPS = {
    "edit": _nothing_more,
    "list": _nothing_more,
    "row": _one_more,
    "drop": _one_less,
    "spread": spread_evenly,
}


def _draft(request, event_kind) -> dict | None:
    return request.session.get(f"reorganisation-{event_kind}")


def _draft_keep(request, event_kind, typed):
    draft = {"typed": typed, "at": timezone.now().isoformat()}
    request.session[f"reorganisation-{event_kind}"] = draft


def _draft_forget(request, event_kind):
    request.session.pop(f"reorganisation-{event_kind}", None)


def _show(request, event_kind):
    """Show the form as it was left, its trial, or the form with no more than a unit."""
    step, draft = request.GET.get("buoc", ""), _draft(request, event_kind)
    unit = request.GET.get("unit", "")[:40]
    if step == "moi":
        _draft_forget(request, event_kind)
        return redirect("evaluations:reorganisation_new", event_kind)
    if unit or not draft:
        name = "after-0-parent" if event_kind == Kind.ESTABLISH else "before"
        return _form(request, Desk(event_kind, request.user, {name: unit} if unit else {}))
    if step == "thu":
        return _try(request, Desk(event_kind, request.user, draft["typed"], is_judged=True))
    left_at = None if step == "tiep" else datetime.fromisoformat(draft["at"])
    return _form(request, Desk(event_kind, request.user, draft["typed"]), left_at=left_at)


def _form(request, desk, status=200, left_at=None):
    context = {
        "desk": desk,
        "typed": desk.typed,
        "problems": problems(desk),
        "left_at": left_at,
    }
    return render(request, "evaluations/reorganisation_new.html", context, status=status)


def _try(request, desk):
    if not desk.is_valid():
        return _form(request, desk)
    plan = desk_plan(desk)
    preview = reorganisation_preview(plan=plan, by=request.user)
    if preview.refusals:
        refuse(desk, preview.refusals)
        return _form(request, desk)
    context = {
        "desk": desk,
        "plan": plan,
        "arrivals": arrivals(desk),
        "goes_on_as": goes_on_as(desk),
        "warnings": preview.warnings,
        "groups": grouped(preview.effects),
        "kept": [*desk.typed.items(), ("listed", desk.listed)],
    }
    return render(request, "evaluations/reorganisation_try.html", context)


def _carry_out(request, desk):
    try:
        event = reorganisation_apply(plan=desk_plan(desk), by=request.user, door=Door.WEB)
    except ReorganisationRefusedError as error:
        refuse(desk, error.refusals)
        return _form(request, desk, status=422)
    _draft_forget(request, desk.kind)
    messages.success(request, f"Đã ghi sự kiện: {event.get_kind_display().lower()}.")
    return redirect("evaluations:reorganisation", event.pk)
