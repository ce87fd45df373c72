"""The class of the year from its numbers: proposed by rule, chosen by people."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from cells.models import User
from cells.services import audit
from evaluations.models import ClassReview, Evaluation
from evaluations.rules.annual_class import ClassRules, Fraction, Proposal, class_rules, propose
from evaluations.services.errors import ReasonMissingError, RefusedError
from evaluations.services.sheets import annual_class_save


def rules_of(sheet: Evaluation) -> ClassRules | None:
    """Return the rule in force on the last day of the sheet's period; None before any."""
    return class_rules("collective", sheet.period.ends_on)


@transaction.atomic
def class_review_save(
    *,
    sheet: Evaluation,
    points: Mapping[str, int],
    measures: Mapping[str, Fraction],
    facts: Mapping[str, bool],
    chosen: str,
    reason: str,
    by: User,
    door: str,
) -> Proposal:
    """Keep the numbers and put the chosen class on the sheet.

    Raises ClassError for a number that cannot be, RefusedError while one is missing,
    ReasonMissingError where another class is chosen than the one proposed, LockedError.
    """
    rules = rules_of(sheet)
    if rules is None:
        raise RefusedError("Chưa có quy định xếp loại cho năm này.")
    proposal = propose(rules, points=points, measures=measures, facts=facts)
    if proposal.missing:
        raise RefusedError(f"Còn thiếu: {'; '.join(proposal.missing)}.")
    proposed = proposal.proposed.code if proposal.proposed else ""
    if chosen != proposed and not reason.strip():
        raise ReasonMissingError("Chọn mức khác mức đề xuất: cần ghi lý do.")
    # An appraiser owes a reason for any change of the class; the review is one.
    why = reason.strip() or "Theo bảng tính xếp loại"
    held = annual_class_save(sheet=sheet, annual_class=chosen, by=by, door=door, reason=why)
    before = ClassReview.objects.filter(evaluation=held).values("points", "measures", "chosen")
    old = before.first()
    new = {
        "points": dict(points),
        "measures": {code: list(pair) for code, pair in measures.items()},
        "facts": dict(facts),
        "total": proposal.total,
        "proposed": proposed,
        "chosen": chosen,
    }
    ClassReview.objects.update_or_create(
        evaluation=held,
        defaults={
            **new, "rules": rules.code, "reason": reason.strip(), "by": by, "at": timezone.now(),
        },
    )  # fmt: skip
    audit.record(
        by=by, door=door, action="class_reviewed", subject=held, unit=held.unit,
        period=held.period.code, field="annual_class", old=old, new=new, reason=reason.strip(),
    )  # fmt: skip
    return proposal
