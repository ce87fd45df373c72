"""Explaining the lines that were appraised otherwise, and answering that."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door
from evaluations.forms.appraisal import RoundForm
from evaluations.models import Evaluation, State
from evaluations.reports.explanations import explaining_of
from evaluations.services import explanations as service
from evaluations.services import locks
from evaluations.services.errors import LockedError, RefusedError
from evaluations.services.explanations import Said

SENT = "Đã gửi giải trình. Tiếp theo, người thẩm định trả lời từng dòng ngay ở trang này."
KEPT = "Đã lưu giải trình, chưa gửi. Xem lại rồi bấm “Gửi giải trình” ở cuối trang."


@require_GET
def explanation(request, period, code):
    """Show what differs, what is said to it, and to each what he may do."""
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).of(period, code))
    return _page(request, found)


@require_POST
def explanation_save(request, period, code):
    """Keep what was written so far (htmx: say so)."""
    return _say(request, period, code, submit=False)


@require_POST
def explanation_submit(request, period, code):
    return _say(request, period, code, submit=True)


@require_POST
def explanation_agree(request, period, code):
    """Agree to every line, with one button."""
    found = _entered(request, period, code)
    said = {line: Said(agrees=True) for line in service.differing_lines(found)}
    return _keep(request, found, said, submit=True)


@require_POST
def explanation_open(request, period, code):
    """Ask the unit to explain itself, by a day."""
    found = _judged(request, period, code)
    form = RoundForm(request.POST)
    if form.is_valid():
        try:
            service.round_open(sheet=found, by=request.user, door=Door.WEB, **form.cleaned_data)
        except LockedError as refused:
            return _refused(request, found, refused)
        except RefusedError as refused:
            form.add_error("ends_on", refused.message)
    if form.errors:
        return _page(request, found, form=form, status=422)
    messages.success(request, f"Đã đề nghị {found.unit.name} giải trình.")
    return _back(found)


@require_POST
def explanation_end(request, period, code):
    found = _judged(request, period, code)
    reason = request.POST.get("reason", "")
    try:
        service.round_end_early(sheet=found, reason=reason, by=request.user, door=Door.WEB)
    except RefusedError as refused:
        return _refused(request, found, refused)
    messages.success(request, "Đã kết thúc vòng giải trình.")
    return _back(found)


@require_POST
def explanation_answer(request, period, code, line):
    """Answer one explanation: `viec` is "giu" to keep the value, "sua" to look at it anew."""
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.APPRAISE).of(period, code)
    )
    if line not in found.criteria.rules.indicators:
        raise Http404
    text, keep = request.POST.get("text", ""), request.POST.get("viec") != "sua"
    try:
        service.explanation_answer(
            sheet=found, line=line, keep=keep, text=text, by=request.user, door=Door.WEB
        )
    except RefusedError as refused:
        status = 423 if isinstance(refused, LockedError) else 422
        return _page(request, found, answering={line: (text, refused.message)}, status=status)
    if keep:
        messages.success(request, f"Đã trả lời giải trình dòng {line}: giữ nguyên.")
        return _back(found)
    messages.success(request, f"Đã mở lại thẩm định. Sửa dòng {line} kèm lý do rồi hoàn tất.")
    page = reverse("evaluations:appraisal", args=[period, code])
    return redirect(f"{page}#dong-{line.replace('.', '-')}")


def _say(request, period, code, *, submit):
    found = _entered(request, period, code)
    said = {
        line: Said(request.POST.get(f"text-{line}", ""), bool(request.POST.get(f"agrees-{line}")))
        for line in found.criteria.rules.indicators
    }
    return _keep(request, found, said, submit=submit)


def _keep(request, found, said, *, submit):
    error, status = "", 200
    try:
        service.explanation_save(
            sheet=found, said=said, by=request.user, door=Door.WEB, submit=submit
        )
    except RefusedError as refused:
        error, status = refused.message, 423 if isinstance(refused, LockedError) else 422
    if request.htmx:
        context = {"error": error, "at": timezone.now()}
        return render(request, "evaluations/_explanation_kept.html", context, status=status)
    if error:
        return _page(request, found, typed=said, error=error, status=status)
    messages.success(request, SENT if submit else KEPT)
    return _back(found)


def _entered(request, period, code) -> Evaluation:
    return get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )


def _judged(request, period, code) -> Evaluation:
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).of(period, code))
    if not service.may_open(found, request.user):
        raise Http404
    return found


def _back(found):
    return redirect("evaluations:explanation", found.period.code, found.unit.code)


def _refused(request, found, refused):
    status = 423 if isinstance(refused, LockedError) else 422
    return _page(request, found, error=refused.message, status=status)


def _page(request, found, *, form=None, typed=None, answering=None, error="", status=200):
    user = request.user
    told = explaining_of(found, user, typed=typed, answering=answering)
    takes_words = bool(told.round and told.round.takes_words and found.state == State.APPRAISED)
    judges = service.may_open(found, user)
    open_lock = locks.lock_status(found, locks.OPEN_ROUND, user=user)
    explain_lock = locks.lock_status(found, locks.EXPLAIN, user=user)
    context = {
        "sheet": found,
        "told": told,
        "error": error,
        "takes_words": takes_words,
        "can_explain": takes_words and found.allows(user, access.ENTER) and not explain_lock,
        "explain_lock": explain_lock if takes_words and found.allows(user, access.ENTER) else "",
        "can_open": judges and not open_lock and not told.waiting and bool(told.lines),
        "can_end": judges and takes_words,
        "can_answer": not takes_words
        and bool(told.waiting)
        and found.allows(user, access.APPRAISE)
        and not locks.lock_status(found, locks.ANSWER, user=user)
        and not service.has_explained(told.round, user),
        "form": form or RoundForm(),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "evaluations/explanation.html", context, status=status)
