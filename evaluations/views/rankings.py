"""The ranking of a period: table, progress of a new one, and the workbook of what is shown."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Subquery, Value, Window
from django.db.models.functions import JSONObject
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door, Job
from cells.services import audit
from cells.views.jobs import progress_answer
from evaluations.models import Period, Ranking
from evaluations.ranking_filter import APART, RankingFilter
from evaluations.ranking_page import FIELDS, HEADERS, Line, RowReader, Slice, options
from evaluations.reports.ranking_xlsx import NO_FILTER, ranking_workbook
from evaluations.services.rankings import RANKING, ranking_key, root_scope
from evaluations.tasks import ranking_request

ROWS = 50
COUNT_KEPT = 3600
JOB_FIELDS = ("state", "done", "total", "message", "created_at")


@require_GET
def ranking_now(request):
    """Lead to the newest period that has a ranking, else to the newest open one."""
    opened = Period.objects.opened()
    chosen = opened.filter(Exists(_rankings(OuterRef("pk")))).first() or opened.first()
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
        "can_build": _administers_all(request.user),
    }
    if built:
        shown = RankingFilter.read(request.GET, built, reach)
        context |= {
            "shown": shown,
            "options": options(built, reach, shown),
            "headers": HEADERS,
            "page": _page(request, built, shown, reach),
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
    if scope is None or not _administers_all(request.user):
        raise Http404
    ranking_request(period=chosen, scope=scope, by=request.user)
    messages.info(request, "Đang lập bảng xếp hạng. Trang sẽ tự hiện kết quả khi xong.")
    return redirect("evaluations:ranking", chosen.code)


@require_GET
def ranking_xlsx(request, period):
    """Send the workbook of exactly what the filter shows, all pages of it."""
    reach = _reach(request)
    chosen = get_object_or_404(Period.objects.opened(), code=period)
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


def _administers_all(user) -> bool:
    """Tell whether `user` administers the whole tree: a path of one code is its root."""
    return any(path.count("/") == 2 for path in access.reach(user, access.ADMINISTER).paths)


def _periods():
    """Return the opened periods, each with the last ranking job of the whole tree."""
    jobs = Job.objects.filter(kind=RANKING, key=OuterRef("code")).order_by("-created_at")
    told = JSONObject(**{name: name for name in JOB_FIELDS})
    return Period.objects.opened().annotate(job=Subquery(jobs.values(told=told)[:1]))


def _rankings(period):
    return Ranking.objects.filter(
        period=period, scope__parent__isnull=True, scope__is_cell=False
    ).order_by("-built_at", "-pk")


def _latest(period) -> Ranking | None:
    related = ("period", "scope", "built_by", "previous__period")
    return _rankings(period).select_related(*related).first()


def _job(period, built: Ranking | None) -> dict | None:
    """Return the job under way, or the failed one that no ranking has followed."""
    job = period.job
    if not job or job["state"] == Job.State.DONE:
        return None
    asked = datetime.fromisoformat(job["created_at"])
    asked = asked if asked.tzinfo else asked.replace(tzinfo=UTC)
    if job["state"] == Job.State.FAILED and built and built.built_at > asked:
        return None
    return job


def _page(request, built: Ranking, shown: RankingFilter, reach: access.Reach) -> Slice:
    """Return one page of lines in one query: rows carry their count until it is known."""
    rows = built.rows.visible_to(request.user)
    rows = shown.apart(rows) if shown.tab == APART else shown.competing(rows)
    key = _count_key(built, shown, reach)
    known = _known_count(built, shown, reach) or cache.get(key)
    rows = rows.annotate(shown=Window(Count("pk")) if known is None else Value(known))
    number = _number(request.GET.get("page"))
    found = _rows(rows, number)
    if not found and number > 1:
        number, found = 1, _rows(rows, 1)
    if known is None and found:
        cache.set(key, found[0][-1], COUNT_KEPT)
    read = RowReader(built)
    lines: list[Line] = [read.line(row) for row in found]
    return Slice(number, ROWS, found[0][-1] if found else 0, lines)


def _known_count(built: Ranking, shown: RankingFilter, reach: access.Reach) -> int | None:
    if shown.is_open and reach.covers(built.scope.path):
        return built.incomplete if shown.tab == APART else built.ranked
    return None


def _count_key(built: Ranking, shown: RankingFilter, reach: access.Reach) -> str:
    """Name the count of one filter; a snapshot never changes, so neither does its count."""
    asked = repr((built.pk, replace(shown, sort=""), reach.paths))
    return f"ranking-count:{sha256(asked.encode()).hexdigest()}"


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
