"""Doing one thing to many sheets in the background, each by itself, told row by row."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from cells.models import AuditEntry, Door, Job, User
from cells.services.jobs import JobRefusedError, Progress, job_request
from evaluations.models import Evaluation, Period
from evaluations.services.appraisal import appraisal_accept, appraisal_finish
from evaluations.services.bulk_plans import ACTIONS, Action, Plan, bulk_plan
from evaluations.services.errors import RefusedError
from evaluations.services.explanations import round_open
from evaluations.services.line_returns import lines_return
from evaluations.services.sheets import sheet_record, sheet_return
from evaluations.services.waiting import lines_waiting

BULK = "appraisal_bulk"
CHANGED = "Phiếu đã thay đổi sau khi xem trước."
GONE = "Phiếu không còn trong phạm vi thẩm định của đồng chí."


def bulk_request(
    *, plan: Plan, period: Period, by: User, reason: str = "", ends_on: date | None = None
) -> Job:
    """Ask for a plan to be carried out; the same asked twice is one job."""
    parameters = {
        "action": plan.action.code,
        "period": period.code,
        "sheets": [[sheet.pk, plan.stamps[sheet.pk]] for sheet in plan.ready],
        "reason": reason,
        "ends_on": ends_on.isoformat() if ends_on else "",
        "noun": "phiếu",
    }
    asked = json.dumps([by.pk, parameters], sort_keys=True)
    key = hashlib.sha256(asked.encode()).hexdigest()
    return job_request(kind=BULK, key=key, parameters=parameters, by=by)


def bulk_run(job: Job, progress: Progress) -> dict[str, Any]:
    """Carry a plan out, each sheet in a transaction of its own.

    Run again, it finds what it has done in the trail and goes on with the rest.
    """
    asked, by = job.parameters, job.created_by
    period = Period.objects.filter(code=asked["period"]).first()
    if period is None or by is None:
        raise JobRefusedError("Không còn kỳ đánh giá này.")
    action = ACTIONS[asked["action"]]
    rows = []
    for number, (pk, stamp) in enumerate(asked["sheets"]):
        progress.say("", number, len(asked["sheets"]))
        rows.append(_row(pk, _one(job, action, period, pk, stamp)))
    progress.say("", len(rows), len(rows))
    return {"rows": rows, "done": sum(not row["why"] for row in rows)}


def _row(pk: int, why: str) -> dict[str, Any]:
    sheet = Evaluation.objects.select_related("unit", "period_unit").get(pk=pk)
    return {"code": sheet.unit.code, "name": sheet.period_unit.name, "why": why}


def _one(job: Job, action: Action, period: Period, pk: int, stamp: str) -> str:
    """Do the action to one sheet; return why it was left alone, "" when it is done."""
    assert job.created_by  # noqa: S101 - bulk_run has looked
    try:
        with transaction.atomic():
            Evaluation.objects.select_for_update().get(pk=pk)
            if _is_done(job, action, pk):
                return ""
            plan = bulk_plan(job.created_by, period, action, [pk])
            if plan.left_out:
                return plan.left_out[0][1]
            if not plan.ready:
                return GONE
            if plan.stamps[pk] != stamp:
                return CHANGED
            _do(job, action, plan.ready[0], job.created_by)
    except RefusedError as error:
        return error.message
    return ""


def _is_done(job: Job, action: Action, pk: int) -> bool:
    done = AuditEntry.objects.of("evaluation", pk).filter(action=action.trail)
    return bool(done.filter(new__job=str(job.pk)).exists())


def _do(job: Job, action: Action, sheet: Evaluation, by: User) -> None:
    asked = job.parameters
    common: dict[str, Any] = {"sheet": sheet, "by": by, "door": Door.WEB}
    told: dict[str, Any] = {"job": str(job.pk)}
    if action.code == "chap-nhan":
        told["lines"] = _accept(common, sheet)
    elif action.code == "tra-lai-dong":
        lines_return(**common)
    elif action.code == "tra-lai":
        sheet_return(**common, reason=asked["reason"])
    else:
        ends_on = date.fromisoformat(asked["ends_on"])
        round_open(**common, ends_on=ends_on, note=asked["reason"])
    sheet_record(sheet, by, Door.WEB, action.trail, new=told)


def _accept(common: Mapping[str, Any], sheet: Evaluation) -> int:
    """Accept what waits and close the appraisal; return how many lines nobody looked at."""
    waiting = lines_waiting(sheet)
    count = appraisal_accept(**common, lines=waiting) if waiting else 0
    appraisal_finish(**common)
    return count
