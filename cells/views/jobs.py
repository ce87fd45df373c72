from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cells.models import Job


@require_GET
def job_progress(request, pk):
    job = get_object_or_404(Job, pk=pk, created_by=request.user)
    return render(request, "components/_job_progress.html", {"job": job})
