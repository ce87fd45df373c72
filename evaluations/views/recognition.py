"""The recognition board: years and committees, the choice, its draft."""

import tempfile

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from cells import access
from cells.models import CellKind, Door, Unit
from cells.vietnamese import tidy
from evaluations.forms.recognition import Typed, whole
from evaluations.models import Recognition
from evaluations.reports import recognition as reports
from evaluations.reports import recognition_overview as overview
from evaluations.reports.recognition_xlsx import recognition_workbook
from evaluations.services.errors import RefusedError
from evaluations.services.recognition_board import board_of
from evaluations.services.recognition_drafts import (
    StaleError,
    recognition_discard,
    recognition_save,
)
from evaluations.services.recognition_problems import NO_CHOICE, problems_of
from evaluations.services.recognition_subject import COMMITTEES, may_recognise, subject_of

COMMITTEES_SHOWN, CELLS_SHOWN = 50, 150


@require_GET
def recognition_now(request):
    """Lead to the newest year: to the own board of who has one committee, else to the list."""
    period = overview.years().first()
    if period is None:
        return render(request, "evaluations/recognition_none.html")
    own = overview.committees_in(request.user, period)[:2]
    if len(own) == 1:
        return redirect("evaluations:recognition_board", period.code, own[0].code)
    return redirect("evaluations:recognitions", period.code)


def year_of(code):
    return get_object_or_404(overview.years(), code=code)


def desk_of(user, period, code, *actions):
    """Return a year and the committee for which `user` may do one of the actions in it, or 404."""
    held = year_of(period)
    unit = get_object_or_404(
        Unit.objects.visible_to(user).committees().select_related("parent"), code=code
    )
    if not may_recognise(user, unit, subject_of(unit, held), *actions):
        raise Http404
    return held, unit


PROPOSING = (access.APPRAISE, access.DECIDE)


def _asked(request):
    return tidy(request.GET.get("q", "").replace("\0", ""))[:60]


@require_GET
def recognitions(request, period):
    """Show each committee within reach: eligible, recognised, share."""
    held, q = year_of(period), _asked(request)
    found = overview.committees_in(request.user, held)
    rows = overview.rows_of(found.search(q), held)
    context = {
        "period": held,
        "periods": overview.years(),
        "q": q,
        "total": overview.total_of(rows),
        "page": Paginator(rows, COMMITTEES_SHOWN).get_page(request.GET.get("page")),
        "has_committees": bool(rows) or found.exists(),
        "above": overview.rows_of(
            overview.committees_in(request.user, held, COMMITTEES), held, COMMITTEES
        ),
    }
    return render(request, "evaluations/recognitions.html", context)


@require_GET
@never_cache
def recognitions_xlsx(request, period):
    """Send the workbook of the committees that the list shows, all pages of it."""
    held, q = year_of(period), _asked(request)
    rows = overview.rows_of(overview.committees_in(request.user, held).search(q), held)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    recognition_workbook(file, rows=rows, period=held, q=q, user=request.user)
    file.seek(0)
    name = f"cong-nhan-{held.code}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name)


@require_GET
def recognition_board(request, period, code):
    held, committee = desk_of(request.user, period, code, access.VIEW)
    return render(
        request,
        "evaluations/recognition_board.html",
        board_context(request, board_of(committee, held)),
    )


def board_context(request, board, typed=None, error=""):
    """Return what the page of a board and its parts need."""
    problems = problems_of(board)
    shown = reports.BoardFilter.read(request.GET)
    rows = reports.rows_of(board, problems, shown)
    page = Paginator(rows, CELLS_SHOWN).get_page(request.GET.get("page"))
    return {
        "board": board,
        "shown": shown,
        "shows": reports.SHOWS,
        "kinds": _kinds(board),
        "page": page,
        "rows": list(page),
        "barred": reports.barred_of(board),
        "general": [text for text in problems.general if text != NO_CHOICE],
        "open_problems": len(problems.rows),
        "version": typed.version if typed else board.draft.version if board.draft else 0,
        "error": error,
        "can_edit": may_recognise(request.user, board.committee, board.subject, *PROPOSING),
        "can_decide": may_recognise(request.user, board.committee, board.subject, access.DECIDE),
        "periods": overview.years(),
        "issued": Recognition.objects.issued().filter(
            committee=board.committee, period=board.period
        ),
    }


def _kinds(board) -> list[CellKind]:
    """Return the kinds among the eligible cells, by name."""
    kinds = {one.sheet.period_unit.kind for one in board.candidates}
    return sorted((kind for kind in kinds if kind), key=lambda kind: kind.name)


@require_POST
def recognition_save_view(request, period, code):
    """Save the draft: a part of the page for a page that saves by itself, else the page anew."""
    held, committee = desk_of(request.user, period, code, *PROPOSING)
    typed = Typed.read(request.POST)
    error, status = "", 200
    try:
        _save(request, held, committee, typed)
    except StaleError as refused:
        error, status = refused.message, 409
    except RefusedError as refused:
        error, status = refused.message, 422
    if error:
        board = board_of(committee, held, typed=typed.choices, exception=typed.exception)
    elif request.htmx:
        board = board_of(committee, held)
    else:
        return _after_save(request, held, committee)
    context = board_context(request, board, typed if error else None, error)
    name = "_recognition_saved" if request.htmx else "recognition_board"
    answer = render(request, f"evaluations/{name}.html", context, status=status)
    if request.htmx:
        said = error or f"Đã lưu: chọn {len(board.chosen)}, còn {board.left}."
        trigger_client_event(answer, "announce", said)
    return answer


def _save(request, period, committee, typed):
    draft = Recognition.objects.drafts().filter(committee=committee, period=period).first()
    stored = (draft.has_exception, draft.exception_reason) if draft else (False, "")
    exception = typed.exception or stored
    # Whoever has read that somebody else saved may still put the own choice over it.
    over = draft.version if draft and "overwrite" in request.POST else typed.version
    recognition_save(
        committee=committee,
        period=period,
        choices=typed.choices,
        has_exception=exception[0],
        exception_reason=exception[1],
        version=over,
        by=request.user,
        door=Door.WEB,
    )


def _after_save(request, period, committee):
    if "review" in request.POST:
        return redirect("evaluations:recognition_review", period.code, committee.code)
    messages.success(request, "Đã lưu bản dự thảo.")
    here = reverse("evaluations:recognition_board", args=[period.code, committee.code])
    asked = request.GET.urlencode()
    return redirect(f"{here}?{asked}" if asked else here)


@require_POST
def recognition_discard_view(request, period, code):
    held, committee = desk_of(request.user, period, code, *PROPOSING)
    try:
        recognition_discard(
            committee=committee,
            period=held,
            version=whole(request.POST.get("version", "")),
            by=request.user,
            door=Door.WEB,
        )
    except RefusedError as refused:
        messages.error(request, f"{refused.message} Chưa bỏ bản nào.")
    else:
        messages.success(request, "Đã bỏ bản dự thảo. Nhật ký còn giữ nội dung của nó.")
    return redirect("evaluations:recognition_board", period, code)
