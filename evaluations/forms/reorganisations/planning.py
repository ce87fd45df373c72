"""The plan that a desk comes to, and what hinders it, beside the field it speaks of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from cells.services.reorganisation import Plan, Refusal, UnitDraft
from cells.services.reorganisation.plans import CHANGING
from cells.vietnamese import tidy
from evaluations.forms.reorganisations.desk import ROW_FIELDS, Desk
from evaluations.forms.reorganisations.fields import Kind, names_offered
from evaluations.forms.reorganisations.going import ALL, NOWHERE, Going, Target


@dataclass(frozen=True)
class Arrival:
    """What a unit gets by the event."""

    target: Target
    members: int
    areas: list[str]


@dataclass(frozen=True)
class Problem:
    """Something to mend, and the field where; "" where the whole is meant."""

    field_id: str
    text: str


def desk_plan(desk: Desk) -> Plan:
    """Return what was typed as a plan; only of a valid desk."""
    paper = desk.paper.cleaned_data
    posts, assignments = _chosen(desk, desk.posts), _chosen(desk, desk.assignments)
    return Plan(
        kind=desk.kind,
        effective_on=paper["effective_on"],
        decision_number=tidy(paper["decision_number"]),
        decided_on=paper["decided_on"],
        signer=tidy(paper["signer"]),
        note=paper["note"],
        before=desk.before,
        after=tuple(_drafts(desk)),
        members=_chosen(desk, desk.people.rows),
        posts={int(key): code for key, code in posts.items()},
        assignments={int(key): code for key, code in assignments.items()},
        units=_chosen(desk, desk.below),
        rest_to=desk.code_of(desk.rest_to) or None,
    )


def _chosen(desk: Desk, rows: Iterable[Going]) -> dict[str, str]:
    """Return the code to which each row goes that has a choice of its own."""
    keys = {NOWHERE, *(target.key for target in desk.targets)}
    return {row.key: desk.code_of(row.chosen) for row in rows if row.chosen in keys}


def _drafts(desk: Desk) -> list[UnitDraft]:
    rows: list[dict[str, Any]] = [
        {name: tidy(value) for name, value in form.cleaned_data.items()} for form in desk.after
    ]
    if desk.kind in CHANGING:
        return [UnitDraft(code, **rows[0]) for code in desk.before]
    return [
        UnitDraft(**row, areas=tuple(area.key for area in _areas_of(desk, f"@{number}")))
        for number, row in enumerate(rows)
    ]


def _areas_of(desk: Desk, key: str) -> list[Going]:
    return [area for area in desk.areas if area.chosen in (key, ALL)]


def arrivals(desk: Desk) -> list[Arrival]:
    """Count who goes where; those who are not named go where the rest goes."""
    counts = Counter(row.chosen for row in desk.people.rows if row.chosen)
    counts[desk.rest_to] += desk.people.undecided
    after = {target.key for target in desk.after_targets}
    return [
        Arrival(
            target,
            counts[target.key],
            [area.label for area in _areas_of(desk, target.key)] if target.key in after else [],
        )
        for target in desk.targets
    ]


def goes_on_as(desk: Desk) -> list[str]:
    """Return in words what a unit that goes on will be: where it stands, or what it is called."""
    if desk.kind == Kind.TRANSFER:
        return [f"Trực thuộc {unit.name} ({unit.code})" for unit in desk.parents]
    if desk.kind != Kind.RENAME:
        return []
    labels = {name: dict(choices) for name, choices in names_offered().items()}
    given = [(name, text) for name, text in desk.after[0].cleaned_data.items() if text]
    return [labels[name][text] if name in labels else text for name, text in given]


def refuse(desk: Desk, refusals: Iterable[Refusal]) -> None:
    """Show what the service refuses beside the field it speaks of."""
    for one in refusals:
        if one.field in ROW_FIELDS and _refuse_rows(desk, one):
            continue
        form, name = _field_of(desk, one)
        value = f" ({one.value})" if one.value and one.value not in one.message else ""
        form.add_error(name, one.message if name else f"{one.message}{value}")


def _refuse_rows(desk: Desk, refusal: Refusal) -> bool:
    """Mark the row that is refused, or those that go where nothing can go."""
    rows = desk.rows[refusal.field]
    own = [row for row in rows if row.key == refusal.value]
    there = [row for row in rows if row.chosen and desk.code_of(row.chosen) == refusal.value]
    for row in own or there:
        row.error = refusal.message
    return bool(own or there)


def _field_of(desk: Desk, refusal: Refusal) -> tuple[forms.Form, str | None]:
    if refusal.field in desk.paper.fields:
        return desk.paper, refusal.field
    if refusal.field == "before" and desk.before_form:
        return desk.before_form, "before"
    if refusal.field in {"after", "name", "parent", "level", "kind"} and desk.after:
        value = refusal.value
        form = next((f for f in desk.after if value in f.cleaned_data.values()), desk.after[0])
        name = "code" if refusal.field == "after" else refusal.field
        return form, name if name in form.fields else None
    return desk.paper, None


def problems(desk: Desk) -> list[Problem]:
    """Return everything to mend, in the order of the page."""
    if not desk.is_judged:
        return []
    found = []
    for form in desk.forms:
        for name, texts in form.errors.items():
            if name in form.fields:
                field = form[name]
                found += [Problem(field.id_for_label, f"{field.label}: {text}") for text in texts]
    found += [Problem("", str(text)) for form in desk.forms for text in form.non_field_errors()]
    if desk.rest_error:
        found.append(Problem("rest_to", desk.rest_error))
    every = [row for rows in desk.rows.values() for row in rows]
    return [*found, *(Problem(row.name, f"{row.label}: {row.error}") for row in every if row.error)]


def spread_evenly(desk: Desk) -> dict[str, str]:
    """Return the members in their order, cut into equal parts, one for each unit after."""
    targets, rows = desk.after_targets, desk.people.rows
    if not targets:
        return {}
    return {
        row.name: targets[place * len(targets) // len(rows)].key for place, row in enumerate(rows)
    }
