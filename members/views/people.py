"""One member: the record, and each thing that can happen to it under an address of its own."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cells import access
from cells.models import Door, Unit
from cells.services.audit import record
from members import forms
from members.models import Exemption, Member, Post, Supervision
from members.services import offices, standing
from members.services.errors import MemberRefusedError
from members.services.time_line import latest_place

either = require_http_methods(["GET", "POST"])


@require_GET
@never_cache
def member_page(request, pk):
    """Show a record; every look at one is written down."""
    member = get_object_or_404(Member.objects.known_to(request.user), pk=pk)
    today = timezone.localdate()
    if place := latest_place(member):
        record(
            by=request.user, door=Door.WEB, action="member_viewed", subject=place, unit=place.cell
        )
    context = {
        "member": member,
        "is_full": member.is_full_on(today),
        "exempt": member.exemptions.in_force_on(today).first(),
        "places": member.memberships.select_related("cell").order_by("-joined_on"),
        "posts": member.posts.select_related("unit").order_by("-starts_on"),
        "exemptions": member.exemptions.order_by("-starts_on"),
        "supervisions": member.supervisions.select_related("cell").order_by("-starts_on"),
        "transfers": member.transfers.select_related("origin", "target"),
        "may_edit": Member.objects.editable_by(request.user).filter(pk=pk).exists(),
        "today": today,
    }
    return render(request, "members/member.html", context)


def act(request, form, call, *, title, done, member=None, to=None):
    """Show a form; when it is sent, do what it asks or say beside the field why not."""
    if request.method == "POST" and form.is_valid():
        try:
            call(**form.cleaned_data, by=request.user, door=Door.WEB)
        except MemberRefusedError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, done)
            return redirect(to) if to else redirect("members:member", member.pk)
    context = {"form": form, "title": title, "member": member, "back": to}
    return render(request, "members/action.html", context)


def _editable(request, pk):
    return get_object_or_404(Member.objects.editable_by(request.user), pk=pk)


@either
def member_add(request):
    if not access.reach(request.user, access.MEMBERS):
        raise Http404
    form = forms.AddForm(
        request.POST or None, by=request.user, initial={"cell": request.GET.get("cell")}
    )
    return act(
        request, form, standing.member_add, title="Thêm đảng viên", done="Đã thêm đảng viên.",
        to="members:list",
    )  # fmt: skip


@either
def member_correct(request, pk):
    member = _editable(request, pk)
    names = ("full_name", "birth_year", "admitted_on", "full_on")
    form = forms.FactsForm(
        request.POST or None, initial={name: getattr(member, name) for name in names}
    )
    call = partial(standing.member_correct, member=member)
    return act(request, form, call, title="Sửa thông tin", done="Đã lưu.", member=member)


@either
def member_make_full(request, pk):
    member = _editable(request, pk)
    call = partial(standing.member_make_full, member=member)
    return act(
        request, forms.MakeFullForm(request.POST or None), call, title="Công nhận chính thức",
        done="Đã ghi đảng viên chính thức.", member=member,
    )  # fmt: skip


@either
def member_exempt(request, pk):
    member = _editable(request, pk)
    call = partial(standing.member_exempt, member=member)
    return act(
        request, forms.ExemptForm(request.POST or None), call,
        title="Miễn công tác và sinh hoạt", done="Đã ghi miễn.", member=member,
    )  # fmt: skip


@either
def exemption_end(request, pk):
    exemptions = Exemption.objects.filter(member__in=Member.objects.editable_by(request.user))
    exemption = get_object_or_404(exemptions.select_related("member"), pk=pk)
    call = partial(standing.exemption_end, exemption=exemption)
    return act(
        request, forms.EndsOnForm(request.POST or None), call, title="Hết miễn công tác",
        done="Đã ghi hết miễn.", member=exemption.member,
    )  # fmt: skip


@either
def member_end(request, pk):
    member = _editable(request, pk)
    call = partial(standing.member_end, member=member)
    return act(
        request, forms.EndForm(request.POST or None), call, title="Rời khỏi danh sách",
        done="Đã ghi rời khỏi danh sách.", member=member,
    )  # fmt: skip


@either
def post_take(request, pk):
    member = _editable(request, pk)
    form = forms.PostForm(request.POST or None, by=request.user, member=member)
    call = partial(offices.post_take, member=member)
    return act(request, form, call, title="Ghi chức vụ", done="Đã ghi chức vụ.", member=member)


@either
def post_leave(request, pk):
    units = Unit.objects.allowed(request.user, access.MEMBERS)
    post = get_object_or_404(Post.objects.filter(unit__in=units).select_related("member"), pk=pk)
    call = partial(offices.post_leave, post=post)
    return act(
        request, forms.EndsOnForm(request.POST or None), call, title="Thôi giữ chức vụ",
        done="Đã ghi thôi giữ chức vụ.", member=post.member,
    )  # fmt: skip


@either
def supervision_assign(request, pk):
    member = _editable(request, pk)
    form = forms.SupervisionForm(request.POST or None, by=request.user)
    call = partial(offices.supervision_assign, member=member)
    return act(
        request, form, call, title="Phân công phụ trách chi bộ", done="Đã phân công.",
        member=member,
    )  # fmt: skip


@either
def supervision_end(request, pk):
    cells = Unit.objects.allowed(request.user, access.MEMBERS)
    found = Supervision.objects.filter(cell__in=cells).select_related("member")
    supervision = get_object_or_404(found, pk=pk)
    call = partial(offices.supervision_end, supervision=supervision)
    return act(
        request, forms.EndsOnForm(request.POST or None), call, title="Thôi phụ trách chi bộ",
        done="Đã ghi thôi phụ trách.", member=supervision.member,
    )  # fmt: skip
