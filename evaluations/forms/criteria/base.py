"""A section of a draft: a form or some, lists of rows, and the findings beside their fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from cells.vietnamese import fold
from evaluations.rules.places import segments
from evaluations.rules.table import Finding
from evaluations.services.errors import RefusedError

Raw = dict[str, Any]
Notes = Mapping[str, Sequence[Finding]]
ROWS_AT_MOST = 80


class Fields(forms.Form):
    """The fields of one table of a set, each named as its key. `place` is where it stands."""

    use_required_attribute = False
    # Keys that stand in a field of another name.
    aliases: ClassVar[Mapping[str, str]] = {}
    # The field whose numbers are added up on the page.
    addend = ""
    takes_focus = False

    def __init__(self, *args: Any, place: str = "", around: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.place, self.around = place, around
        self.notes: Notes = {}
        self.fit()

    def fit(self) -> None:
        """Offer what there is to choose from here."""

    @classmethod
    def values_of(cls, table: Raw) -> dict[str, Any]:
        """Return what the fields show of a table."""
        return {
            name: field.from_toml(table.get(name))  # type: ignore[attr-defined]
            for name, field in cls.base_fields.items()
        }

    @classmethod
    def posted(cls, data: QueryDict, prefix: str = "") -> dict[str, Any]:
        """Return what was typed, judged by nobody."""
        before = f"{prefix}-" if prefix else ""
        return {
            name: field.widget.value_from_datadict(data, {}, before + name)
            for name, field in cls.base_fields.items()
        }

    def table(self) -> Raw:
        """Return what was typed as a table; only of valid fields."""
        pairs = (
            (name, field.to_toml(self.cleaned_data.get(name)))  # type: ignore[attr-defined]
            for name, field in self.fields.items()
        )
        return {name: value for name, value in pairs if value is not None}

    def locate(self, place: str) -> str:
        """Return the id of the field that holds a key or what is below it; "" for none."""
        key = place.split("/")[0]
        name = self.aliases.get(key, key)
        if not place and self.prefix:
            name = next(iter(self.fields))
        return self[name].auto_id if name in self.fields else ""


class Row(Fields):
    """One row of a list. A row without anything in its `essential` fields is left out."""

    essential: ClassVar[tuple[str, ...]]
    word: ClassVar[str]
    # Whether the order of the rows says anything.
    is_ordered = True

    @property
    def number(self) -> int:
        return int(str(self.prefix).rpartition("-")[2]) + 1

    @property
    def anchor(self) -> str:
        return f"row-{self.prefix}"

    @property
    def is_blank(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in self.essential)

    @property
    def hidden(self) -> list[Any]:
        return self.hidden_fields()

    @property
    def shown(self) -> list[Any]:
        return self.visible_fields()


class Rows:
    """A list of rows, of which some can be added, moved and removed before anything is saved."""

    def __init__(
        self, key: str, row_class: type[Row], *, place: str, is_coded: bool, around: Any = None
    ) -> None:
        self.key, self.row_class, self.place, self.around = key, row_class, place, around
        self.is_coded = is_coded
        self.is_judged = False
        # The row that was just added or moved, or that took the place of a removed one.
        self.focus: int | None = None
        self.notes: Notes = {}
        self.values: list[dict[str, Any]] = []
        self.data: QueryDict | None = None
        self.names: list[str] = []

    def show(self, tables: Iterable[Any]) -> None:
        """Fill the rows with tables of the set."""
        kept = [table for table in tables if isinstance(table, dict)]
        self.values = [self.row_class.values_of(table) for table in kept]
        numbers = [str(number) for number in range(1, len(kept) + 1)]
        self.names = segments(kept) if self.is_coded else numbers

    def take(self, data: QueryDict, *, judged: bool) -> None:
        """Fill the rows with what was typed."""
        text = data.get(f"{self.key}-count", "")
        count = min(int(text), ROWS_AT_MOST) if text.isdecimal() and len(text) < 4 else 0
        prefixes = (f"{self.key}-{n}" for n in range(count))
        self.values = [self.row_class.posted(data, prefix) for prefix in prefixes]
        self.data, self.is_judged = data, judged

    def act(self, action: str, place: int) -> None:
        """Add a row at the end, or move or remove the one at `place`."""
        values = self.values
        if action == "add" and len(values) < ROWS_AT_MOST:
            values.append({})
            self.focus = len(values) - 1
        elif action == "remove" and place < len(values):
            del values[place]
            self.focus = min(place, len(values) - 1)
        elif action in ("up", "down"):
            other = place + (1 if action == "down" else -1)
            if min(place, other) >= 0 and max(place, other) < len(values):
                values[place], values[other] = values[other], values[place]
                place = other
            self.focus = place

    @cached_property
    def forms(self) -> list[Row]:
        options = {"place": self.place, "around": self.around}
        made = []
        for n, values in enumerate(self.values):
            prefix = f"{self.key}-{n}"
            if self.is_judged:
                made.append(self.row_class(self.data, prefix=prefix, **options))
            else:
                made.append(self.row_class(initial=values, prefix=prefix, **options))
            made[-1].takes_focus = n == self.focus
        return made

    @property
    def may_grow(self) -> bool:
        return len(self.values) < ROWS_AT_MOST

    @property
    def word(self) -> str:
        return self.row_class.word

    @property
    def is_ordered(self) -> bool:
        return self.row_class.is_ordered

    @property
    def anchor(self) -> str:
        return f"rows-{self.key}"

    def is_valid(self) -> bool:
        judged = [form.is_valid() for form in self.forms]  # each of them, to say all at once
        return all(judged)

    def tables(self) -> list[Raw]:
        return [form.table() for form in self.forms if not form.is_blank]

    def locate(self, place: str) -> str:
        """Return the id of the field or row of a place below the list."""
        name, _, rest = place.partition("/")
        if name not in self.names:
            return self.anchor
        form = self.forms[self.names.index(name)]
        return (form.locate(rest) if rest else "") or form.anchor


class Section:
    """One page of a draft: what it shows of the tables, and what it makes of them.

    With data it holds what was typed; judged, it says what cannot be saved.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    template: ClassVar[str]

    def __init__(
        self, raw: Raw, around: Any, data: QueryDict | None = None, *, judged: bool = False
    ) -> None:
        self.raw, self.around, self.data, self.judged = raw, around, data, judged
        self.forms: dict[str, Fields] = {}
        self.rows: dict[str, Rows] = {}
        # Findings and refusals that are about no field.
        self.loose: list[Finding] = []
        self.problems: list[str] = []
        self.build()

    def build(self) -> None:
        raise NotImplementedError

    def written(self) -> Raw:
        """Return the tables of the whole set with what was typed; only of a valid section."""
        raise NotImplementedError

    def add_form(self, key: str, form_class: type[Fields], table: Raw, *, place: str) -> None:
        """Show a table as a form, its fields named without a prefix where `key` is empty."""
        options: dict[str, Any] = {"place": place, "around": self.around, "prefix": key or None}
        if self.data is None:
            form = form_class(initial=form_class.values_of(table), **options)
        elif self.judged:
            form = form_class(self.data, **options)
        else:
            form = form_class(initial=form_class.posted(self.data, key), **options)
        self.forms[key] = form

    def add_rows(
        self, key: str, row_class: type[Row], tables: Any, *, place: str, is_coded: bool = True
    ) -> None:
        rows = Rows(key, row_class, place=place, is_coded=is_coded, around=self.around)
        if self.data is None:
            rows.show(tables if isinstance(tables, list) else [])
        else:
            rows.take(self.data, judged=self.judged)
        self.rows[key] = rows

    def act(self, asked: str) -> None:
        """Do what a button of a row asks, such as "bands:up:2"."""
        key, _, rest = asked.partition(":")
        action, _, place = rest.partition(":")
        if key in self.rows and (place or "0").isdecimal():
            self.rows[key].act(action, int(place or 0))

    def is_valid(self) -> bool:
        parts: list[Any] = [*self.forms.values(), *self.judged_rows()]
        judged = [part.is_valid() for part in parts]
        return all(judged)

    def judged_rows(self) -> list[Rows]:
        return list(self.rows.values())

    @property
    def heading(self) -> str:
        return self.title

    def refuse(self, error: RefusedError) -> None:
        """Say what the service refused."""
        self.problems.append(error.message)

    def locate(self, place: str) -> str | None:
        """Return the id of the element that a place is about; None where there is none."""
        parts: list[Rows | Fields] = [*self.rows.values(), *self.forms.values()]
        for part in parts:
            if not part.place or place == part.place or place.startswith(f"{part.place}/"):
                inner = place.removeprefix(part.place).removeprefix("/")
                if found := part.locate(inner):
                    return found
        return None

    def note(self, findings: Iterable[Finding]) -> None:
        """Put each finding beside what it is about, or at the top where that is nothing here."""
        notes: dict[str, list[Finding]] = {}
        for finding in findings:
            if found := self.locate(finding.place):
                notes.setdefault(found, []).append(finding)
            else:
                self.loose.append(finding)
        parts: list[Any] = [*self.rows.values(), *self.forms.values()]
        parts += [form for rows in self.rows.values() for form in rows.forms]
        for part in parts:
            part.notes = notes


def slug(title: str, taken: Iterable[str], *, at_most: int = 40) -> str:
    """Make a code of a title that no other one of the list has: "Trung bình" is trung_binh."""
    base = re.sub(r"[^a-z0-9]+", "_", fold(title)).strip("_")[:at_most].rstrip("_") or "muc"
    used, made, number = set(taken), base, 2
    while made in used:
        made = f"{base[: at_most - 3]}_{number}"
        number += 1
    return made


def coded(tables: Iterable[Raw], key: str = "code") -> list[Raw]:
    """Give each table that has none a code made of its title."""
    listed = list(tables)
    taken = {table[key] for table in listed if table.get(key)}
    done = []
    for table in listed:
        if not table.get(key) and table.get("title"):
            table = {key: slug(table["title"], taken)} | table
            taken.add(table[key])
        done.append(table)
    return done
