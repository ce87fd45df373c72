"""The living page of components."""

from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def component_page(request):
    return render(request, "cells/components.html")
