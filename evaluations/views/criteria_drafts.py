"""Drafts of criteria: how they begin, how they stand, their file, giving them up."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cells import access
from cells.models import Door
from evaluations.forms.criteria.around import Around
from evaluations.forms.criteria.begin import KeptFileForm, NewDraftForm, UploadForm
from evaluations.forms.criteria.overview import overview
from evaluations.models import CriteriaDraft, CriteriaSet
from evaluations.reports.criteria_changes import changes
from evaluations.services.criteria_drafts import (
    DraftConflictError,
    draft_begin,
    draft_discard,
    draft_save,
    draft_upload,
    raw_of,
)
from evaluations.services.errors import RefusedError
from evaluations.views.criteria import toml_file


def editable(request, pk) -> CriteriaDraft:
    drafts = CriteriaDraft.objects.editable_by(request.user)
    return get_object_or_404(drafts.select_related("owner", "base", "updated_by"), pk=pk)


def posted_version(request) -> int:
    """Return the version that the page was made of; 0 where it says none."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _posted(request):
    """Return data and files of a form; nothing where none was sent."""
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _require_author(request) -> None:
    if not access.reach(request.user, access.CRITERIA):
        raise Http404


@require_http_methods(["GET", "POST"])
def draft_new(request, code):
    """Copy a published set into a draft."""
    _require_author(request)
    source = get_object_or_404(CriteriaSet, code=code)
    form = NewDraftForm(*_posted(request), by=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            draft = draft_begin(
                source=source,
                owner=data["owner"],
                code=data["code"],
                is_successor=data["kind"] == "next",
                by=request.user,
                door=Door.WEB,
            )
        except RefusedError as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, f"Đã tạo bản nháp {draft.code}.")
            return redirect("evaluations:draft", draft.pk)
    context = {"form": form, "source": source}
    status = 422 if form.errors else 200
    return render(request, "evaluations/draft_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def draft_from_file(request):
    """Make a draft of a TOML file."""
    _require_author(request)
    form = UploadForm(*_posted(request), by=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            draft = draft_upload(
                text=data["text"], owner=data["owner"], by=request.user, door=Door.WEB
            )
        except RefusedError as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, f"Đã tạo bản nháp {draft.code} từ tệp.")
            return redirect("evaluations:draft", draft.pk)
    status = 422 if form.errors else 200
    return render(request, "evaluations/draft_upload.html", {"form": form}, status=status)


@require_GET
@never_cache
def draft(request, pk):
    """Show how a draft stands; one that ended is only named."""
    visible = CriteriaDraft.objects.visible_to(request.user)
    held = get_object_or_404(
        visible.select_related("owner", "base", "published", "created_by", "updated_by"), pk=pk
    )
    if not held.is_open:
        return render(request, "evaluations/draft_ended.html", {"draft": held})
    raw = raw_of(held.text)
    context = {
        "draft": held,
        "shown": overview(Around(held, raw)),
        "changes": changes(raw_of(held.base.text), raw) if held.base else [],
    }
    return render(request, "evaluations/draft.html", context)


@require_GET
def draft_toml(request, pk):
    visible = CriteriaDraft.objects.visible_to(request.user)
    held = get_object_or_404(visible, pk=pk)
    return toml_file(held.code, held.text)


@require_http_methods(["GET", "POST"])
@never_cache
def draft_replace(request, pk):
    """Take the whole content of a draft from a file."""
    held = editable(request, pk)
    form = KeptFileForm(*_posted(request))
    version = posted_version(request) or held.version
    if request.method == "POST" and form.is_valid():
        try:
            draft_save(
                draft=held,
                raw=raw_of(form.cleaned_data["text"]),
                version=version,
                by=request.user,
                door=Door.WEB,
            )
        except DraftConflictError as error:
            form.add_error("file", error.message)
            version = held.version
        except RefusedError as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, "Đã thay nội dung bản nháp bằng tệp.")
            return redirect("evaluations:draft", held.pk)
    status = 422 if form.errors else 200
    context = {"draft": held, "form": form, "version": version}
    return render(request, "evaluations/draft_replace.html", context, status=status)


@require_http_methods(["GET", "POST"])
def draft_give_up(request, pk):
    held = editable(request, pk)
    if request.method == "POST":
        try:
            draft_discard(draft=held, by=request.user, door=Door.WEB)
        except RefusedError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"Đã bỏ bản nháp {held.code}.")
        return redirect("evaluations:criteria")
    return render(request, "evaluations/draft_discard.html", {"draft": held})
