from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def member_list(request):
    return render(request, "base.html")
