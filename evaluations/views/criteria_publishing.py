"""Publishing a draft of criteria: what exactly is frozen is shown first."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cells.models import Door
from evaluations.forms.criteria.around import Around
from evaluations.forms.criteria.sections import Finder
from evaluations.reports.criteria_changes import changes
from evaluations.reports.criteria_publishing import publishing
from evaluations.services.criteria_drafts import draft_publish, raw_of
from evaluations.services.errors import RefusedError
from evaluations.views.criteria_drafts import editable, posted_version


@require_http_methods(["GET", "POST"])
@never_cache
def draft_publish_page(request, pk):
    held = editable(request, pk)
    if request.method == "POST":
        return _publish(request, held)
    raw = raw_of(held.text)
    found = Finder(Around(held, raw)).found
    errors = [one for one in found if one.is_error]
    context = {
        "draft": held,
        "errors": errors,
        "warnings": [one for one in found if not one.is_error],
        "changes": changes(raw_of(held.base.text), raw) if held.base else [],
        "shown": None if errors else publishing(held, timezone.localdate()),
    }
    return render(request, "evaluations/draft_publish.html", context)


def _publish(request, held):
    try:
        published = draft_publish(
            draft=held, version=posted_version(request), by=request.user, door=Door.WEB
        )
    except RefusedError as error:
        messages.error(request, error.message)
        return redirect("evaluations:draft_publish", held.pk)
    messages.success(request, f"Đã ban hành bộ tiêu chí {published.code}.")
    return redirect("evaluations:criteria_set", published.code)
