"""Forms of a reorganisation: its paper, the units after it, who goes where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import Q
from django.utils import timezone

from cells import access
from cells.models import Assignment, CellKind, Level, Reorganisation, Unit
from cells.services.reorganisation import Plan, UnitDraft
from cells.services.reorganisation.plans import CHANGING, CLOSING
from cells.vietnamese import tidy
from members.models import Membership, Post

Kind = Reorganisation.Kind
DAY_ERRORS = {
    "required": "Nhập ngày, ví dụ 01/07/2025.",
    "invalid": "Ngày chưa đúng. Nhập ngày/tháng/năm, ví dụ 01/07/2025.",
}
ROWS_MOST = 30
# What is asked of each unit after the event; the rest is taken from the unit before.
ASKED = {
    Kind.ESTABLISH: ("code", "name", "parent", "level", "kind"),
    Kind.SPLIT: ("code", "name", "level", "kind"),
    Kind.ABSORB: ("code",),
    Kind.MERGE: ("code", "name", "level", "kind"),
    Kind.DISSOLVE: (),
    Kind.DISBAND: (),
    Kind.TRANSFER: ("parent",),
    Kind.RENAME: ("name", "level", "kind"),
}
NEEDED = {
    Kind.ESTABLISH: {"code", "name", "parent", "level"},
    Kind.SPLIT: {"code", "name"},
    Kind.ABSORB: {"code"},
    Kind.MERGE: {"code", "name"},
    Kind.TRANSFER: {"parent"},
    Kind.RENAME: {"name"},
}
REPEATED = {Kind.ESTABLISH: 1, Kind.SPLIT: 2}
BEFORE_LABELS = {
    Kind.SPLIT: "Mã đơn vị được chia tách",
    Kind.ABSORB: "Mã các đơn vị nhập vào đơn vị khác",
    Kind.MERGE: "Mã các đơn vị hợp nhất",
    Kind.DISSOLVE: "Mã đơn vị giải thể",
    Kind.DISBAND: "Mã đơn vị bị giải tán",
    Kind.TRANSFER: "Mã các đơn vị chuyển giao",
    Kind.RENAME: "Mã đơn vị đổi tên",
}


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes of a text, separated by blanks, commas or semicolons, each once."""
    return tuple(dict.fromkeys(code for code in re.split(r"[\s,;]+", text) if code))


def _helper():
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    return made


class PaperForm(forms.Form):
    """The decision, and the units that stood before."""

    before = forms.CharField(
        error_messages={"required": "Nhập mã đơn vị."},
        help_text="Nhiều đơn vị thì cách nhau bằng dấu cách. Gõ tên để tìm mã.",
    )
    decision_number = forms.CharField(
        label="Số quyết định",
        max_length=60,
        error_messages={"required": "Nhập số quyết định, ví dụ 12-QĐ/ĐU."},
    )
    decided_on = forms.DateField(label="Ngày ký", error_messages=DAY_ERRORS)
    signer = forms.CharField(
        label="Người ký", max_length=120, error_messages={"required": "Nhập họ tên người ký."}
    )
    effective_on = forms.DateField(
        label="Ngày hiệu lực",
        help_text="Ngày đầu tiên theo tổ chức mới. Có thể là ngày đã qua.",
        error_messages=DAY_ERRORS,
    )
    note = forms.CharField(
        label="Ghi chú", required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )

    use_required_attribute = False

    def __init__(self, *args, kind, lookup_url="", **kwargs):
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.widget.attrs["autocomplete"] = "off"
        if kind == Kind.ESTABLISH:
            del self.fields["before"]
        else:
            self.fields["before"].label = BEFORE_LABELS[kind]
            self.fields["before"].widget.attrs |= {
                "data-hx-get": lookup_url,
                "data-hx-trigger": "load, keyup changed delay:400ms",
                "data-hx-target": "#before-names",
            }
        self.helper = _helper()


