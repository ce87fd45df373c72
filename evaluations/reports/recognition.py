"""The recognition board of a committee as its page shows it: rows with groups, reasons, filters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from cells.vietnamese import fold, tidy
from evaluations.models import Evaluation, RecognitionChoice, Score, Stage
from evaluations.reasons import class_name, in_words
from evaluations.rules.engine import Scorer
from evaluations.services.recognition_board import Board, Candidate
from evaluations.services.recognition_problems import Problems

SHOWS = {
    "": "Tất cả",
    "chon": "Đã chọn",
    "chua": "Chưa chọn",
    "thieu": "Cần ghi lý do",
}


@dataclass(frozen=True)
class GroupPoints:
    """What a cell has in one of the four goods; points in hundredths, None where undetermined."""

    number: int
    title: str
    points: int | None
    max: int
    floor: int

    @property
    def passes(self) -> bool:
        return self.points is not None and self.points >= self.floor


@dataclass(frozen=True)
class Row:
    """An eligible cell; `problem` says why the choice cannot stand as it is."""

    candidate: Candidate
    groups: tuple[GroupPoints, ...]
    class_name: str
    problem: str

    @property
    def sheet(self) -> Evaluation:
        return self.candidate.sheet


@dataclass(frozen=True)
class Barred:
    """A cell that is not eligible, with every reason."""

    sheet: Evaluation
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class BoardFilter:
    """What of the board is shown: read from the address; an unknown value filters nothing."""

    q: str = ""
    kind: str = ""
    show: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "BoardFilter":
        def text(name: str) -> str:
            return tidy(asked.get(name, "").replace("\0", ""))[:100]

        show = text("xem")
        return cls(q=text("q"), kind=text("loai-hinh"), show=show if show in SHOWS else "")

    def __bool__(self) -> bool:
        return bool(self.q or self.kind or self.show)

    def covers(self, row: Row) -> bool:
        frozen = row.sheet.period_unit
        words = fold(f"{row.sheet.unit.code} {frozen.name}")
        kind = frozen.kind.code if frozen.kind else ""
        return (
            all(word in words for word in fold(self.q).split())
            and (not self.kind or kind == self.kind)
            and self._is_shown(row)
        )

    def _is_shown(self, row: Row) -> bool:
        chosen = row.candidate.choice.is_chosen
        return {"chon": chosen, "chua": not chosen, "thieu": bool(row.problem)}.get(self.show, True)


def rows_of(board: Board, problems: Problems, shown: BoardFilter) -> tuple[Row, ...]:
    """Return the rows of the eligible cells that the filter lets through, the best first."""
    groups = groups_of(one.sheet for one in board.candidates)
    rows = (
        Row(
            candidate=one,
            groups=groups[one.sheet.pk],
            class_name=class_name(one.sheet.annual_class),
            problem=problems.rows.get(one.sheet.pk, ""),
        )
        for one in board.candidates
    )
    return tuple(row for row in rows if shown.covers(row))


def barred_of(board: Board) -> tuple[Barred, ...]:
    """Return the cells that are not eligible, with every reason in words."""
    groups = groups_of(board.ineligible)
    return tuple(
        Barred(
            sheet=sheet,
            reasons=in_words(
                sheet.reasons,
                sheet.criteria.rules,
                total=sheet.final_total,
                groups={
                    rule.code: own.points
                    for rule, own in zip(
                        sheet.criteria.rules.groups, groups[sheet.pk], strict=False
                    )
                },
                annual_class=sheet.annual_class,
            ),
        )
        for sheet in board.ineligible
    )


def groups_of(sheets: Iterable[Evaluation]) -> dict[int, tuple[GroupPoints, ...]]:
    """Return the points by group of decided sheets, from their stored answers; one query."""
    own = list(sheets)
    answers: dict[int, list[tuple[str, str, int | None, int | None, bool]]] = {
        sheet.pk: [] for sheet in own
    }
    rows = Score.objects.filter(evaluation__in=list(answers), stage=Stage.FINAL).values_list(
        "evaluation_id", "line", "option", "num", "den", "na"
    )
    for sheet_pk, line, option, num, den, na in rows:
        answers[sheet_pk].append((line, option, num, den, na))
    scorers = {sheet.criteria_id: Scorer(sheet.criteria.rules) for sheet in own}
    return {
        sheet.pk: _groups(sheet, scorers[sheet.criteria_id], answers[sheet.pk]) for sheet in own
    }


def _groups(
    sheet: Evaluation,
    scorer: Scorer,
    answers: list[tuple[str, str, int | None, int | None, bool]],
) -> tuple[GroupPoints, ...]:
    if not answers:
        return ()
    points = scorer.score_values(answers, kind=sheet.kind_code).groups
    return tuple(
        GroupPoints(number, group.title, own, group.max, group.floor)
        for number, (group, own) in enumerate(
            zip(scorer.criteria.groups, points, strict=True), start=1
        )
    )


def title_of(sheet: Evaluation) -> RecognitionChoice | None:
    """Return by which decision in force a cell has the title for the year of the sheet."""
    found: RecognitionChoice | None = (
        RecognitionChoice.objects.open()
        .filter(evaluation=sheet)
        .select_related("recognition__committee")
        .first()
    )
    return found


def with_titles(sheets: Any) -> Any:
    """Annotate sheets with number and date of the decision by which each has the title, if any."""
    titles = RecognitionChoice.objects.open().filter(evaluation=OuterRef("pk"))
    return sheets.annotate(
        title_number=Subquery(titles.values("recognition__number")[:1]),
        title_on=Subquery(titles.values("recognition__signed_on")[:1]),
    )
