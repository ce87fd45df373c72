"""Decided year sheets, and recognitions of them, for tests."""

from datetime import date

from django.utils import timezone

from cells.models import Door, Unit
from evaluations.models import CriteriaSet, Decision, Evaluation, Period, Recognition, State
from evaluations.services.criteria import criteria_publish_shipped
from evaluations.services.recognition import recognition_issue
from evaluations.services.recognition_board import Choice, board_of
from evaluations.services.recognition_drafts import recognition_save
from tests import factories

SIGNED = date(2027, 1, 20)


def year() -> Period:
    return factories.PeriodFactory(
        code="2026",
        kind="year",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        due_on=date(2027, 1, 5),
    )


def year_set(quota: str = "") -> CriteriaSet:
    """Return the shipped year set of cells; with `quota` a set like it that has one."""
    criteria_publish_shipped(by=None)
    shipped = CriteriaSet.objects.get(code="CB4T-2026")
    if not quota:
        return shipped
    text = shipped.text.replace("CB4T-2026", "CB4T-TRAN", 1)
    made, _ = CriteriaSet.objects.get_or_create(
        code="CB4T-TRAN",
        defaults={
            "title": shipped.title,
            "subject": shipped.subject,
            "period_kind": shipped.period_kind,
            "valid_from": shipped.valid_from,
            "text": text.replace("[recognition]", f"[quota]\n{quota}\n\n[recognition]", 1),
            "sha256": f"tran {quota}",
            "published_at": timezone.now(),
        },
    )
    return made


def year_sheet(
    unit: Unit, total: int, *, criteria=None, reasons=(), annual_class="HTTNV", **fields
) -> Evaluation:
    """Return a decided sheet of `unit` with `total` hundredths; eligible without `reasons`."""
    period = year()
    decision, _ = Decision.objects.get_or_create(
        committee=unit.parent,
        period=period,
        number="1-QĐ/ĐU",
        signed_on=SIGNED,
        defaults={"signer": "Người Ký"},
    )
    return factories.sheet(
        unit,
        period,
        criteria=criteria or year_set(),
        **{
            "state": State.DECIDED,
            "final_total": total,
            "level": "tot",
            "annual_class": annual_class,
            "is_eligible": not reasons,
            "reasons": list(reasons),
            "decision": decision,
            "submitted_at": timezone.now(),
            **fields,
        },
    )


def ward_sheets(ward: Unit, *totals: int, **fields) -> list[Evaluation]:
    """Return one eligible sheet for each total, each of a new cell of the ward."""
    return [year_sheet(factories.UnitFactory(parent=ward), total, **fields) for total in totals]


def save(ward: Unit, by, chosen=(), *, reasons=None, exception=(False, ""), version=None):
    """Save as chosen the sheets in `chosen`, and the reasons by sheet; every other is not."""
    board = board_of(ward, year())
    given = {sheet.pk: text for sheet, text in (reasons or {}).items()}
    picked = {sheet.pk for sheet in chosen}
    return recognition_save(
        committee=ward,
        period=year(),
        choices={
            one.sheet.pk: Choice(one.sheet.pk in picked, given.get(one.sheet.pk, ""))
            for one in board.candidates
        },
        has_exception=exception[0],
        exception_reason=exception[1],
        version=(board.draft.version if board.draft else 0) if version is None else version,
        by=by,
        door=Door.WEB,
    )


def issue(ward: Unit, by, *, number="07-QĐ/ĐU", signed_on=SIGNED, **changed) -> Recognition:
    """Issue the draft of a ward as its signer read it."""
    board = board_of(ward, year())
    given = {
        "committee": ward,
        "period": year(),
        "number": number,
        "signed_on": signed_on,
        "signer": "Phạm Văn Ký",
        "signer_post": "secretary",
        "chosen": [one.sheet.pk for one in board.chosen],
        "version": board.draft.version if board.draft else 0,
        "by": by,
        "door": Door.WEB,
    }
    return recognition_issue(**given | changed)


def recognised(ward: Unit, by, sheets, **issued) -> Recognition:
    """Choose the sheets and issue the decision."""
    save(ward, by, sheets)
    return issue(ward, by, **issued)
