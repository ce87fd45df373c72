from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def scorecard(request, **kwargs):
    return render(request, "base.html")
