"""Evidence of a line, or of a whole sheet: a panel that opens where the line stands."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door
from cells.vietnamese import tidy
from evaluations.forms.evidence import AboutForm, about_form
from evaluations.models import Evaluation, EvidenceFile, EvidenceUse
from evaluations.next_work import sheet_url
from evaluations.reports.entry import entry_of
from evaluations.reports.evidence import WHOLE, choices_for, panel_of, with_newest
from evaluations.services import evidence as services
from evaluations.services.errors import LockedError, RefusedError
from evaluations.services.evidence_files import FileRefusedError, file_take, name_of
from evaluations.services.evidence_lock import evidence_lock, may_ever
from evaluations.services.locks import lock_status

CHOICES_SHOWN = 8


@require_GET
def panel(request, period, code, line):
    """Show what is attached; `sua` names the piece whose description is being changed."""
    found, line = _found(request, period, code, line)
    return _page(request, found, line)


@require_POST
def upload(request, period, code, line):
    """Attach each file that can be taken; say of each other one why not."""
    found, line = _own(request, period, code, line)
    form = AboutForm(request.POST, place=_place(line))
    if reason := evidence_lock(found, line, user=request.user):
        return _answer(request, found, line, 423, said=[reason], form=form)
    if not form.is_valid():
        return _answer(request, found, line, 422, form=form)
    files = request.FILES.getlist("files")
    added, notes, refused = _add(request, found, line, files, form.about)
    if not files:
        refused = [("", "Hãy chọn ít nhất một tệp.")]
    said = [*([f"Đã gắn {added} tệp."] if added else []), *notes]
    status = 422 if refused else 200
    return _answer(request, found, line, status, said=said, refused=refused)


def _add(request, found, line, files, about):
    added, notes, refused = 0, [], []
    kind = EvidenceUse.Kind.SCAN if request.POST.get("scan") else EvidenceUse.Kind.NORMAL
    for file in files:
        try:
            taken = file_take(file)
            done = services.evidence_add(
                sheet=found, line=line, taken=taken, about=about, by=request.user, door=Door.WEB,
                kind=kind if not line else EvidenceUse.Kind.NORMAL,
            )  # fmt: skip
        except RefusedError as error:
            refused.append((name_of(file.name), error.message))
        else:
            added += done.is_new
            notes += [done.note] if done.note else []
    return added, notes, refused


@require_GET
def choices(request, period, code, line):
    """Offer what the unit has already, of this period and earlier ones."""
    found, line = _own(request, period, code, line)
    text = tidy(request.GET.get("q", ""))[:60]
    offered = choices_for(found, line, request.user, text)
    page = Paginator(offered, CHOICES_SHOWN).get_page(request.GET.get("page"))
    context = {
        "sheet": found,
        "name": line or WHOLE,
        "key": _place(line),
        "q": text,
        "page": page,
        "rows": with_newest(page, request.user),
    }
    template = "evaluations/_evidence_choices.html"
    return render(
        request, template if request.htmx else "evaluations/evidence_choices.html", context
    )


@require_POST
def attach(request, period, code, line):
    """Attach a file that the unit has already; a later revision takes the place of one."""
    found, line = _own(request, period, code, line)
    pk = request.POST.get("file", "")
    known = EvidenceFile.objects.visible_to(request.user).filter(evidence__unit=found.unit)
    if not pk.isdecimal() or len(pk) > 18:
        return _answer(request, found, line, 422, refused=[("", "Hãy chọn một minh chứng.")])
    file = known.select_related("evidence").filter(pk=int(pk)).first()
    if file is None:
        refused = [("", "Không tìm thấy minh chứng này. Hãy chọn lại.")]
        return _answer(request, found, line, 422, refused=refused)
    kind = EvidenceUse.Kind.SCAN if request.POST.get("scan") else EvidenceUse.Kind.NORMAL
    try:
        services.evidence_attach(
            sheet=found, line=line, file=file, by=request.user, door=Door.WEB, kind=kind
        )
    except LockedError as error:
        return _answer(request, found, line, 423, said=[error.message])
    answer = _answer(request, found, line, 200, said=[f"Đã gắn “{file.evidence.title}”."])
    answer["HX-Trigger"] = "evidence-attached"
    return answer


@require_POST
def detach(request, period, code, line, pk):
    found, line, use = _use(request, period, code, line, pk)
    reason = tidy(request.POST.get("reason", ""))
    try:
        services.evidence_detach(use=use, reason=reason, by=request.user, door=Door.WEB)
    except LockedError as error:
        return _answer(request, found, line, 423, said=[error.message])
    except RefusedError as error:
        return _again(request, found, line, use, {"reason_error": error.message})
    return _answer(request, found, line, 200, said=[f"Đã gỡ “{use.evidence.title}”."])


@require_POST
def revise(request, period, code, line, pk):
    """Put a new revision of the file where one stands."""
    found, line, use = _use(request, period, code, line, pk)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise FileRefusedError("Hãy chọn tệp của bản mới.")
        taken = file_take(file)
        services.evidence_revise(use=use, taken=taken, by=request.user, door=Door.WEB)
    except LockedError as error:
        return _answer(request, found, line, 423, said=[error.message])
    except RefusedError as error:
        return _again(request, found, line, use, {"file_error": error.message})
    return _answer(request, found, line, 200, said=["Đã thay bằng bản mới; bản cũ vẫn được giữ."])


@require_POST
def describe(request, period, code, line, pk):
    """Correct number, date, issuer and abstract of what is attached."""
    found, line, use = _use(request, period, code, line, pk)
    form = about_form(use.evidence, place=use.pk, data=request.POST)
    if not form.is_valid():
        return _again(request, found, line, use, {"form": form})
    try:
        services.evidence_describe(use=use, about=form.about, by=request.user, door=Door.WEB)
    except LockedError as error:
        return _answer(request, found, line, 423, said=[error.message])
    except RefusedError as error:
        return _again(request, found, line, use, {"form": form, "about_error": error.message})
    return _answer(request, found, line, 200, said=["Đã lưu mô tả."])


def _found(request, period, code, line):
    """Return a sheet within reach and the line that the address names, "" for the whole sheet."""
    sheets = Evaluation.objects.visible_to(request.user).of(period, code)
    found = get_object_or_404(sheets)
    line = "" if line == WHOLE else line
    if line and line not in found.criteria.rules.indicators:
        raise Http404
    return found, line


def _own(request, period, code, line):
    """Return what `_found` does, to those who attach to the sheet in some state."""
    found, line = _found(request, period, code, line)
    if not may_ever(found, request.user):
        raise Http404
    return found, line


def _use(request, period, code, line, pk):
    found, line = _own(request, period, code, line)
    uses = found.evidence_uses.filter(line=line).select_related("evidence", "file")
    use = get_object_or_404(uses, pk=pk)
    use.evaluation = found
    return found, line, use


def _place(line):
    return (line or WHOLE).replace(".", "-")


def _context(request, found, line, form=None, **more):
    panel = panel_of(found, line, request.user)
    form = form or AboutForm(place=panel.key)
    return {"sheet": found, "panel": panel, "form": form, **more}


def _page(request, found, line, status=200, **more):
    """Show the panel: where a line stands (htmx), or on a page of its own."""
    asked = request.GET.get("sua", "")
    context = _context(request, found, line, **more)
    opened = [row.use for row in context["panel"].rows if str(row.use.pk) == asked and not row.lock]
    for use in opened:
        context |= {"opened": use.pk, "use_form": about_form(use.evidence, place=use.pk)}
    context |= more
    part = "_" if request.htmx else ""
    return render(request, f"evaluations/{part}evidence.html", context, status=status)


def _answer(request, found, line, status, *, said=(), refused=(), form=None):
    """Answer with the parts of the panel that changed, or lead back to its page."""
    found = Evaluation.objects.of_pk(found.pk)
    if request.htmx:
        context = _context(request, found, line, form=form, said=said, refused=refused)
        context["is_wrong"] = status != 200
        if _is_on_the_sheet(request, found):
            context["entry"] = entry_of(found, request.user)
        template = "evaluations/_evidence_answer.html"
        return render(request, template, context, status=status)
    if status == 200:
        messages.success(request, " ".join(said))
        return redirect("evaluations:evidence", found.period.code, found.unit.code, line or WHOLE)
    return _page(request, found, line, status, form=form, said=said, refused=refused, is_wrong=True)


def _is_on_the_sheet(request, found):
    """Tell whether the sheet asks while it is entered: its list of checks goes along."""
    on_sheet = request.htmx.current_url_abs_path == sheet_url(found)
    return on_sheet and not lock_status(found, access.ENTER, user=request.user)


def _again(request, found, line, use, wrong):
    """Show the forms of one piece anew, with what was typed and what is wrong with it."""
    more = {"opened": use.pk, "use_form": about_form(use.evidence, place=use.pk)}
    more |= {"reason": request.POST.get("reason", "")}
    if "form" in wrong:
        more["use_form"] = wrong.pop("form")
    more |= wrong
    if not request.htmx:
        return _page(request, found, line, 422, **more)
    context = _context(request, found, line, **more)
    row = next(row for row in context["panel"].rows if row.use.pk == use.pk)
    context["row"] = row
    return render(request, "evaluations/_evidence_row_again.html", context, status=422)
