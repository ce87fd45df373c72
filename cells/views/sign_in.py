"""Signing in and choosing one's own password."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django.contrib import messages
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import views as auth_views
from django.urls import reverse_lazy

from cells.models import Door
from cells.services import audit


class SignInForm(auth_forms.AuthenticationForm):
    error_messages = {
        "invalid_login": "Tên đăng nhập hoặc mật khẩu không đúng. Xin nhập lại; chữ hoa và chữ"
        " thường khác nhau.",
        "inactive": "Tài khoản này đã ngừng dùng. Liên hệ cán bộ đảng ủy để được mở lại.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Tên đăng nhập"
        self.fields["password"].label = "Mật khẩu"
        self.helper = FormHelper()
        self.helper.add_input(Submit("sign_in", "Đăng nhập", css_class="btn-primary w-100"))


class SignIn(auth_views.LoginView):
    template_name = "cells/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class PasswordChangeForm(auth_forms.PasswordChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("change", "Đổi mật khẩu"))


class PasswordChange(auth_views.PasswordChangeView):
    template_name = "cells/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("home")

    def form_valid(self, form):
        answer = super().form_valid(form)
        user = form.user
        if user.must_change_password:
            user.must_change_password = False
            user.save(update_fields=["must_change_password"])
        audit.record(by=user, door=Door.WEB, action="password_changed", subject=user)
        messages.success(self.request, "Đã đổi mật khẩu.")
        return answer
