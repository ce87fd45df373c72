"""What a sheet still has to prove."""

from collections.abc import Iterator

from evaluations.rules.checks import Check, Facts


def evidence_asked(facts: Facts) -> Iterator[Check]:
    """Ask for evidence where points are claimed and the criteria want it.

    Where an explanation would do as well, its absence is told and kept with the sheet, no more:
    it must not keep a unit from handing in.
    """
    for line in facts.lines:
        if line.code in facts.evidence or not facts.outcome.lines.get(line.code):
            continue
        if line.evidence == "required":
            yield Check("high", "evidence", line.code, "Bắt buộc có minh chứng nhưng chưa gắn.")
        elif line.evidence == "evidence_or_explanation" and not facts.notes.get(line.code):
            text = "Chưa gắn minh chứng, cũng chưa ghi giải trình."
            yield Check("low", "evidence", line.code, text)