class AfterForm(forms.Form):
    """One unit after the event."""

    code = forms.CharField(
        label="Mã", max_length=40, error_messages={"required": "Nhập mã đơn vị."}
    )
    name = forms.CharField(
        label="Tên", max_length=200, error_messages={"required": "Nhập tên đơn vị."}
    )
    parent = forms.CharField(
        label="Mã đảng ủy cấp trên",
        max_length=40,
        error_messages={"required": "Nhập mã đảng ủy cấp trên."},
    )
    level = forms.ChoiceField(label="Cấp", error_messages={"required": "Chọn cấp."})
    kind = forms.ChoiceField(label="Loại hình")

    use_required_attribute = False

    def __init__(self, *args, event_kind, **kwargs):
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name not in ASKED[event_kind]:
                del self.fields[name]
            else:
                self.fields[name].required = name in NEEDED[event_kind]
                self.fields[name].widget.attrs["autocomplete"] = "off"
        same = "Chọn" if event_kind == Kind.ESTABLISH else "Giữ như trước"
        for name, model in (("level", Level), ("kind", CellKind)):
            if name in self.fields:
                rows = model.objects.order_by("order", "code", "valid_from")
                choices = dict(rows.values_list("code", "name"))
                self.fields[name].choices = [("", same), *choices.items()]
        self.helper = _helper()


@dataclass(frozen=True)
class Going:
    """One row to be sent somewhere: a member, a post, a role, a unit below."""

    name: str
    label: str
    where: str
    chosen: str


