"""Members' year sheets: cells, the members of one, one member's sheet; closing and deciding."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Door, Unit
from cells.vietnamese import tidy
from evaluations.forms.decisions import DecisionForm, ReturnForm
from evaluations.inputs import read_posted
from evaluations.models import CriteriaSet, MemberSheet, Period
from evaluations.reasons import CLASS_NAMES
from evaluations.reports import member_sheets as reports
from evaluations.rules.engine import AnswerError
from evaluations.services import member_sheets as services
from evaluations.services.errors import LockedError, RefusedError
from evaluations.views.sheets import posted_version
from members.models import Member

CELLS = 50


@require_GET
def member_cells_now(request):
    """Lead to the newest opened period in which members are assessed."""
    period = _periods().first()
    if period is None:
        return render(request, "evaluations/member_cells_none.html")
    return redirect("evaluations:member_cells", period.code)


def _periods():
    kinds = CriteriaSet.objects.filter(subject="member").values("period_kind")
    return Period.objects.opened().filter(kind__in=kinds).order_by("-ends_on")


def _period(code) -> Period:
    return get_object_or_404(_periods(), code=code)


@require_GET
def member_cells(request, period):
    """Show how far each cell within reach is; a leader decides from here."""
    held = _period(period)
    return _cells_page(request, held, None)


def _cells_page(request, period, form, status=200):
    asked = tidy(request.GET.get("q", "").replace("\0", ""))[:60]
    cells = Unit.objects.visible_to(request.user).active().cells().search(asked).order_by("path")
    page = Paginator(cells.select_related("parent"), CELLS).get_page(request.GET.get("page"))
    committee, ready = _desk(request.user, period)
    if committee is not None and form is None:
        form = DecisionForm(
            sheets=ready, committee=committee, period=period,
            initial={"signer": request.user.full_name, "signed_on": timezone.localdate()},
        )  # fmt: skip
    context = {
        "period": period,
        "periods": _periods(),
        "page": page,
        "rows": reports.progress_of(list(page), period),
        "q": asked,
        "form": form,
        "ready": ready,
        "committee": committee,
    }
    return render(request, "evaluations/member_cells.html", context, status=status)


def _desk(user, period):
    """Return the committee whose leader the user is, and its cells that wait for a decision."""
    committees = Unit.objects.allowed(user, access.DECIDE).active().filter(is_cell=False)
    committee = committees.filter(level__is_grassroots=True).order_by("path").first()
    if committee is None:
        return None, Unit.objects.none()
    closed = MemberSheet.objects.filter(period=period, state=MemberSheet.State.CLOSED)
    below = Unit.objects.below(committee).cells()
    return committee, below.filter(pk__in=closed.values("cell")).order_by("path")


@require_POST
def member_decide(request, period):
    held = _period(period)
    committee, ready = _desk(request.user, held)
    if committee is None:
        raise Http404
    form = DecisionForm(request.POST, sheets=ready, committee=committee, period=held)
    if not form.is_valid():
        return _cells_page(request, held, form, status=422)
    cells = form.cleaned_data.pop("sheets")
    try:
        made = services.cells_decide(
            period=held, committee=committee, cells=list(cells), by=request.user, door=Door.WEB,
            **form.cleaned_data,
        )  # fmt: skip
    except RefusedError as refused:
        form.add_error("number", refused.message)
        return _cells_page(request, held, form, status=422)
    messages.success(request, f"Đã lập quyết định số {made.number} cho đảng viên các chi bộ.")
    return redirect("evaluations:member_cells", period)


def _cell(request, code, action=access.VIEW) -> Unit:
    return get_object_or_404(Unit.objects.allowed(request.user, action).cells(), code=code)


@require_GET
def member_cell(request, period, code):
    """Show the members of a cell with what each came to."""
    held, cell = _period(period), _cell(request, code)
    rows = reports.rows_of(cell, held)
    states = {row.sheet.state for row in rows if row.sheet}
    may_enter = access.reach(request.user, access.ENTER).covers(cell.path)
    context = {
        "period": held,
        "cell": cell,
        "rows": rows,
        "progress": reports.progress_of([cell], held)[0],
        "may_close": may_enter and not services.lock_status(held, None),
        "may_return": access.reach(request.user, access.APPRAISE).covers(cell.path)
        and MemberSheet.State.CLOSED in states,
        "criteria": services.criteria_of(cell, held),
        "day": services.day_of(held),
    }
    return render(request, "evaluations/member_cell.html", context)


@require_POST
def member_cell_close(request, period, code):
    held, cell = _period(period), _cell(request, code, access.SUBMIT)
    try:
        count = services.cell_close(period=held, cell=cell, by=request.user, door=Door.WEB)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"Đã chốt kết quả của {count} đảng viên.")
    return redirect("evaluations:member_cell", period, code)


@require_http_methods(["GET", "POST"])
def member_cell_return(request, period, code):
    held, cell = _period(period), _cell(request, code, access.APPRAISE)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cell_return(
                period=held, cell=cell, by=request.user, door=Door.WEB, **form.cleaned_data
            )
        except RefusedError as refused:
            form.add_error("reason", refused.message)
        else:
            messages.success(request, f"Đã trả lại kết quả đảng viên cho {cell.name}.")
            return redirect("evaluations:member_cell", period, code)
    status = 422 if form.errors else 200
    context = {"period": held, "cell": cell, "form": form}
    return render(request, "evaluations/member_cell_return.html", context, status=status)


def _sheet(request, period, code, pk, action=access.VIEW) -> MemberSheet:
    """Return the sheet of a member who is assessed in the cell, stored or about to begin."""
    held, cell = _period(period), _cell(request, code, action)
    member = get_object_or_404(Member, pk=pk)
    stored = MemberSheet.objects.filter(period=held, cell=cell, member=member).exists()
    if not stored and not services.members_owed(cell, held).filter(pk=pk).exists():
        raise Http404
    sheet = reports.sheet_of(cell, held, member)
    if sheet is None:
        raise Http404
    return sheet


@require_GET
def member_sheet(request, period, code, pk):
    sheet = _sheet(request, period, code, pk)
    may_enter = access.reach(request.user, access.ENTER).covers(sheet.cell.path)
    lock = services.lock_status(sheet.period, sheet)
    rules = sheet.criteria.rules
    context = {
        "sheet": sheet,
        "view": reports.view_of(sheet),
        "vetoes": rules.vetoes,
        "classes": _classes(rules),
        "lock": lock if may_enter else "Đồng chí xem được phiếu này nhưng không nhập.",
        "can_enter": may_enter and not lock,
        "next": reports.next_unfinished(reports.rows_of(sheet.cell, sheet.period), sheet.member),
    }
    return render(request, "evaluations/member_sheet.html", context)


def _classes(rules) -> list[tuple[str, str]]:
    """Return the classes of the year, the best first; none where the set asks for none."""
    if not rules.recognition.annual_class_gte:
        return []
    return [(code, CLASS_NAMES.get(code, code)) for code in reversed(rules.annual_classes)]


@require_http_methods(["GET", "POST"])
def member_line(request, period, code, pk, line):
    """Save one line (POST: 200, 409, 422, 423) or show it as it is stored (GET)."""
    sheet = _sheet(request, period, code, pk, access.ENTER)
    if line not in sheet.criteria.rules.indicators:
        raise Http404
    if request.method == "GET":
        view = reports.view_of(sheet)
        context = {"sheet": sheet, "line": view.line(line), "can_enter": True}
        return render(request, "evaluations/_member_line.html", context)
    typed = {name: request.POST.get(name, "") for name in ("option", "num", "den", "na")}
    error, status, conflict = "", 200, None
    try:
        sheet = services.line_save(
            period=sheet.period, cell=sheet.cell, member=sheet.member, line=line,
            answer=read_posted(sheet.criteria.rules.indicators[line], typed),
            version=posted_version(request), by=request.user, door=Door.WEB,
        )  # fmt: skip
    except AnswerError as refused:
        error, status = refused.message, 422
    except services.LineConflictError as refused:
        status, conflict, sheet = 409, refused, refused.sheet
    except LockedError as refused:
        error, status = refused.message, 423
    except RefusedError as refused:
        error, status = refused.message, 422
    state = {200: "saved", 409: "conflict"}.get(status, "error")
    own = {"error": error, "state": state, "typed": typed if status != 200 else {}}
    view = reports.view_of(sheet, changed={line: own})
    stored = reports.view_of(sheet).line(line)
    context = {
        "sheet": sheet, "view": view, "line": view.line(line), "stored": stored,
        "conflict": conflict, "can_enter": status != 423,
    }  # fmt: skip
    return render(request, "evaluations/_member_line_saved.html", context, status=status)


@require_POST
def member_facts(request, period, code, pk):
    """Save vetoes and the class of the year; answer with the parts of the page they change."""
    sheet = _sheet(request, period, code, pk, access.ENTER)
    error, status = "", 200
    try:
        sheet = services.facts_save(
            period=sheet.period, cell=sheet.cell, member=sheet.member,
            vetoes=request.POST.getlist("veto"),
            annual_class=request.POST.get("annual_class", ""),
            by=request.user, door=Door.WEB,
        )  # fmt: skip
    except LockedError as refused:
        error, status = refused.message, 423
    except RefusedError as refused:
        error, status = refused.message, 422
    context = {
        "sheet": sheet, "view": reports.view_of(sheet), "error": error,
        "can_enter": status != 423,
    }  # fmt: skip
    return render(request, "evaluations/_member_facts_saved.html", context, status=status)
