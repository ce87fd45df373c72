"""Which lines of submitted sheets wait to be appraised."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from evaluations.models import Evaluation, ExplanationAnswer, LineReturn, Score, Stage

IS_ANSWERED = Q(na=True) | ~Q(option="") | Q(num__isnull=False)


@dataclass
class _Times:
    """When each line was last answered by its unit, appraised, and called up again."""

    own: dict[str, datetime] = field(default_factory=dict)
    appraised: dict[str, datetime] = field(default_factory=dict)
    called: dict[str, datetime] = field(default_factory=dict)

    def waits(self, line: str) -> bool:
        done = self.appraised.get(line)
        if done is None:
            return True
        return any(line in since and since[line] > done for since in (self.own, self.called))


def lines_waiting(sheet: Evaluation) -> list[str]:
    """Return the lines not yet appraised, or to be looked at anew since.

    Answered or sent in anew by the cell, or explained so that the appraiser takes them up again.
    """
    return waiting_among([sheet])[sheet.pk]


def waiting_among(sheets: Iterable[Evaluation]) -> dict[int, list[str]]:
    """Return the waiting lines of each sheet, by its id, in the order of its set."""
    held = list(sheets)
    times = _times([sheet.pk for sheet in held])
    return {
        sheet.pk: [
            line
            for line, indicator in sheet.criteria.rules.indicators.items()
            if indicator.applies_to(sheet.kind_code) and times[sheet.pk].waits(line)
        ]
        for sheet in held
    }


def _times(keys: list[int]) -> dict[int, _Times]:
    found = {pk: _Times() for pk in keys}
    own = Q(stage=Stage.SELF)
    appraised = Q(stage=Stage.APPRAISED) & IS_ANSWERED
    scores = Score.objects.filter(own | appraised, evaluation__in=keys).order_by()
    for pk, line, stage, at in scores.values_list("evaluation", "line", "stage", "at"):
        stored = found[pk].own if stage == Stage.SELF else found[pk].appraised
        stored[line] = at
    settled = LineReturn.objects.settled().filter(evaluation__in=keys).order_by("round")
    answers = ExplanationAnswer.objects.filter(round__evaluation__in=keys, is_kept=False)
    called = [
        *settled.values_list("evaluation", "line", "settled_at"),
        *answers.order_by("pk").values_list("round__evaluation", "line", "at"),
    ]
    for pk, line, at in called:
        earlier = found[pk].called.get(line)
        found[pk].called[line] = max(at, earlier) if earlier else at
    return found
