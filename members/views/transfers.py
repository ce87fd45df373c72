"""Members on their way: the list with its deadlines, and each step."""

from functools import partial

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from cells import access
from members import forms
from members.calendar import holidays_from
from members.models import Member, Transfer
from members.services import moving
from members.views.people import act

PAGE_SIZE = 50
either = require_http_methods(["GET", "POST"])
LIST = "members:transfers"


@require_GET
def transfer_list(request):
    """Show the transfers under way, the oldest first; with ?xong=1 those that are done."""
    today = timezone.localdate()
    found = (
        Transfer.objects.touching(access.reach(request.user, access.VIEW))
        .filter(member__merged_into__isnull=True)
        .select_related("member", "origin", "target")
    )
    done = request.GET.get("xong") == "1"
    rows = found.exclude(pk__in=found.under_way().values("pk")) if done else found.under_way()
    rows = rows.order_by("-moved_on", "-pk") if done else rows.order_by("moved_on", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    transfers = list(page)
    holidays = holidays_from(min((one.moved_on for one in transfers), default=today))
    editing = access.reach(request.user, access.MEMBERS)
    context = {
        "page": page,
        "done": done,
        "rows": [
            (one, moving.deadline_of(one, today, holidays), *_steps(one, editing))
            for one in transfers
        ],
    }
    return render(request, "members/transfer_list.html", context)


def _steps(transfer, reach):
    """Return whether the user may send off and may receive here."""
    sender = transfer.origin or transfer.target
    receiver = transfer.target or transfer.origin
    return reach.covers(sender.path), reach.covers(receiver.path)


def _at(request, pk, *, receiving):
    """Return a transfer whose sending (or receiving) end the user's staff rights cover."""
    reach = access.reach(request.user, access.MEMBERS)
    first, second = ("target", "origin") if receiving else ("origin", "target")
    allowed = reach.condition(f"{first}__path") | (
        Q(**{f"{first}__isnull": True}) & reach.condition(f"{second}__path")
    )
    return get_object_or_404(Transfer.objects.filter(allowed).select_related("member"), pk=pk)


@either
def transfer_start(request, pk):
    member = get_object_or_404(Member.objects.editable_by(request.user), pk=pk)
    call = partial(moving.transfer_start, member=member)
    return act(
        request, forms.TransferForm(request.POST or None), call, title="Chuyển sinh hoạt đảng",
        done="Đã ghi bắt đầu chuyển.", member=member,
    )  # fmt: skip


@either
def transfer_letter(request, pk):
    call = partial(moving.transfer_letter, transfer=_at(request, pk, receiving=False))
    return _step(request, forms.LetterForm, call, "Giấy giới thiệu", "Đã ghi giấy giới thiệu.")


@either
def transfer_present(request, pk):
    call = partial(moving.transfer_present, transfer=_at(request, pk, receiving=True))
    return _step(request, forms.PresentForm, call, "Nộp giấy ở nơi đến", "Đã chuyển xong.")


@either
def transfer_return(request, pk):
    call = partial(moving.transfer_return, transfer=_at(request, pk, receiving=True))
    return _step(request, forms.ReturnForm, call, "Hết sinh hoạt tạm thời", "Đã ghi ngày về.")


@either
def transfer_cancel(request, pk):
    call = partial(moving.transfer_cancel, transfer=_at(request, pk, receiving=False))
    return _step(request, forms.CancelForm, call, "Hủy lần chuyển", "Đã hủy.")


def _step(request, form_class, call, title, done):
    transfer = call.keywords["transfer"]
    title = f"{title}: {transfer.member.full_name}"
    return act(request, form_class(request.POST or None), call, title=title, done=done, to=LIST)
