"""The rival of the ranking page: a signed-in view that shows nothing.

It passes every middleware and costs the two queries of session and user.
"""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from chibo.urls import urlpatterns as product


@require_GET
def empty(request):
    return HttpResponse(f"Xin chào {request.user.pk}")


urlpatterns = [path("trong/", empty), *product]
