"""What every signed-in request must pass."""

from django.shortcuts import redirect
from django.urls import reverse


class PasswordChangeMiddleware:
    """Lead people with a one-time password to choose their own before anything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and request.user.must_change_password:
            allowed = {reverse("password_change"), reverse("logout")}
            if request.path not in allowed:
                return redirect("password_change")
        return self.get_response(request)
