"""Criteria sets as everybody reads them: the list, one set, its file."""

from functools import wraps

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from cells import access
from evaluations.criteria_words import WORDS
from evaluations.models import CriteriaSet
from evaluations.reports.criteria_list import (
    CriteriaFilter,
    drafts_found,
    sets_found,
    sheets_using,
    standing,
)
from evaluations.reports.criteria_page import criteria_page
from evaluations.services.rankings import root_scope

PAGE_SIZE = 20
TOML = "application/toml; charset=utf-8"


def reads_criteria(view):
    """Let those pass who see sheets anywhere; a technical right alone shows no criteria."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not access.reach(request.user, access.VIEW):
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


def toml_file(code: str, text: str) -> HttpResponse:
    """Send a set as it is written, byte for byte."""
    name = content_disposition_header(as_attachment=True, filename=f"{code}.toml")
    return HttpResponse(text, content_type=TOML, headers={"Content-Disposition": name})


@require_GET
@reads_criteria
def criteria_list(request):
    asked = CriteriaFilter.read(request.GET)
    today = timezone.localdate()
    page = Paginator(sets_found(asked), PAGE_SIZE).get_page(request.GET.get("page"))
    used = sheets_using(page)
    may_write = bool(access.reach(request.user, access.CRITERIA))
    context = {
        "page": page,
        "rows": [(one, standing(one, today), used.get(one.pk, 0)) for one in page],
        "drafts": drafts_found(asked, request.user) if may_write else [],
        "asked": asked,
        "subjects": WORDS["subject"].items(),
        "periods": WORDS["period"].items(),
        "may_write": may_write,
    }
    return render(request, "evaluations/criteria.html", context)


@require_GET
@reads_criteria
def criteria_set(request, code):
    shown = criteria_page(code)
    if shown is None:
        raise Http404
    today = timezone.localdate()
    context = {
        "shown": shown,
        "standing": standing(shown.criteria, today),
        "today": today,
        "head": shown.criteria.owner or root_scope(),
        "may_write": bool(access.reach(request.user, access.CRITERIA)),
    }
    return render(request, "evaluations/criteria_set.html", context)


@require_GET
@reads_criteria
def criteria_toml(request, code):
    published = get_object_or_404(CriteriaSet, code=code)
    return toml_file(published.code, published.text)
