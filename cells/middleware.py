"""What every signed-in request must pass."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.views.defaults import page_not_found


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


class RefuseNulMiddleware:
    """Refuse the one character that no text of ours holds and PostgreSQL cannot store."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path:
            return self.get_response_not_found(request)
        given = [*request.GET.lists(), *request.POST.lists()]
        if any("\0" in text for name, texts in given for text in (name, *texts)):
            return HttpResponseBadRequest("Dữ liệu gửi lên có ký tự không hợp lệ.")
        return self.get_response(request)

    @staticmethod
    def get_response_not_found(request):
        return page_not_found(request, Http404())


class SignedInMiddleware(LoginRequiredMiddleware):
    """Ask for signing in; a part of a page that is saved gets 401, since it cannot be led away.

    So does a page of one person under the session of another who signed in beside it: what the
    first one typed is not saved in the second one's name.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        page_of = request.headers.get("X-Chibo-User")
        if page_of and request.user.is_authenticated and page_of != str(request.user.pk):
            return HttpResponse("Phiên đăng nhập này là của người khác.", status=401)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        if request.headers.get("HX-Request"):
            return HttpResponse("Đã hết phiên đăng nhập.", status=401)
        return super().handle_no_permission(request, view_func)
