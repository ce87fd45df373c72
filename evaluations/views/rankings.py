"""The ranking of a period: table, progress of a new one, and the workbook of what is shown."""

import tempfile

from django.contrib import messages
from django.db.models import F, OuterRef, Subquery, Value, Window
from django.db.models.aggregates import Count
from django.db.models.functions import Concat
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door, Job, Unit
from cells.services import audit
from cells.views.jobs import progress_answer
from evaluations.models import Period, Ranking
from evaluations.ranking_filter import APART, RankingFilter, choices
from evaluations.ranking_page import FIELDS, HEADERS, Line, RowReader, Slice
from evaluations.reasons import verdict
from evaluations.reports.ranking_xlsx import NO_FILTER, ranking_workbook
from evaluations.services.rankings import RANKING, ranking_key, root_scope
from evaluations.tasks import ranking_request

ROWS = 50
ROOT = Unit.objects.filter(parent__isnull=True, is_cell=False).order_by("path")


@require_GET
def ranking_now(request):
    """Lead to the newest period that has a ranking, else to the newest open one."""
    periods = list(_periods())
    chosen = next((period for period in periods if period.ranking_id), None)
    chosen = chosen or next(iter(periods), None)
    if chosen is None:
        return render(request, "evaluations/ranking_none.html")
    return redirect("evaluations:ranking", chosen.code)


@require_GET
def ranking(request, period):
    """Show the visible rows of the latest ranking, filtered and sorted by the address."""
    reach = _reach(request)
    periods = list(_periods())
    chosen = next((one for one in periods if one.code == period), None)
    if chosen is None:
        raise Http404
    built = _latest(chosen)
    context = {
        "period": chosen,
        "periods": periods,
        "ranking": built,
        "job": _job(chosen, built),
        "poll_url": reverse("evaluations:ranking_progress", args=[chosen.code]),
        "can_build": bool(chosen.root_path)
        and access.reach(request.user, access.ADMINISTER).covers(chosen.root_path),
    }
    if built:
        shown = RankingFilter.read(request.GET, built, reach)
        context |= {
            "shown": shown,
            "choices": choices(built, reach),
            "headers": HEADERS,
            "page": _page(request, built, shown, chosen),
            "yes": verdict(chosen.kind, True),
            "no": verdict(chosen.kind, False),
            "is_apart": shown.tab == APART,
            "differences": [d for d in built.differences if reach.covers(d["path"])],
            "scope_words": _scope_words(built, reach),
        }
    return render(request, "evaluations/ranking.html", context)


@require_GET
def ranking_progress(request, period):
    """Say how far the ranking that is being built has come; asked again every second."""
    _reach(request)
    chosen = get_object_or_404(Period.objects.opened(), code=period)
    scope = root_scope()
    key = ranking_key(chosen, scope) if scope else ""
    job = Job.objects.filter(kind=RANKING, key=key).order_by("-created_at").first()
    if job is None:
        raise Http404
    return progress_answer(
        request, job, reverse("evaluations:ranking_progress", args=[chosen.code])
    )


@require_POST
def ranking_build(request, period):
    """Ask for a new ranking; those who administer the whole tree may."""
    chosen = get_object_or_404(Period.objects.opened(), code=period)
    scope = root_scope()
    if scope is None or not access.reach(request.user, access.ADMINISTER).covers(scope.path):
        raise Http404
    ranking_request(period=chosen, scope=scope, by=request.user)
    messages.info(request, "Đang lập bảng xếp hạng. Trang sẽ tự hiện kết quả khi xong.")
    return redirect("evaluations:ranking", chosen.code)


@require_GET
def ranking_xlsx(request, period):
    """Send the workbook of exactly what the filter shows, all pages of it."""
    reach = _reach(request)
    chosen = get_object_or_404(_periods(), code=period)
    built = _latest(chosen)
    if built is None:
        raise Http404
    shown = RankingFilter.read(request.GET, built, reach)
    rows = built.rows.visible_to(request.user)
    filtered = shown.in_words(built, reach)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    count = ranking_workbook(
        file,
        built,
        competing=shown.competing(rows),
        apart=shown.apart(rows),
        scope=_scope_words(built, reach),
        filtered=filtered or NO_FILTER,
        user=request.user,
    )
    audit.record(
        by=request.user,
        door=Door.WEB,
        action="ranking_exported",
        subject=built,
        unit=built.scope,
        period=chosen.code,
        new={"filter": filtered, "rows": count, "hash": built.sha256},
    )
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"xep-hang-{chosen.code}.xlsx")


def _reach(request) -> access.Reach:
    reach = access.reach(request.user, access.VIEW)
    if not reach:
        raise Http404
    return reach


def _periods():
    """Return the opened periods, each with its latest ranking and job of the whole tree."""
    jobs = Job.objects.filter(
        kind=RANKING,
        key=Concat(OuterRef("code"), Value(":"), Subquery(ROOT.values("code")[:1])),
    ).order_by("-created_at")
    latest = Ranking.objects.filter(
        period=OuterRef("pk"), scope__parent__isnull=True, scope__is_cell=False
    ).order_by("scope__path", "-built_at", "-pk")
    return Period.objects.opened().annotate(
        ranking_id=Subquery(latest.values("pk")[:1]),
        root_path=Subquery(ROOT.values("path")[:1]),
        **{
            f"job_{name}": Subquery(jobs.values(name)[:1])
            for name in ("state", "done", "total", "message", "created_at")
        },
    )


def _latest(period) -> Ranking | None:
    if period.ranking_id is None:
        return None
    return Ranking.objects.select_related("period", "scope", "built_by", "previous__period").get(
        pk=period.ranking_id
    )


def _job(period, built: Ranking | None) -> dict | None:
    """Return the job under way, or the failed one that no ranking has followed."""
    state = period.job_state
    running = state in (Job.State.QUEUED, Job.State.RUNNING)
    failed = state == Job.State.FAILED and (built is None or period.job_created_at > built.built_at)
    if not running and not failed:
        return None
    names = ("state", "done", "total", "message")
    return {name: getattr(period, f"job_{name}") for name in names}


def _page(request, built: Ranking, shown: RankingFilter, period) -> Slice:
    """Return one page of lines; the rows carry their own count, so it is one query."""
    rows = built.rows.visible_to(request.user)
    rows = shown.apart(rows) if shown.tab == APART else shown.competing(rows)
    whole = shown.is_open and access.reach(request.user, access.VIEW).covers(period.root_path)
    known = (built.incomplete if shown.tab == APART else built.ranked) if whole else None
    if known is None:
        rows = rows.annotate(shown=Window(Count("pk")))
    else:
        rows = rows.annotate(shown=Value(known))
    number = _number(request.GET.get("page"))
    found = _rows(rows, number)
    if not found and number > 1:
        number, found = 1, _rows(rows, 1)
    read = RowReader(built, period.code)
    lines: list[Line] = [read.line(row) for row in found]
    return Slice(number, ROWS, found[0][-1] if found else 0, lines)


def _rows(rows, number: int) -> list[tuple]:
    start = (number - 1) * ROWS
    return list(rows.values_list(*FIELDS, F("shown"))[start : start + ROWS])


def _number(text: str | None) -> int:
    return max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 7 else 1


def _scope_words(built: Ranking, reach: access.Reach) -> str:
    """Name what the reader sees of the ranking."""
    if reach.covers(built.scope.path):
        return f"Toàn bộ {built.scope.name}"
    names = [row[1] for row in built.summary.get("committees", []) if reach.covers(row[2])]
    return "; ".join(names) or "Các chi bộ được giao"
