"""Keeping what a check of decided sheets found; writing results anew under name and reason."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from cells import access
from cells.models import AuditEntry, User
from cells.services.jobs import Progress
from cells.vietnamese import number_text
from evaluations.answers import answers_of
from evaluations.models import (
    Evaluation,
    Period,
    Recomputation,
    RecomputedSheet,
    Score,
    Stage,
    State,
)
from evaluations.rules.engine import score_sheet
from evaluations.rules.structure import Criteria
from evaluations.services.errors import ReasonMissingError, RefusedError
from evaluations.services.rankings import root_scope
from evaluations.services.recompute_check import Findings, findings_of
from evaluations.services.sheets import apply_outcome

RECOMPUTE = "recompute"
RECOMPUTED = "recomputed"
CHUNK = 500
NO_RIGHT = "Chỉ quản trị Thành ủy được ký tính lại kết quả đã quyết định."
NO_REASON = "Cần ghi lý do tính lại. Lý do hiện trên bảng điểm của từng chi bộ."
TAMPERED = (
    "Văn bản bộ tiêu chí {codes} không còn đúng bản đã công bố nên không ký tính lại được."
    " Hãy khôi phục văn bản trước."
)
CHANGED = (
    "Lúc xem có {then} phiếu khác, nay là {now} phiếu nên chưa tính lại."
    " Hãy kiểm tra lại, xem các khác biệt rồi ký."
)


def recompute_check(
    *, period: Period, by: User | None, progress: Progress | None = None
) -> Recomputation:
    """Recompute the decided sheets of a period and keep what was found; no sheet changes.

    With a progress the job ends in the same transaction: one job, one result.
    """
    progress = progress or Progress()
    started = time.perf_counter()
    findings = findings_of(period, progress)
    with transaction.atomic():
        made = _keep(period, by, "", findings, started)
        progress.message = _conclusion(made)
        progress.finish(recomputation_result(made))
    return made


@transaction.atomic
def recompute_sign(
    *,
    period: Period,
    by: User,
    reason: str,
    door: str,
    expected: int | None = None,
    progress: Progress | None = None,
) -> Recomputation | None:
    """Put the computed result of each sheet that differs in place of the stored one; keep both.

    None where nothing differs. Answers and criteria stay as they are. Raises RefusedError
    without the right or the reason, where a criteria set is not the published one, and where
    other than `expected` sheets differ: what was signed is what was seen.
    """
    started = time.perf_counter()
    if not _administers(by):
        raise RefusedError(NO_RIGHT)
    if not reason.strip():
        raise ReasonMissingError(NO_REASON)
    held = Period.objects.select_for_update().get(pk=period.pk)
    findings = findings_of(held, progress or Progress())
    if findings.is_tampered:
        codes = [one.line for one in findings.differences if one.what == "criteria"]
        raise RefusedError(TAMPERED.format(codes=", ".join(codes)))
    if not findings.sheets:
        return None
    if expected not in (None, len(findings.sheets)):
        raise RefusedError(CHANGED.format(then=expected, now=len(findings.sheets)))
    made = _keep(held, by, reason.strip(), findings, started)
    for start in range(0, len(findings.sheets), CHUNK):
        _rewrite(made, findings.sheets[start : start + CHUNK], findings.rules, door)
    return made


def recomputation_result(made: Recomputation) -> dict[str, Any]:
    return {"recomputation": made.pk, "checked": made.checked, "found": made.found}


def _administers(user: User) -> bool:
    root = root_scope()
    return root is not None and access.reach(user, access.ADMINISTER).covers(root.path)


def _keep(
    period: Period, by: User | None, reason: str, findings: Findings, started: float
) -> Recomputation:
    made: Recomputation = Recomputation.objects.create(
        period=period,
        by=by,
        reason=reason,
        checked=findings.checked,
        found=findings.found,
        sheets=len(findings.sheets),
        differences=findings.listed(),
        seconds=round(time.perf_counter() - started, 3),
    )
    return made


def _conclusion(made: Recomputation) -> str:
    if not made.checked and not made.found:
        return "Kỳ này chưa có phiếu nào đã quyết định."
    found = f"{number_text(made.found)} khác biệt" if made.found else "không có khác biệt"
    return f"Đã tính lại {number_text(made.checked)} phiếu: {found}."


def _rewrite(
    made: Recomputation, wanted: Sequence[int], sets: Mapping[int, Criteria], door: str
) -> None:
    """Write the results of some sheets anew, each with both results and its audit row."""
    sheets = list(
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("period_unit__kind")
        .filter(pk__in=wanted, state=State.DECIDED)
        .order_by("pk")
    )
    scores: dict[int, list[Score]] = {sheet.pk: [] for sheet in sheets}
    for row in Score.objects.filter(evaluation__in=sheets, stage=Stage.FINAL).order_by("line"):
        scores[row.evaluation_id].append(row)
    kept, entries, changed = [], [], []
    for sheet in sheets:
        rows, rules = scores[sheet.pk], sets[sheet.criteria_id]
        old = _result(sheet, rows)
        outcome = score_sheet(
            rules,
            answers_of(rows, rules),
            vetoes=sheet.vetoes,
            annual_class=sheet.annual_class or None,
            kind=sheet.kind_code,
        )
        fields = apply_outcome(sheet, Stage.FINAL, outcome)
        for row in rows:
            if row.points != outcome.lines[row.line]:
                row.points = outcome.lines[row.line]
                changed.append(row)
        new = _result(sheet, rows)
        kept.append(RecomputedSheet(recomputation=made, evaluation=sheet, old=old, new=new))
        entries.append(_entry(made, sheet, old, new, door))
    Score.objects.bulk_update(changed, ["points"], batch_size=CHUNK)
    Evaluation.objects.bulk_update(sheets, fields, batch_size=CHUNK)
    RecomputedSheet.objects.bulk_create(kept)
    AuditEntry.objects.bulk_create(entries)


def _result(sheet: Evaluation, rows: Sequence[Score]) -> dict[str, Any]:
    return {
        "total": sheet.final_total,
        "level": sheet.level,
        "eligible": sheet.is_eligible,
        "reasons": sheet.reasons,
        "lines": {row.line: row.points for row in rows},
    }


def _entry(
    made: Recomputation, sheet: Evaluation, old: dict[str, Any], new: dict[str, Any], door: str
) -> AuditEntry:
    """Return the audit row of one sheet: the result, and the lines whose points changed."""
    lines = [line for line, points in new["lines"].items() if points != old["lines"][line]]
    before, after = (
        {**result, "lines": {line: result["lines"][line] for line in lines}}
        for result in (old, new)
    )
    return AuditEntry(
        by=made.by,
        door=door,
        action=RECOMPUTED,
        subject_type="evaluation",
        subject_id=sheet.pk,
        unit_id=sheet.unit_id,
        period=made.period.code,
        field="result",
        old=before,
        new=after,
        reason=made.reason,
    )
