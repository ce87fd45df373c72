"""What is said about the lines of a sheet, as the pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from evaluations.models import Evaluation, LineComment, LineFlag


@dataclass(frozen=True)
class Marks:
    """How many comments a line has, how much evidence, and the flag that is open on it."""

    comments: int = 0
    flag: LineFlag | None = None
    evidence: int = 0


NO_MARKS = Marks()


@dataclass(frozen=True)
class Talk:
    """The comments on a line, oldest first."""

    line: str
    comments: list[LineComment]


@dataclass(frozen=True)
class FollowUp:
    """The open flag of a line and those that were cleared, newest first."""

    line: str
    flag: LineFlag | None
    cleared: list[LineFlag]


def marks_of(sheet: Evaluation) -> Mapping[str, Marks]:
    """Return what is to be marked at the lines of a sheet, by line."""
    counted = sheet.comments.order_by().values_list("line").annotate(Count("pk"))
    comments = dict(counted)
    flags = {flag.line: flag for flag in sheet.flags.open().select_related("by")}
    evidence = sheet.evidence_counts
    return {
        line: Marks(comments.get(line, 0), flags.get(line), evidence.get(line, 0))
        for line in {*comments, *flags, *evidence}
    }


def talk_of(sheet: Evaluation, line: str) -> Talk:
    return Talk(line, list(sheet.comments.filter(line=line).select_related("by")))


def follow_up_of(sheet: Evaluation, line: str) -> FollowUp:
    flags = list(sheet.flags.filter(line=line).select_related("by", "cleared_by"))
    opened = next((flag for flag in flags if flag.cleared_at is None), None)
    return FollowUp(line, opened, [flag for flag in flags if flag.cleared_at])
