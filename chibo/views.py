"""The front door and the health page."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from cells import access
from chibo import health


@require_GET
def home(request):
    """Lead each role to where its work lies."""
    if access.reach(request.user, access.VIEW):
        return redirect("evaluations:queue_now")
    return redirect("cells:accounts")


@login_not_required
@require_GET
def healthz(request):
    report = health.report()
    return JsonResponse(report, status=200 if report["status"] == "ok" else 503)
