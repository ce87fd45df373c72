"""What becomes of periods and sheets when organisations change: stored sheets never move."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from cells.models import Reorganisation, User
from cells.services.reorganisation.participants import Change, Effect, Refusal, Trail
from evaluations.models import CellVote, Evaluation, Period, PeriodUnit, Score, State
from evaluations.services.periods import NO_CRITERIA, period_open

HANDED_IN = [State.SUBMITTED, State.APPRAISED, State.DECIDED]


def ended_reason(day: date) -> str:
    return f"Kết thúc hoạt động ngày {day:%d/%m/%Y}"


class SheetsPart:
    name = "sheets"

    def refusals(self, change: Change) -> list[Refusal]:
        return []

    def effects(self, change: Change) -> list[Effect]:
        sheets = Evaluation.objects.filter(unit__in=change.closing)
        decided = sheets.filter(state=State.DECIDED)
        open_ones = sheets.filter(period__closed_at__isnull=True).exclude(state=State.DECIDED)
        founded = 0 if change.receiving or change.moves else len(change.plan.after)
        touched = _open_periods(change.day) if founded or change.closing else Period.objects.none()
        periods = frozenset(touched.values_list("code", flat=True))
        return [
            Effect("sheets_open", "Phiếu chưa quyết định ở lại đơn vị cũ", open_ones.count()),
            Effect("sheets_decided", "Phiếu đã quyết định, giữ nguyên", decided.count()),
            Effect("not_expected", "Phiếu không còn phải nộp", _released(change).count()),
            Effect(
                "periods", "Kỳ đang mở có danh sách phải nộp thay đổi", len(periods), periods,
            ),
            Effect("new_units", "Đơn vị mới được thêm vào các kỳ đang mở", founded),
        ]  # fmt: skip

    def apply(self, event: Reorganisation, change: Change, trail: Trail) -> dict[str, Any]:
        """Take closed units out of the denominators of the periods they do not live to the end."""
        rows = list(_released(change).select_related("unit", "period"))
        undo = [[row.pk, row.is_expected, row.reason] for row in rows]
        reason = ended_reason(change.day)
        PeriodUnit.objects.filter(pk__in=[row.pk for row in rows]).update(
            is_expected=False, reason=reason
        )
        for row in rows:
            trail.add(
                "not_expected", row, row.unit, field="is_expected", old=row.is_expected,
                new=False, period=row.period.code,
            )  # fmt: skip
        return {"released": undo}

    def warnings(self, change: Change) -> list[str]:
        return [
            f"Ngày hiệu lực trước ngày đầu của {period.title} đang mở."
            for period in _open_periods(change.day).filter(starts_on__gt=change.day)
        ]

    def settle(self, changes: Sequence[Change], *, by: User | None, door: str) -> None:
        """Add the units founded to the open periods that they live to see the end of."""
        days = [change.day for change in changes if change.founded]
        if not days:
            return
        for code in _open_periods(min(days)).order_by("ends_on").values_list("code", flat=True):
            period_open(code=code, by=by, door=door)

    def refuses_revert(self, event: Reorganisation, undo: dict[str, Any]) -> str:
        founded = event.undo["tree"]["founded"]
        day = event.effective_on
        within = Q(starts_on__lte=day, ends_on__gte=day)
        held = Q(units__unit__in=founded) | Q(units__in=[pk for pk, *_ in undo["released"]])
        closed = Period.objects.filter(within | held, closed_at__isnull=False).first()
        if closed:
            return f"{closed.title} đã đóng nên không hủy bỏ được."
        if _used(Evaluation.objects.filter(unit__in=founded)).exists():
            return "Đơn vị được thành lập đã có phiếu đang nhập hoặc đã nộp."
        return ""

    def revert(self, event: Reorganisation, undo: dict[str, Any], trail: Trail) -> None:
        founded = event.undo["tree"]["founded"]
        # Blank sheets only: refuses_revert has seen that nobody has entered anything.
        Evaluation.objects.filter(unit__in=founded).delete()
        PeriodUnit.objects.filter(unit__in=founded).delete()
        for pk, is_expected, reason in undo["released"]:
            PeriodUnit.objects.filter(pk=pk).update(is_expected=is_expected, reason=reason)
        rows = PeriodUnit.objects.filter(pk__in=[pk for pk, *_ in undo["released"]])
        for row in rows.select_related("unit", "period"):
            trail.add(
                "expected_again", row, row.unit, field="is_expected", old=False,
                new=row.is_expected, period=row.period.code,
            )  # fmt: skip


def _open_periods(day: date) -> QuerySet[Period]:
    """Return the periods under way that end on a day or later."""
    periods: QuerySet[Period] = Period.objects.opened().filter(
        closed_at__isnull=True, ends_on__gte=day
    )
    return periods


def _released(change: Change) -> QuerySet[PeriodUnit]:
    """Return the places of units that end before the period does and have handed nothing in."""
    handed_in = Evaluation.objects.filter(period_unit=OuterRef("pk"), state__in=HANDED_IN)
    return PeriodUnit.objects.filter(
        Q(is_expected=True) | Q(reason=NO_CRITERIA),
        ~Exists(handed_in),
        unit__in=change.closing,
        period__in=_open_periods(change.day),
    )


def _used(sheets: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    answered = Score.objects.filter(evaluation=OuterRef("pk"))
    marked = ~Q(vetoes=[]) | ~Q(annual_class="")
    voted = CellVote.objects.filter(evaluation=OuterRef("pk"))
    return sheets.filter(~Q(state=State.DRAFT) | marked | Exists(answered) | Exists(voted))
