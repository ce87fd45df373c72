"""Editing a draft of criteria: a section or a line a page, rows, moving and removing lines."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cells.models import Door
from evaluations.forms.criteria.around import Around
from evaluations.forms.criteria.base import Section
from evaluations.forms.criteria.line import LineSection, line_moved, line_removed
from evaluations.forms.criteria.sections import SECTIONS, Finder
from evaluations.forms.criteria.tables import line_at, lines_of, tables_of
from evaluations.models import CriteriaDraft
from evaluations.rules.table import code_of
from evaluations.services.criteria_drafts import DraftConflictError, draft_save, raw_of
from evaluations.services.errors import RefusedError
from evaluations.views.criteria_drafts import editable, posted_version

STEPS = {"up": -1, "down": 1}


@require_http_methods(["GET", "POST"])
@never_cache
def draft_section(request, pk, section):
    if section not in SECTIONS:
        raise Http404
    held = editable(request, pk)
    url = reverse("evaluations:draft_section", args=[pk, section])
    return _edit(request, held, SECTIONS[section], url, lambda saved, done: url)


@require_http_methods(["GET", "POST"])
@never_cache
def draft_line(request, pk, line):
    """Edit one line. One that somebody removed meanwhile can be saved as a new one."""
    held = editable(request, pk)
    url = reverse("evaluations:draft_line", args=[pk, line])

    def build(raw, around, data=None, *, judged=False):
        there = line_at(raw, line)
        if there is None and request.method == "GET":
            raise Http404
        return LineSection(raw, around, data, judged=judged, line=there)

    return _edit(request, held, build, url, _line_url)


@require_http_methods(["GET", "POST"])
@never_cache
def draft_line_new(request, pk, group):
    held = editable(request, pk)
    groups = tables_of(raw_of(held.text), "groups")
    if not 1 <= group <= len(groups):
        raise Http404
    url = reverse("evaluations:draft_line_new", args=[pk, group])

    def build(raw, around, data=None, *, judged=False):
        return LineSection(raw, around, data, judged=judged, group=group - 1)

    return _edit(request, held, build, url, _line_url)


def _line_url(saved: CriteriaDraft, section: Section) -> str:
    """Return the address of the line that was saved, under its code of now."""
    assert isinstance(section, LineSection)  # noqa: S101
    code = section.made().get("code", "")
    lines = lines_of(raw_of(saved.text))
    there = [one.name for one in lines if code_of(one.table) == code]
    if not there:
        return reverse("evaluations:draft", args=[saved.pk])
    return reverse("evaluations:draft_line", args=[saved.pk, there[-1]])


def _edit(
    request,
    draft: CriteriaDraft,
    build: Callable[..., Section],
    url: str,
    after: Callable[[CriteriaDraft, Section], str],
):
    """Show a section, do what a button of a row asks, or save: nothing typed is lost."""
    raw = raw_of(draft.text)
    around = Around(draft, raw)
    if request.method == "GET":
        section = build(raw, around)
        section.note(Finder(around).on_page(url))
        return _page(request, draft, section)
    asked = request.POST.get("row", "")
    section = build(raw, around, request.POST, judged=not asked)
    if asked:
        section.act(asked)
        return _page(request, draft, section, is_changed=True)
    if not section.is_valid():
        return _page(request, draft, section, status=422)
    try:
        saved = draft_save(
            draft=draft,
            raw=section.written(),
            version=posted_version(request),
            by=request.user,
            door=Door.WEB,
        )
    except DraftConflictError as error:
        return _page(request, draft, section, status=409, conflict=error.message)
    except RefusedError as error:
        section.refuse(error)
        return _page(request, draft, section, status=422)
    messages.success(request, "Đã lưu.")
    return redirect(after(saved, section))


def _page(request, draft, section, *, status=200, conflict="", is_changed=False):
    context = {
        "draft": draft,
        "section": section,
        "conflict": conflict,
        # After a row was moved, a refusal or a conflict there is something to be lost.
        "is_changed": is_changed or status != 200,
        "version": draft.version if conflict else posted_version(request) or draft.version,
    }
    return render(request, "evaluations/draft_section.html", context, status=status)


@require_POST
def draft_line_move(request, pk, line):
    """Move a line one place up or down in its group."""
    held = editable(request, pk)
    raw = raw_of(held.text)
    there, step = line_at(raw, line), STEPS.get(request.POST.get("to", ""))
    if there is None or step is None:
        messages.error(request, "Dòng này vừa thay đổi. Hãy xem lại rồi chuyển.")
        return redirect("evaluations:draft", pk)
    return _save_lines(request, held, line_moved(raw, there, step), "Đã chuyển dòng.")


@require_http_methods(["GET", "POST"])
@never_cache
def draft_line_remove(request, pk, line):
    held = editable(request, pk)
    raw = raw_of(held.text)
    there = line_at(raw, line)
    if there is None:
        raise Http404
    if request.method == "POST":
        return _save_lines(request, held, line_removed(raw, there), "Đã xóa dòng.")
    context = {"draft": held, "line": there}
    return render(request, "evaluations/draft_line_remove.html", context)


def _save_lines(request, held, raw, done):
    try:
        draft_save(
            draft=held, raw=raw, version=posted_version(request), by=request.user, door=Door.WEB
        )
    except RefusedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect("evaluations:draft", held.pk)
