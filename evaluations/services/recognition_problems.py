"""What still hinders the choice on a board from becoming a decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cells.vietnamese import points_text
from evaluations.rules.recognition import Claim, unexplained
from evaluations.services.recognition_board import Board, Candidate, Pool

NO_CHOICE = "Chưa chọn đơn vị nào."
NO_EXCEPTION_REASON = "Áp dụng mức ngoại lệ thì phải ghi lý do."


@dataclass(frozen=True)
class Problems:
    """Why a choice cannot become a decision: of the whole, and by sheet."""

    general: tuple[str, ...] = ()
    rows: Mapping[int, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.general or self.rows)


def problems_of(board: Board) -> Problems:
    """Return what hinders the choice on the board from becoming a decision."""
    noun = board.subject.noun
    general = [
        f"Vượt trần {pool.over} {noun}{_among(board, pool)}: trần {pool.cap.cap},"
        f" đang chọn {pool.held + pool.chosen}. Bỏ bớt {pool.over} {noun}."
        for pool in board.pools
        if pool.cap and pool.over
    ]
    if board.has_exception and not board.exception_reason:
        general.append(NO_EXCEPTION_REASON)
    replaces = board.draft is not None and board.draft.revokes_id is not None
    if not board.chosen and not replaces:
        general.append(NO_CHOICE)
    return Problems(tuple(general), _rows(board))


def _among(board: Board, pool: Pool) -> str:
    return f" ({pool.label})" if len(board.pools) > 1 else ""


def _rows(board: Board) -> dict[int, str]:
    open_ = [one for one in board.candidates if not one.held]
    named = {one.sheet.pk: one for one in open_}
    claims: list[Claim[int]] = [
        Claim(one.sheet.pk, one.pool, one.total, one.choice.is_chosen, bool(one.choice.reason))
        for one in open_
    ]
    return {
        chosen: _why(named[chosen], named[passed]) for chosen, passed in unexplained(claims).items()
    }


def _why(chosen: Candidate, passed: Candidate) -> str:
    name, points = passed.sheet.period_unit.name, points_text(passed.total)
    if passed.total == chosen.total:
        return f"Bằng điểm với {name} ({points}), đơn vị đó không được chọn. Hãy ghi lý do."
    return (
        f"{name} có {points} điểm, cao hơn và đủ điều kiện, mà không được chọn."
        " Hãy ghi lý do ở đây, hoặc ở dòng của đơn vị đó."
    )
