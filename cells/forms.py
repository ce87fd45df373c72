"""Forms of signing in and of accounts: shape and choices only."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth import forms as auth_forms
from django.urls import reverse_lazy
from django.utils import timezone

from cells import access, grants
from cells.models import Assignment, Role, Unit, User
from cells.services import sign_in
from cells.vietnamese import tidy

LIST_AT_MOST = 200


def helper(button: str) -> FormHelper:
    made = FormHelper()
    # The page's own messages are Vietnamese and stay; those of a browser are neither.
    made.attrs = {"novalidate": ""}
    made.add_input(Submit("send", button, css_class="btn-primary"))
    return made


class SignInForm(auth_forms.AuthenticationForm):
    error_messages = {
        "invalid_login": "Tên đăng nhập hoặc mật khẩu không đúng. Xin nhập lại; chữ hoa và chữ"
        " thường khác nhau.",
        "inactive": "Tài khoản này đã ngừng dùng. Liên hệ cán bộ đảng ủy để được mở lại.",
        "locked_out": "Đã nhập sai quá %(times)d lần nên tạm khóa. Đợi %(minutes)d phút rồi nhập"
        " lại. Quên mật khẩu thì nhờ cán bộ đảng ủy cấp lại.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Tên đăng nhập"
        self.fields["username"].widget.attrs["spellcheck"] = "false"
        self.fields["password"].label = "Mật khẩu"
        self.helper = helper("Đăng nhập")

    def clean_username(self):
        """Forgive the capital with which phones begin a field."""
        username = self.cleaned_data["username"].strip()
        if User.objects.filter(username=username).exists():
            return username
        return username.lower()

    def clean(self):
        who = {
            "username": self.cleaned_data.get("username", ""),
            "address": self.request.META.get("REMOTE_ADDR", ""),
        }
        if minutes := sign_in.minutes_to_wait(**who):
            raise forms.ValidationError(
                self.error_messages["locked_out"],
                code="locked_out",
                params={"times": sign_in.ALLOWED_FAILURES, "minutes": minutes},
            )
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            sign_in.failure_record(**who)
            raise
        sign_in.failures_forget(**who)
        return cleaned

    def get_invalid_login_error(self):
        """Say that the account is switched off, to those who know its password."""
        user = User.objects.filter(
            username=self.cleaned_data.get("username"), is_active=False
        ).first()
        if user and user.check_password(self.cleaned_data.get("password")):
            return forms.ValidationError(self.error_messages["inactive"], code="inactive")
        return super().get_invalid_login_error()


class PasswordChangeForm(auth_forms.PasswordChangeForm):
    error_messages = {
        "password_mismatch": "Hai lần nhập mật khẩu mới không giống nhau. Xin nhập lại cả hai.",
        "password_incorrect": "Mật khẩu hiện nay không đúng. Xin nhập lại.",
        "password_same": "Mật khẩu mới phải khác mật khẩu hiện nay.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Mật khẩu hiện nay (lần đầu: mật khẩu trên phiếu)"
        self.fields["new_password1"].label = "Mật khẩu mới"
        self.fields[
            "new_password1"
        ].help_text = "Ít nhất 8 ký tự, không chỉ gồm chữ số, không giống tên đăng nhập."
        self.fields["new_password2"].label = "Nhập lại mật khẩu mới"
        self.fields["new_password2"].help_text = ""
        self.helper = helper("Đổi mật khẩu")

    def clean_new_password1(self):
        password = self.cleaned_data["new_password1"]
        if self.user.check_password(password):
            raise forms.ValidationError(self.error_messages["password_same"], code="same")
        return password


def unit_picker(address: str) -> forms.TextInput:
    """Return a field for a code that offers units by name; `address` names the search."""
    attrs = {
        "autocomplete": "off",
        "spellcheck": "false",
        "placeholder": "Gõ tên hoặc mã",
        "data-unit-search": reverse_lazy(address),
    }
    return forms.TextInput(attrs=attrs)


class UnitField(forms.ModelChoiceField):
    """A unit: chosen from a list where it is short, else typed by its code."""

    default_error_messages = {
        "invalid_choice": "Không có đơn vị nào mang mã này trong phạm vi của đồng chí. Xem mã ở"
        " mục “Đơn vị”.",
        "required": "Chọn đơn vị.",
    }

    def __init__(self, **kwargs):
        super().__init__(Unit.objects.none(), to_field_name="code", **kwargs)

    def label_from_instance(self, unit):
        return f"{unit.code} – {unit.name}"

    def offer(self, units):
        if units[LIST_AT_MOST : LIST_AT_MOST + 1]:
            self.widget = unit_picker("cells:unit_search")
            self.help_text = "Gõ một phần tên, có dấu hay không, rồi chọn; hoặc gõ mã."
        self.queryset = units


class RoleFieldsMixin:
    """Check that the chosen role may be given in the chosen unit."""

    def offer_roles(self, by):
        self.by = by
        self.fields["unit"].offer(Unit.objects.allowed(by, access.ACCOUNTS).active())
        self.fields["role"].choices = [("", "Chọn vai trò"), *grants.roles_to_grant(by)]

    def clean(self):
        cleaned = super().clean()
        unit, role = cleaned.get("unit"), cleaned.get("role")
        if unit and role:
            if not grants.fits(role, unit):
                sort = "chi bộ" if unit.is_cell else "đảng ủy"
                self.add_error("role", f"“{Role(role).label}” không dùng cho {sort}. Chọn lại.")
            elif not grants.may_grant(self.by, role, unit):
                self.add_error("role", "Đồng chí không cấp được vai trò này ở đơn vị này.")
        return cleaned


class AccountForm(RoleFieldsMixin, forms.Form):
    """Ask for what a new account needs."""

    full_name = forms.CharField(
        label="Họ và tên",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": "Nhập họ và tên người dùng tài khoản."},
    )
    unit = UnitField(label="Đơn vị", empty_label="Chọn đơn vị")
    role = forms.ChoiceField(label="Vai trò", error_messages={"required": "Chọn vai trò."})

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_roles(by)
        self.helper = helper("Tạo tài khoản")

    def clean_full_name(self):
        return tidy(self.cleaned_data["full_name"])


class AssignmentForm(RoleFieldsMixin, forms.Form):
    """Ask for another role of an account."""

    unit = UnitField(label="Đơn vị", empty_label="Chọn đơn vị")
    role = forms.ChoiceField(label="Vai trò", error_messages={"required": "Chọn vai trò."})
    starts_on = forms.DateField(label="Từ ngày", help_text="Ví dụ 24/11/2026.")

    def __init__(self, *args, by, **kwargs):
        kwargs.setdefault("initial", {"starts_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.offer_roles(by)
        self.helper = helper("Giao vai trò")


class AssignmentEndForm(forms.Form):
    """Ask from which day on a role no longer holds."""

    ends_on = forms.DateField(label="Từ ngày này không còn vai trò", help_text="Ví dụ 24/11/2026.")

    def __init__(self, *args, assignment: Assignment, **kwargs):
        kwargs.setdefault("initial", {"ends_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.assignment = assignment
        self.helper = helper("Kết thúc vai trò")

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day < self.assignment.starts_on:
            start = f"{self.assignment.starts_on:%d/%m/%Y}"
            raise forms.ValidationError(f"Vai trò bắt đầu ngày {start}; chọn từ ngày đó trở đi.")
        return day


class CommitteeForm(forms.Form):
    """Ask for the committee whose cells are meant."""

    committee = UnitField(label="Đảng ủy", empty_label="Chọn đảng ủy")

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["committee"].offer(
            Unit.objects.allowed(by, access.ACCOUNTS).active().committees()
        )
        widget = self.fields["committee"].widget
        is_list = isinstance(widget, forms.Select)
        widget.attrs["class"] = "form-select" if is_list else "form-control"
