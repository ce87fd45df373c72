"""The ranking of a period: table, progress of a new one, and the workbook of what is shown."""

import tempfile
from datetime import UTC, datetime
from hashlib import sha256

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Subquery, Window
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
from evaluations.ranking_page import FIELDS, Line, RowReader, Slice, headers, options
from evaluations.reports.ranking_xlsx import NO_FILTER, ranking_workbook
from evaluations.reports.recomputations import found_last
from evaluations.services.rankings import RANKING, ranking_key, root_scope
from evaluations.tasks import ranking_request

ROWS = 50
PAGE_KEPT = 3600
SHOWN_WITH = ("period", "scope", "built_by", "previous__period")
JOB_FIELDS = ("state", "done", "total", "message", "created_at")


@require_GET
def ranking_now(request):
    """Lead to the newest period that has a ranking, else to the newest open one."""
    opened = Period.objects.opened()
    ranked = opened.filter(Exists(_rankings(OuterRef("pk"))))
    chosen = ranked.foremost().first() or opened.foremost().first()
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
    built = _kept(chosen.latest)
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
            "headers": headers(shown),
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
    """Return the opened periods, each with the last job and the latest ranking of the tree."""
    jobs = Job.objects.filter(kind=RANKING, key=OuterRef("code")).order_by("-created_at")
    told = JSONObject(**{name: name for name in JOB_FIELDS})
    return Period.objects.opened().annotate(
        job=Subquery(jobs.values(told=told)[:1]),
        latest=Subquery(_rankings(OuterRef("pk")).values("pk")[:1]),
        recompute_found=found_last(OuterRef("pk")),
    )


def _rankings(period):
    return Ranking.objects.filter(
        period=period, scope__parent__isnull=True, scope__is_cell=False
    ).order_by("-built_at", "-pk")


def _latest(period) -> Ranking | None:
    return _rankings(period).select_related(*SHOWN_WITH).first()


def _kept(pk: int | None) -> Ranking | None:
    """Return a snapshot, read once per process and hour: it never changes."""
    if pk is None:
        return None
    key = f"ranking:{pk}"
    built = cache.get(key)
    if built is None:
        built = Ranking.objects.select_related(*SHOWN_WITH).get(pk=pk)
        cache.set(key, built, PAGE_KEPT)
    return built


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
    """Return one page of lines, kept for the next reader: a snapshot never changes."""
    number = _number(request.GET.get("page"))
    asked = repr((built.pk, shown, reach.paths, number))
    key = f"ranking-page:{sha256(asked.encode()).hexdigest()}"
    page = cache.get(key)
    if page is None:
        page = _read_page(built, shown, reach, number)
        cache.set(key, page, PAGE_KEPT)
    return page


def _read_page(built: Ranking, shown: RankingFilter, reach: access.Reach, number: int) -> Slice:
    within = built.rows.filter(reach.condition("path"))
    rows = shown.apart(within) if shown.tab == APART else shown.competing(within)
    # In one query: rows carry their count.
    counted = rows.annotate(shown=Window(Count("pk")))
    found = _rows(counted, number)
    if not found and number > 1:
        number, found = 1, _rows(counted, 1)
    read = RowReader(built)
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
