"""What a reorganisation is to do, as asked for: plain values, to and from JSON."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from cells.models import Reorganisation

Kind = Reorganisation.Kind
# What becomes of the units before, and whether the units after are new.
CLOSING = {Kind.SPLIT, Kind.ABSORB, Kind.MERGE, Kind.DISSOLVE, Kind.DISBAND}
FOUNDING = {Kind.ESTABLISH, Kind.SPLIT, Kind.MERGE}
CHANGING = {Kind.TRANSFER, Kind.RENAME}


class PlanError(Exception):
    """A plan that cannot be read; `field` names the part, the message says what to mend."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True)
class UnitDraft:
    """A unit after the event. What is left blank is taken from the unit before.

    `parent`, `level`, `kind` and `areas` are codes.
    """

    code: str
    name: str = ""
    parent: str = ""
    level: str = ""
    kind: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One event. Members, posts, roles and lower units go where the maps say, by unit code.

    `members` maps the key of a member, `posts` and `assignments` the key of the row ("" ends it),
    `units` the code of a unit below. Members who are not named go to `rest_to`, or nowhere.
    """

    kind: str
    effective_on: date
    decision_number: str
    decided_on: date
    signer: str
    note: str = ""
    before: tuple[str, ...] = ()
    after: tuple[UnitDraft, ...] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    posts: Mapping[int, str] = field(default_factory=dict)
    assignments: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    rest_to: str | None = None

    @property
    def decision(self) -> str:
        return f"Số {self.decision_number}, ngày {self.decided_on:%d/%m/%Y}"

    def document(self) -> dict[str, Any]:
        """Return the plan as plain JSON."""
        plain = asdict(self)
        plain["effective_on"] = self.effective_on.isoformat()
        plain["decided_on"] = self.decided_on.isoformat()
        plain["before"] = list(self.before)
        plain["after"] = [{**asdict(draft), "areas": list(draft.areas)} for draft in self.after]
        for name in ("members", "posts", "assignments", "units"):
            plain[name] = {str(key): code for key, code in getattr(self, name).items()}
        return plain


def plan_of(document: Any) -> Plan:
    """Read a plan from JSON. Raises PlanError naming the part that is wrong."""
    if not isinstance(document, dict):
        raise PlanError("", "Mỗi sự kiện phải là một đối tượng JSON.")
    known = {one.name for one in fields(Plan)}
    if unknown := sorted(set(document) - known):
        raise PlanError(unknown[0], f"Không có mục “{unknown[0]}”.")
    return Plan(
        kind=_kind(document.get("kind")),
        effective_on=_day(document, "effective_on"),
        decision_number=_text(document, "decision_number"),
        decided_on=_day(document, "decided_on"),
        signer=_text(document, "signer"),
        note=_text(document, "note"),
        before=_codes(document, "before"),
        after=_drafts(document.get("after") or []),
        members=_map(document, "members", str),
        posts=_map(document, "posts", int),
        assignments=_map(document, "assignments", int),
        units=_map(document, "units", str),
        rest_to=_text(document, "rest_to") or None,
    )


def _kind(value: Any) -> str:
    if value not in Kind.values:
        raise PlanError("kind", f"Loại sự kiện phải là một trong: {', '.join(Kind.values)}.")
    return str(value)


def _day(document: dict, name: str) -> date:
    try:
        return date.fromisoformat(document.get(name) or "")
    except (TypeError, ValueError):
        raise PlanError(name, "Cần một ngày, ví dụ 2025-07-01.") from None


def _text(document: dict, name: str) -> str:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise PlanError(name, "Cần một chuỗi chữ.")
    return (value or "").strip()


def _codes(document: dict, name: str) -> tuple[str, ...]:
    value = document.get(name) or []
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise PlanError(name, "Cần một danh sách mã đơn vị.")
    return tuple(code.strip() for code in value)


def _drafts(value: Any) -> tuple[UnitDraft, ...]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise PlanError("after", "Cần một danh sách đơn vị.")
    texts = [one.name for one in fields(UnitDraft) if one.name != "areas"]
    for row in value:
        if unknown := sorted(set(row) - {*texts, "areas"}):
            raise PlanError("after", f"Không có mục “{unknown[0]}”.")
    return tuple(
        UnitDraft(**{name: _text(row, name) for name in texts}, areas=_codes(row, "areas"))
        for row in value
    )


def _map(document: dict, name: str, key: Callable[[str], Any]) -> dict[Any, str]:
    value = document.get(name) or {}
    if not isinstance(value, dict) or not all(isinstance(code, str) for code in value.values()):
        raise PlanError(name, "Cần một bảng “khóa: mã đơn vị”.")
    try:
        return {key(one): code for one, code in value.items()}
    except ValueError:
        raise PlanError(name, "Khóa phải là một con số.") from None
