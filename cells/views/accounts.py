"""Accounts: who signs in, made and handed over by those above."""

from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access, grants
from cells.forms import AccountForm, AssignmentEndForm, AssignmentForm
from cells.models import Assignment, AuditEntry, Door, Role, Unit
from cells.services import accounts
from cells.vietnamese import fold

PAGE_SIZE = 25
HISTORY_SHOWN = 20
STATES = {
    "active": ("Đang dùng", Q(is_active=True)),
    "inactive": ("Đã ngừng dùng", Q(is_active=False)),
    "new": ("Chưa đổi mật khẩu lần đầu", Q(is_active=True, must_change_password=True)),
}
ACTIONS = {
    "account_created": "Tạo tài khoản",
    "password_reset": "Cấp lại mật khẩu",
    "password_changed": "Tự đổi mật khẩu",
    "email_changed": "Tự đổi địa chỉ e-mail",
    "account_deactivated": "Ngừng tài khoản",
    "account_reactivated": "Mở lại tài khoản",
    "assignment_given": "Giao vai trò",
    "assignment_ended": "Kết thúc vai trò",
}


def granters_only(view):
    """Answer 404 to people who may give no role to anybody."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        if not access.grants(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return checked


@require_GET
@granters_only
def account_list(request):
    found = _filtered(grants.accounts_visible(request.user), request.GET)
    page = Paginator(_with_open_roles(found).order_by("full_name", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "roles": Role.choices,
        "states": [(value, label) for value, (label, _) in STATES.items()],
        "lacking": grants.cells_without_secretary(request.user).count(),
        "filters": request.GET,
        "sees_mails": request.user.is_superuser
        or bool(access.reach(request.user, access.ADMINISTER)),
    }
    return render(request, "cells/account_list.html", context)


def _filtered(users, filters):
    for word in fold(filters.get("q", "")).split():
        users = users.filter(Q(search__contains=word) | Q(username__contains=word))
    if filters.get("state") in STATES:
        users = users.filter(STATES[filters["state"]][1])
    role, unit = filters.get("role", ""), filters.get("unit", "").strip()
    if role or unit:
        held = Assignment.objects.current(timezone.localdate()).filter(user=OuterRef("pk"))
        if role:
            held = held.filter(role=role)
        if unit:
            held = held.filter(unit__in=Unit.objects.search(unit))
        users = users.filter(Exists(held))
    return users


def _with_open_roles(users):
    held = Assignment.objects.current(timezone.localdate()).select_related("unit")
    return users.prefetch_related(Prefetch("assignments", held, to_attr="open_roles"))


@never_cache
@require_http_methods(["GET", "POST"])
@granters_only
def account_new(request):
    form = AccountForm(
        request.POST or None, by=request.user, initial={"unit": request.GET.get("unit")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            slip = accounts.account_create(**form.cleaned_data, by=request.user, door=Door.WEB)
        except accounts.AccountRefusedError as error:
            form.add_error(None, error.message)
        else:
            return slips_answer(request, [slip])
    return render(request, "cells/account_new.html", {"form": form})


@sensitive_variables("slips")
def slips_answer(request, slips):
    """Show the passwords this once: the page is the answer itself and is kept nowhere."""
    context = {"slips": slips, "address": request.build_absolute_uri("/")}
    response = render(request, "cells/slips.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@granters_only
def account_page(request, pk):
    account = get_object_or_404(grants.accounts_visible(request.user), pk=pk)
    today = timezone.localdate()
    history = AuditEntry.objects.of("user", pk).select_related("by", "unit")[:HISTORY_SHOWN]
    context = {
        "account": account,
        "assignments": account.assignments.select_related("unit").order_by("-starts_on", "pk"),
        "today": today,
        "may_manage": grants.accounts_manageable(request.user).filter(pk=pk).exists(),
        "history": [(entry, ACTIONS.get(entry.action, entry.action)) for entry in history],
    }
    return render(request, "cells/account_page.html", context)


def _manageable_or_404(request, pk):
    return get_object_or_404(grants.accounts_manageable(request.user), pk=pk)


@require_POST
def account_reset(request, pk):
    account = _manageable_or_404(request, pk)
    slip = accounts.password_reset(user=account, by=request.user, door=Door.WEB)
    return slips_answer(request, [slip])


@require_POST
def account_deactivate(request, pk):
    account = _manageable_or_404(request, pk)
    accounts.account_deactivate(user=account, by=request.user, door=Door.WEB)
    messages.success(request, f"Đã ngừng tài khoản “{account.username}”.")
    return redirect("cells:account", pk)


@require_POST
def account_reactivate(request, pk):
    account = _manageable_or_404(request, pk)
    accounts.account_reactivate(user=account, by=request.user, door=Door.WEB)
    messages.success(request, f"Đã mở lại tài khoản “{account.username}”.")
    return redirect("cells:account", pk)


@require_http_methods(["GET", "POST"])
def assignment_new(request, pk):
    account = _manageable_or_404(request, pk)
    form = AssignmentForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.assignment_give(
                user=account, **form.cleaned_data, by=request.user, door=Door.WEB
            )
        except accounts.AccountRefusedError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"Đã giao vai trò cho {account.full_name}.")
            return redirect("cells:account", pk)
    return render(request, "cells/assignment_new.html", {"form": form, "account": account})


@require_http_methods(["GET", "POST"])
def assignment_end(request, pk):
    managed = grants.accounts_manageable(request.user)
    assignment = get_object_or_404(
        Assignment.objects.select_related("user", "unit").filter(
            grants.grantable(request.user), user__in=managed
        ),
        pk=pk,
    )
    form = AssignmentEndForm(request.POST or None, assignment=assignment)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.assignment_end(
                assignment=assignment, **form.cleaned_data, by=request.user, door=Door.WEB
            )
        except accounts.AccountRefusedError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"Đã kết thúc vai trò của {assignment.user.full_name}.")
            return redirect("cells:account", assignment.user_id)
    context = {"form": form, "assignment": assignment}
    return render(request, "cells/assignment_end.html", context)
