"""One reorganisation as it is being written: what was typed, and what there is to send where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.forms import Form

from cells import access
from cells.models import Unit
from cells.services.reorganisation.plans import CHANGING, CLOSING
from evaluations.forms.reorganisations import going
from evaluations.forms.reorganisations.fields import (
    ASKED,
    REPEATED,
    SEVERAL_BEFORE,
    AfterForm,
    BeforeForm,
    Kind,
    PaperForm,
    ReceiversForm,
    codes_in,
    names_offered,
)
from evaluations.forms.reorganisations.going import NOWHERE, Going, People, Target

ROWS_MOST = 30
UNKNOWN = "Không có đơn vị đang hoạt động mang mã “{}” trong phạm vi của đồng chí."
REST_NEEDED = "Chọn nơi chuyển về của những người không chọn riêng."
# Fields of a refusal that are rows to be sent somewhere, not fields of a form.
ROW_FIELDS = ("members", "posts", "assignments", "areas", "units")


@dataclass
class Desk:
    """One reorganisation as it is being written."""

    kind: str
    user: Any
    typed: Mapping[str, str] = field(default_factory=dict)
    # Whether what was typed is judged, or only kept.
    is_judged: bool = False

    @property
    def label(self) -> str:
        return Kind(self.kind).label

    @property
    def row_count(self) -> int:
        kind = Kind(self.kind)
        least = REPEATED.get(kind, 1 if ASKED[kind] else 0)
        if kind not in REPEATED:
            return least
        text = self.typed.get("rows", "")
        asked = int(text) if text.isdecimal() and len(text) < 4 else least
        return max(least, min(asked, ROWS_MOST))

    @property
    def may_grow(self) -> bool:
        return self.kind in REPEATED and self.row_count < ROWS_MOST

    @property
    def may_shrink(self) -> bool:
        return self.row_count > REPEATED.get(Kind(self.kind), ROWS_MOST)

    @property
    def founds(self) -> bool:
        return self.kind == Kind.ESTABLISH

    @property
    def distributes(self) -> bool:
        return self.kind in CLOSING

    @property
    def takes_several(self) -> bool:
        return self.kind in SEVERAL_BEFORE

    @property
    def where_header(self) -> str:
        """Return the header of where a row is now; "" where all are in one unit."""
        return "" if len(self.units) == 1 else "Hiện ở"

    # What was typed

    @cached_property
    def paper(self) -> PaperForm:
        return self._form(PaperForm)

    @cached_property
    def before_form(self) -> BeforeForm | None:
        return None if self.founds else self._form(BeforeForm, event_kind=self.kind)

    @cached_property
    def receivers_form(self) -> ReceiversForm | None:
        return self._form(ReceiversForm, event_kind=self.kind) if self.distributes else None

    @cached_property
    def after(self) -> list[AfterForm]:
        asked = ASKED[Kind(self.kind)]
        options = {"event_kind": self.kind, "names": names_offered() if "level" in asked else {}}
        return [
            self._form(AfterForm, prefix=f"after-{number}", **options)
            for number in range(self.row_count)
        ]

    @property
    def forms(self) -> list[Form]:
        found = [self.before_form, self.paper, *self.after, self.receivers_form]
        return [form for form in found if form is not None]

    def _form(self, form_class, prefix="", **options):
        if self.is_judged:
            made = form_class(self.typed, prefix=prefix, **options)
        else:
            start = f"{prefix}-" if prefix else ""
            kept = {
                name: self.typed[start + name]
                for name in form_class.base_fields
                if start + name in self.typed
            }
            made = form_class(prefix=prefix, initial=kept, **options)
        self._name_units(made)
        return made

    def _name_units(self, form: Form) -> None:
        """Show which unit stands behind a code that a picker took."""
        for name, one in form.fields.items():
            attrs = one.widget.attrs
            if "data-unit-search" in attrs and "data-unit-many" not in attrs:
                unit = self._known.get(self.typed.get(form.add_prefix(name), "").strip())
                if unit:
                    attrs["data-unit-name"] = unit.name

    def is_valid(self) -> bool:
        """Judge every form, so that all there is to mend is told at once."""
        if self.receivers_form and self.receivers_form.is_valid():
            for code in self._codes("receivers"):
                if code not in self._known:
                    self.receivers_form.add_error("receivers", UNKNOWN.format(code))
        return not [form for form in self.forms if form.errors] and not self.rest_error

    # Units

    def _codes(self, name: str) -> tuple[str, ...]:
        return codes_in(self.typed.get(name, ""))

    @cached_property
    def before(self) -> tuple[str, ...]:
        return () if self.founds else self._codes("before")

    @cached_property
    def _known(self) -> dict[str, Unit]:
        """Return the units that `user` may reorganise among all codes typed, in one query."""
        codes = {*self._codes("before"), *self._codes("receivers")}
        for number in range(self.row_count):
            codes |= {self._after_text(number, name) for name in ("code", "parent")}
        within = Unit.objects.allowed(self.user, access.REORGANISE).active()
        return {unit.code: unit for unit in within.filter(code__in=codes).order_by("code")}

    def _after_text(self, number: int, name: str) -> str:
        return self.typed.get(f"after-{number}-{name}", "").strip()

    @cached_property
    def units(self) -> list[Unit]:
        """Return the units before that `user` may reorganise."""
        return [self._known[code] for code in self.before if code in self._known]

    @property
    def unknown(self) -> list[str]:
        return [code for code in self.before if code not in self._known]

    @cached_property
    def parents(self) -> list[Unit]:
        codes = dict.fromkeys(self._after_text(n, "parent") for n in range(self.row_count))
        return [self._known[code] for code in codes if code in self._known]

    @property
    def after_targets(self) -> list[Target]:
        if self.kind in CHANGING:
            return []
        return [self._after_target(number) for number in range(self.row_count)]

    def _after_target(self, number: int) -> Target:
        code, name = self._after_text(number, "code"), self._after_text(number, "name")
        if self.kind == Kind.ABSORB:
            name = self._known[code].name if code in self._known else ""
        return Target(f"@{number}", code, name or ("" if code else f"Đơn vị mới {number + 1}"))

    @cached_property
    def targets(self) -> list[Target]:
        """Return where members can go: the units after, and others that take some."""
        others = [self._known[code] for code in self._codes("receivers") if code in self._known]
        return [*self.after_targets, *(Target(unit.code, unit.code, unit.name) for unit in others)]

    def code_of(self, key: str) -> str:
        """Return the code of the unit that a choice means; "" for nowhere."""
        return next((target.code for target in self.targets if target.key == key), "")

    @property
    def only(self) -> str:
        """Return the one place where everything can go."""
        return self.targets[0].key if len(self.targets) == 1 else ""

    @property
    def moves_members(self) -> bool:
        return any(unit.is_cell for unit in self._closing)

    @property
    def rest_to(self) -> str:
        """Return where the members go who are not sent anywhere by name; "" while unsaid."""
        if not self.moves_members:
            return ""
        chosen = self.typed.get("rest_to") or self.only
        return chosen if chosen in {NOWHERE, *(target.key for target in self.targets)} else ""

    @property
    def rest_error(self) -> str:
        """Ask for a choice where somebody would otherwise be forgotten."""
        is_open = self.is_judged and self.moves_members and not self.rest_to
        return REST_NEEDED if is_open and self.people.undecided else ""

    @property
    def listed(self) -> str:
        """Return the units of which the members were shown, and where they could go."""
        return " ".join([*(unit.code for unit in self.units), ">", *(t.key for t in self.targets)])

    # Who and what goes where

    @property
    def _closing(self) -> list[Unit]:
        return self.units if self.distributes else []

    @cached_property
    def people(self) -> People:
        if self.founds:
            return going.people_within(self.user, self.typed)
        return going.people_of(self._closing, self.typed)

    @cached_property
    def posts(self) -> list[Going]:
        return going.posts_of(self._closing, self.typed)

    @cached_property
    def assignments(self) -> list[Going]:
        return going.roles_of(self._closing, self.typed)

    @cached_property
    def areas(self) -> list[Going]:
        if self.founds:
            return going.areas_without_cell(self.parents, self.typed)
        if not self.after_targets:
            return []
        only = self.after_targets[0].key if len(self.after_targets) == 1 else ""
        return going.areas_of(self._closing, self.typed, only)

    @cached_property
    def below(self) -> list[Going]:
        return going.units_below(self._closing, self.before, self.typed, self.only)

    @property
    def rows(self) -> dict[str, list[Going]]:
        every = (self.people.rows, self.posts, self.assignments, self.areas, self.below)
        return dict(zip(ROW_FIELDS, every, strict=True))
