"""Many sheets at once: what would be done to which, and which are left out, why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from cells import access
from cells.models import User
from evaluations.models import (
    Checkup,
    Evaluation,
    LineFlag,
    LineReturn,
    Period,
    Score,
    Stage,
    State,
)
from evaluations.services import locks
from evaluations.services.explanations import differing_lines
from evaluations.services.verifiers import named_for, verifier_locks
from evaluations.services.waiting import IS_ANSWERED, waiting_among


@dataclass(frozen=True)
class Action:
    """One thing that can be done to many sheets. `lock` is what `lock_status` is asked about."""

    code: str
    title: str
    done: str
    lock: str
    state: State
    # What the trail calls it, done to one of many.
    trail: str
    needs_reason: bool = False
    needs_day: bool = False


ACTIONS = {
    action.code: action
    for action in (
        Action(
            "chap-nhan", "Thẩm định như tự chấm và hoàn tất", "được thẩm định như tự chấm",
            access.APPRAISE, State.SUBMITTED, "appraised_in_bulk",
        ),
        Action(
            "tra-lai-dong", "Trả lại các dòng đã đánh dấu", "bị trả lại các dòng đã đánh dấu",
            access.APPRAISE, State.SUBMITTED, "lines_returned_in_bulk",
        ),
        Action(
            "tra-lai", "Trả lại cả phiếu", "bị trả lại cả phiếu",
            locks.RETURN, State.SUBMITTED, "returned_in_bulk", needs_reason=True,
        ),
        Action(
            "giai-trinh", "Mở giải trình", "được mở giải trình",
            locks.OPEN_ROUND, State.APPRAISED, "explanation_opened_in_bulk", needs_day=True,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What an action would do: the sheets it takes, and those it leaves out by reason.

    `stamps` tells by id how each taken sheet stood: when it stands otherwise it is left out.
    """

    action: Action
    ready: tuple[Evaluation, ...]
    left_out: tuple[tuple[Evaluation, str], ...]
    stamps: dict[int, str]

    @property
    def reasons(self) -> list[tuple[str, list[Evaluation]]]:
        """Return the reasons, each with its sheets, the most frequent first."""
        found: dict[str, list[Evaluation]] = {}
        for sheet, reason in self.left_out:
            found.setdefault(reason, []).append(sheet)
        return sorted(found.items(), key=lambda pair: -len(pair[1]))


def candidates(user: User, period: Period, action: Action) -> QuerySet[Evaluation]:
    """Return the sheets of a period that `user` may choose from for an action."""
    found = Evaluation.objects.allowed(user, access.APPRAISE)
    if action.needs_day:
        found = found | Evaluation.objects.allowed(user, access.DECIDE)
    found = found.filter(period=period, state=action.state)
    if action.code == "tra-lai-dong":
        marked = LineReturn.objects.marked().values("evaluation")
        found = found.filter(pk__in=marked)
    ordered: QuerySet[Evaluation] = found.with_context().order_by("path")
    return ordered


def bulk_plan(user: User, period: Period, action: Action, keys: Iterable[int]) -> Plan:
    """Look at the chosen sheets one by one; whatever speaks against one leaves it out."""
    within = Evaluation.objects.allowed(user, access.APPRAISE)
    if action.needs_day:
        within = within | Evaluation.objects.allowed(user, access.DECIDE)
    chosen = within.filter(period=period, pk__in=set(keys)).with_context()
    sheets = list(chosen.select_related("period_unit").order_by("path"))
    against = _Against(sheets, user) if action.code == "chap-nhan" else None
    ready, left_out = [], []
    for sheet in sheets:
        reason = locks.lock_status(sheet, action.lock, user=user)
        reason = reason or (against.accepting(sheet) if against else _otherwise(sheet, action))
        if reason:
            left_out.append((sheet, reason))
        else:
            ready.append(sheet)
    return Plan(action, tuple(ready), tuple(left_out), stamps_of(ready))


def _otherwise(sheet: Evaluation, action: Action) -> str:
    if action.code == "tra-lai-dong" and not sheet.line_returns.marked().exists():
        return "Chưa có dòng nào đánh dấu trả lại."
    if action.code == "giai-trinh":
        if sheet.explanations_waiting:
            return "Còn giải trình chưa trả lời."
        if not differing_lines(sheet):
            return "Không có dòng nào thẩm định khác tự chấm."
    return ""


class _Against:
    """What speaks against accepting sheets unseen; read once for all of them."""

    def __init__(self, sheets: Sequence[Evaluation], user: User) -> None:
        keys = [sheet.pk for sheet in sheets]
        self.user = user
        self.waiting = waiting_among(sheets)
        self.named = named_for(sheet.period_unit.committee_id for sheet in sheets)
        self.marked = _lines_by_sheet(LineReturn.objects.marked(), keys)
        self.flagged = _lines_by_sheet(LineFlag.objects.open(), keys)
        appraised = Score.objects.filter(IS_ANSWERED, stage=Stage.APPRAISED)
        self.appraised = _lines_by_sheet(appraised, keys)
        self.checks = _checks(keys)

    def accepting(self, sheet: Evaluation) -> str:
        waiting = set(self.waiting[sheet.pk])
        named = self.named.get(sheet.period_unit.committee_id or 0, {})
        if self.marked.get(sheet.pk):
            return "Có dòng đánh dấu trả lại."
        if self.flagged.get(sheet.pk):
            return "Có dòng đang đánh dấu theo dõi."
        if waiting & self.appraised.get(sheet.pk, set()):
            return "Có dòng thay đổi sau khi đã thẩm định, phải xem lại từng dòng."
        if self.checks.get(sheet.pk, set()) & {*waiting, ""}:
            return "Có cảnh báo khi nộp chưa được xem xét."
        if waiting & verifier_locks(sheet, self.user, named).keys():
            return "Có nhóm tiêu chí phân công cho người khác chưa thẩm định."
        return ""


def _lines_by_sheet(rows: Any, keys: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for pk, line in rows.filter(evaluation__in=keys).order_by().values_list("evaluation", "line"):
        found.setdefault(pk, set()).add(line)
    return found


def _checks(keys: list[int]) -> dict[int, set[str]]:
    """Return the lines that were warned of when each sheet was handed in last; "" for all of it."""
    found: dict[int, set[str]] = {}
    for checkup in Checkup.objects.filter(evaluation__in=keys).order_by("at", "pk"):
        warned = [check for check in checkup.checks if check["priority"] == "medium"]
        found[checkup.evaluation_id] = {check["line"] for check in warned}
    return found


def stamps_of(sheets: Iterable[Evaluation]) -> dict[int, str]:
    """Return how sheets stand, in short: any change of a line, a mark or the state shows."""
    held = {sheet.pk: sheet for sheet in sheets}
    counted = (
        Evaluation.objects.filter(pk__in=held)
        .order_by()
        .values("pk")
        .annotate(
            own=Sum("scores__version", filter=Q(scores__stage=Stage.SELF)),
            appraised=Sum("scores__version", filter=Q(scores__stage=Stage.APPRAISED)),
        )
    )
    marks = dict(
        LineReturn.objects.filter(evaluation__in=held, settled_at__isnull=True)
        .order_by()
        .values_list("evaluation")
        .annotate(Count("pk"))
    )
    found = {}
    for row in counted:
        sheet = held[row["pk"]]
        parts = [sheet.state, sheet.submitted_at, sheet.vetoes, sheet.annual_class]
        parts += [row["own"], row["appraised"], marks.get(sheet.pk, 0)]
        found[sheet.pk] = "|".join(map(str, parts))
    return found
