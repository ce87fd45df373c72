from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def history(request, period, code):
    return render(request, "base.html")
