"""Signing in and choosing one's own password."""

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.urls import reverse_lazy

from cells.forms import PasswordChangeForm, SignInForm
from cells.models import Door
from cells.services import accounts


class SignIn(auth_views.LoginView):
    template_name = "cells/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class PasswordChange(auth_views.PasswordChangeView):
    template_name = "cells/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("home")

    def form_valid(self, form):
        answer = super().form_valid(form)
        accounts.password_changed(user=form.user, door=Door.WEB)
        messages.success(self.request, "Đã đổi mật khẩu.")
        return answer
