"""What the other parts of Chibo have to say and do when organisations change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from cells import access
from cells.models import AuditEntry, Placement, Reorganisation, Unit, User
from cells.services.reorganisation.plans import Plan, UnitDraft

BATCH = 1000


@dataclass(frozen=True)
class Effect:
    """What an event touches, counted.

    `things` names what many events may touch together, so that a batch counts each once.
    """

    code: str
    text: str
    count: int
    things: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Refusal:
    """Why a plan cannot be carried out; `field` names its part, `plan` its place in a batch."""

    message: str
    field: str = ""
    value: str = ""
    plan: int = 0


@dataclass(frozen=True)
class Warned:
    """What does not hinder a plan but wants a second look."""

    message: str
    plan: int = 0


class ReorganisationRefusedError(Exception):
    """An event that cannot be carried out or taken back; the message says why, in Vietnamese."""

    def __init__(self, message: str, refusals: Sequence[Refusal] = ()):
        super().__init__(message)
        self.message, self.refusals = message, tuple(refusals)


@dataclass(frozen=True)
class Move:
    """A unit that goes on: as it will be, and where it stood."""

    unit: Unit
    draft: UnitDraft
    parent: Unit | None
    placement: Placement


@dataclass(frozen=True)
class Change:
    """A plan with its units found. `founded` is filled when they are written.

    `units` holds every unit by code that something may go to.
    """

    plan: Plan
    reach: access.Reach
    closing: tuple[Unit, ...]
    moves: tuple[Move, ...]
    # Units below a closing one that go on under its successor.
    along: tuple[Move, ...]
    receiving: tuple[Unit, ...]
    units: Mapping[str, Unit]
    founded: list[Unit] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.plan.effective_on

    @property
    def after(self) -> list[Unit]:
        return [*self.founded, *self.receiving, *(move.unit for move in self.moves)]

    def target(self, code: str) -> Unit:
        """Return the unit that something goes to, once it is written."""
        return next((unit for unit in self.founded if unit.code == code), None) or self.units[code]


class Trail:
    """Collect the audit rows of an event and write them in one go."""

    def __init__(self, *, by: User | None, door: str, reason: str):
        self.by, self.door, self.reason = by, door, reason
        self.entries: list[AuditEntry] = []

    def add(
        self, action: str, subject: Any, unit: Unit | None, *, field: str = "",
        old: Any = None, new: Any = None, period: str = "",
    ) -> None:  # fmt: skip
        self.entries.append(
            AuditEntry(
                by=self.by, door=self.door, action=action, subject_type=subject._meta.model_name,
                subject_id=subject.pk, unit=unit, field=field, old=old, new=new, period=period,
                reason=self.reason,
            )
        )  # fmt: skip

    def write(self) -> None:
        AuditEntry.objects.bulk_create(self.entries, batch_size=BATCH)
        self.entries = []


class Participant(Protocol):
    """One part of Chibo. `name` keys what it needs to take an event back, as plain JSON."""

    name: str

    def refusals(self, change: Change) -> list[Refusal]:
        """Return what hinders the plan."""

    def effects(self, change: Change) -> list[Effect]:
        """Count what the plan will touch; asked before anything is written."""

    def apply(self, event: Reorganisation, change: Change, trail: Trail) -> dict[str, Any]:
        """Carry out this part; return what `revert` needs."""

    def warnings(self, change: Change) -> list[str]:
        """Return what wants a second look; asked when the event is written."""

    def settle(self, changes: Sequence[Change], *, by: User | None, door: str) -> None:
        """Do what is done once after all events of a batch."""

    def refuses_revert(self, event: Reorganisation, undo: dict[str, Any]) -> str:
        """Return why the event cannot be taken back; "" if nothing hinders."""

    def revert(self, event: Reorganisation, undo: dict[str, Any], trail: Trail) -> None:
        """Restore what stood before the event."""


_registered: dict[str, Participant] = {}


def register(participant: Participant) -> None:
    """Add a part of Chibo; called once by each app when it is ready."""
    _registered[participant.name] = participant


def participants() -> list[Participant]:
    return list(_registered.values())


def drop_zero(effects: Sequence[Effect]) -> list[Effect]:
    return [effect for effect in effects if effect.count]


def sum_of(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """Add up the effects of many events, by code; in the order in which the parts tell them."""
    totals: dict[str, Effect] = {}
    for effect in effects:
        before = totals.get(effect.code) or replace(effect, count=0, things=frozenset())
        things = before.things | effect.things
        count = len(things) if things else before.count + effect.count
        totals[effect.code] = replace(effect, count=count, things=things)
    return tuple(totals.values())
