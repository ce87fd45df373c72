"""Whom a committee recognises: its cells, or the grassroots committees right below it."""

from dataclasses import dataclass

from cells import access
from cells.models import Unit, User
from evaluations.models import Period, PeriodUnit
from evaluations.models.sheets import judging


@dataclass(frozen=True)
class Subject:
    """One kind of unit with its title, and in words."""

    code: str
    is_cell: bool
    noun: str
    title: str

    @property
    def award(self) -> str:
        return f"Công nhận danh hiệu “{self.title}”"


CELLS = Subject("cell", True, "chi bộ", "Chi bộ bốn tốt")
COMMITTEES = Subject("committee", False, "đảng bộ cơ sở", "Đảng bộ cơ sở bốn tốt")
SUBJECTS = {one.code: one for one in (CELLS, COMMITTEES)}


def subject_of(committee: Unit, period: Period) -> Subject:
    """Return whom `committee` recognises in a year: committees where it had nothing but those."""
    own = PeriodUnit.objects.filter(period=period, committee=committee).order_by()
    return COMMITTEES if set(own.values_list("is_cell").distinct()) == {(False,)} else CELLS


def may_recognise(user: User, committee: Unit, subject: Subject, *actions: str) -> bool:
    """Tell whether `user` may do one of the actions (view, propose, decide) for a committee."""
    return any(
        access.reach(user, _on(action, subject)).covers(committee.path) for action in actions
    )


def _on(action: str, subject: Subject) -> str:
    is_judgement = action in access.OF_COMMITTEES
    return judging(action, is_cell=subject.is_cell) if is_judgement else action