@dataclass
class Desk:
    """One reorganisation as it is being written: what was typed and what it comes to."""

    kind: str
    user: object
    typed: Mapping[str, str] = field(default_factory=dict)
    lookup_url: str = ""
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

    @cached_property
    def paper(self) -> PaperForm:
        options = {"kind": self.kind, "lookup_url": self.lookup_url}
        if self.is_judged:
            return PaperForm(self.typed, **options)
        return PaperForm(initial=dict(self.typed.items()), **options)

    @cached_property
    def after(self) -> list[AfterForm]:
        return [self._after(f"after-{number}") for number in range(self.row_count)]

    def _after(self, prefix: str) -> AfterForm:
        if self.is_judged:
            return AfterForm(self.typed, prefix=prefix, event_kind=self.kind)
        start = len(prefix) + 1
        kept = {
            key[start:]: text for key, text in self.typed.items() if key.startswith(f"{prefix}-")
        }
        return AfterForm(prefix=prefix, event_kind=self.kind, initial=kept)

    def is_valid(self) -> bool:
        return all([self.paper.is_valid(), *(form.is_valid() for form in self.after)])

    @cached_property
    def before(self) -> tuple[str, ...]:
        return codes_in(self.typed.get("before", ""))

    @cached_property
    def units(self) -> list[Unit]:
        """Return the units before that `user` may reorganise."""
        within = Unit.objects.allowed(self.user, access.REORGANISE).active()
        return list(within.filter(code__in=self.before).order_by("code"))

    @property
    def listed(self) -> str:
        """Return the units of which the members were shown, and where they could go."""
        return " ".join([*(unit.code for unit in self.units), ">", *self.targets])

    @property
    def distributes(self) -> bool:
        return self.kind in CLOSING

    @property
    def targets(self) -> list[str]:
        """Return the codes after the event that were typed so far."""
        codes = [self.typed.get(f"after-{n}-code", "").strip() for n in range(self.row_count)]
        return [code for code in codes if code]

    @property
    def only(self) -> str:
        return self.targets[0] if len(self.targets) == 1 else ""

    @cached_property
    def members(self) -> list[Going]:
        rows = self._there(Membership.objects.filter(left_on__isnull=True, is_temporary=False))
        rows = rows.order_by("cell__code", "member__sort_key")
        return [
            self._going(f"members.{row.member_id}", row.member.full_name, row.cell.name, self.only)
            for row in rows.select_related("member", "cell")
        ]

    @cached_property
    def posts(self) -> list[Going]:
        rows = Post.objects.held_on(timezone.localdate()).filter(unit__in=self._closing())
        return [
            self._going(f"posts.{row.pk}", f"{row.get_kind_display()} {row.member}", row.unit.name)
            for row in rows.select_related("member", "unit")
        ]

    @cached_property
    def assignments(self) -> list[Going]:
        rows = Assignment.objects.current(timezone.localdate()).filter(unit__in=self._closing())
        return [
            self._going(
                f"assignments.{row.pk}", f"{row.get_role_display()} {row.user}", row.unit.name
            )
            for row in rows.select_related("user", "unit")
        ]

    @cached_property
    def below(self) -> list[Going]:
        rows = Unit.objects.active().filter(parent__in=self._closing()).order_by("code")
        return [
            self._going(f"units.{row.code}", row.name, row.code, self.only)
            for row in rows.exclude(code__in=self.before)
        ]

    def _closing(self):
        return self.units if self.distributes else []

    def _there(self, memberships):
        return memberships.filter(Q(cell__in=self._closing()))

    def _going(self, name: str, label: str, where: str, otherwise: str = "") -> Going:
        return Going(name, label, where, self.typed.get(name, otherwise).strip())

    def plan(self) -> Plan:
        """Return what was typed as a plan; only of a valid desk."""
        paper = self.paper.cleaned_data
        return Plan(
            kind=self.kind,
            effective_on=paper["effective_on"],
            decision_number=tidy(paper["decision_number"]),
            decided_on=paper["decided_on"],
            signer=tidy(paper["signer"]),
            note=paper["note"],
            before=self.before,
            after=tuple(self._drafts()),
            members=self._chosen(self.members),
            posts={int(key): code for key, code in self._chosen(self.posts).items()},
            assignments={int(key): code for key, code in self._chosen(self.assignments).items()},
            units=self._chosen(self.below),
        )

    def _drafts(self) -> list[UnitDraft]:
        rows: list[dict[str, Any]] = [
            {name: tidy(value) for name, value in form.cleaned_data.items()} for form in self.after
        ]
        if self.kind in CHANGING:
            return [UnitDraft(code, **rows[0]) for code in self.before]
        return [UnitDraft(**row) for row in rows]

    @staticmethod
    def _chosen(rows: list[Going]) -> dict[str, str]:
        return {row.name.partition(".")[2]: row.chosen for row in rows if row.chosen}

    def refuse(self, refusals) -> None:
        """Show what the service refuses beside the field it speaks of."""
        for one in refusals:
            row = self._row_of(one)
            if one.field in self.paper.fields:
                self.paper.add_error(one.field, one.message)
            elif row is not None:
                name = "code" if one.field == "after" else one.field
                row.add_error(name if name in row.fields else None, one.message)
            else:
                value = f" ({one.value})" if one.value and one.value not in one.message else ""
                self.paper.add_error(None, f"{one.message}{value}")

    def _row_of(self, refusal) -> AfterForm | None:
        if refusal.field not in {"after", "name", "parent", "level", "kind"} or not self.after:
            return None
        for form in self.after:
            if refusal.value and refusal.value in form.cleaned_data.values():
                return form
        return self.after[0]


def spread_evenly(desk: Desk) -> dict[str, str]:
    """Return the members in their order, cut into equal parts, one for each unit after."""
    targets, rows = desk.targets, desk.members
    if not targets:
        return {}
    return {row.name: targets[place * len(targets) // len(rows)] for place, row in enumerate(rows)}


class RevertForm(forms.Form):
    """Why an event is taken back."""

    reason = forms.CharField(
        label="Lý do hủy bỏ",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Ghi rõ lý do hủy bỏ, ví dụ: ghi nhầm ngày hiệu lực."},
    )
    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = _helper()
