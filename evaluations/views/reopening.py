"""Asking for a closed sheet to be opened again, and answering."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Door
from evaluations.forms.reopening import AskForm, GrantForm, RefuseForm
from evaluations.models import Evaluation, ReopenRequest
from evaluations.next_work import sheet_url
from evaluations.reports.reopening import standing_of, what_happens, who_answers
from evaluations.services import reopening as services
from evaluations.services.errors import LockedError, RefusedError

PAGE = 30
WAITING, MINE, ALL = "", "cua-toi", "tat-ca"


@require_GET
def reopenings(request):
    """List what waits for one's own answer, what one asked, and what one may see."""
    lists = {
        WAITING: ReopenRequest.objects.waiting_for(request.user, timezone.now()),
        MINE: ReopenRequest.objects.filter(by=request.user),
        ALL: ReopenRequest.objects.visible_to(request.user),
    }
    chosen = request.GET.get("xem", "")
    chosen = chosen if chosen in lists else WAITING
    counts = {name: rows.count() for name, rows in lists.items()}
    labels = {WAITING: "Chờ đồng chí trả lời", MINE: "Của đồng chí", ALL: "Tất cả"}
    rows = lists[chosen].with_context()
    context = {
        "tabs": [(name, labels[name], counts[name], name == chosen) for name in lists],
        "chosen": chosen,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "evaluations/reopenings.html", context)


@require_http_methods(["GET", "POST"])
def reopen_ask(request, period, code):
    """Ask, with a reason; where nothing can be asked, say why."""
    sheet = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )
    standing = standing_of(sheet, request.user)
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.reopen_request(
                sheet=sheet, by=request.user, door=Door.WEB, reason=form.cleaned_data["reason"]
            )
        except RefusedError as error:
            form.add_error("reason", error.message)
        else:
            messages.success(request, f"Đã gửi đề nghị tới {standing.who}.")
            return redirect(sheet_url(sheet))
    context = {
        "sheet": sheet,
        "form": form,
        "standing": standing,
        "what": what_happens(services.way_back(sheet)),
    }
    status = 422 if form.errors else 200
    return render(request, "evaluations/reopen_ask.html", context, status=status)


def _found(request, pk) -> ReopenRequest:
    visible = ReopenRequest.objects.visible_to(request.user).with_context()
    return get_object_or_404(visible, pk=pk)


@require_GET
def reopening(request, pk):
    return _page(request, _found(request, pk))


def _page(request, found, *, grant=None, refuse=None, status=200):
    sheet = found.evaluation
    way = services.way_back(sheet)
    context = {
        "request_made": found,
        "sheet": sheet,
        "way": way,
        "what": what_happens(way),
        "who": who_answers(sheet, way) if way else "",
        "hinders": services.may_answer(found, request.user),
        "is_mine": found.by_id == request.user.pk,
        "still_locked": way == ReopenRequest.Way.RETURN and timezone.now() >= sheet.locks_at,
        "grant": grant or _grant_form(found),
        "refuse": refuse or RefuseForm(),
        "others": sheet.reopen_requests.exclude(pk=found.pk).select_related("by", "answered_by"),
    }
    return render(request, "evaluations/reopening.html", context, status=status)


def _grant_form(found, data=None):
    way = services.way_back(found.evaluation)
    return GrantForm(data, needs_moment=way == ReopenRequest.Way.EXTENSION)


def _to_answer(request, pk) -> ReopenRequest:
    """Return a request that `user` could answer if it were open; for others there is none."""
    found = _found(request, pk)
    actions = set(services.ANSWERED_BY.values())
    if not any(found.evaluation.allows(request.user, action) for action in actions):
        raise Http404
    return found


@require_POST
def reopen_grant(request, pk):
    found = _to_answer(request, pk)
    form = _grant_form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, grant=form, status=422)
    try:
        services.reopen_grant(request=found, by=request.user, door=Door.WEB, **form.cleaned_data)
    except LockedError as error:
        messages.error(request, error.message)
        return redirect("evaluations:reopening", pk)
    except RefusedError as error:
        form.add_error("until" if "until" in form.fields else None, error.message)
        return _page(request, found, grant=form, status=422)
    messages.success(request, f"Đã mở lại phiếu của {found.evaluation.unit.name}.")
    return redirect("evaluations:reopenings")


@require_POST
def reopen_refuse(request, pk):
    found = _to_answer(request, pk)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, refuse=form, status=422)
    try:
        services.reopen_refuse(request=found, by=request.user, door=Door.WEB, **form.cleaned_data)
    except RefusedError as error:
        messages.error(request, error.message)
        return redirect("evaluations:reopening", pk)
    messages.success(request, "Đã trả lời: không mở lại phiếu.")
    return redirect("evaluations:reopenings")


@require_POST
def reopen_withdraw(request, pk):
    found = get_object_or_404(ReopenRequest.objects.filter(by=request.user), pk=pk)
    try:
        services.reopen_withdraw(request=found, by=request.user, door=Door.WEB)
    except RefusedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Đã rút đề nghị mở lại.")
    return redirect("evaluations:reopening", pk)
