"""How far a job is, asked again every second by the page that started it."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cells.models import Job

PARTIAL = "components/_job_progress.html"


@require_GET
def job_progress(request, pk):
    job = get_object_or_404(Job, pk=pk, created_by=request.user)
    return progress_answer(request, job, reverse("cells:job", args=[job.pk]))


def progress_answer(request, job, poll_url):
    """Answer with the state of a job; once it is done, let htmx load the page anew."""
    response = render(request, PARTIAL, {"job": job, "poll_url": poll_url})
    if job.state == Job.State.DONE:
        response["HX-Refresh"] = "true"
    return response
