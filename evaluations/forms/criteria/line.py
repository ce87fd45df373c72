"""One line of a draft: what people read on it, and how its points come about."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from evaluations.criteria_words import FEEDS, WORDS
from evaluations.forms.criteria.base import Fields, Raw, Row, Rows, Section, coded, slug
from evaluations.forms.criteria.fields import (
    Choice,
    Flag,
    Hidden,
    Number,
    OneOf,
    SomeOf,
    Text,
    Words,
)
from evaluations.forms.criteria.tables import (
    LineAt,
    lines_of,
    next_code,
    number_of,
    tables_of,
    title_of,
)
from evaluations.rules.places import segments
from evaluations.rules.reading import FROM_BELOW, IN_TIME
from evaluations.rules.table import code_of

# What belongs to a way of measuring alone.
MEASURES: Mapping[str, tuple[str, ...]] = {
    "ratio": ("num_label", "den_label", "bands", "empty", "may_exceed_100"),
    "count": ("num_label", "bands"),
    "choice": ("options",),
    "grade": (),
}
OURS = {key for keys in MEASURES.values() for key in keys}


class LineFields(Fields):
    addend = "max"
    group = Choice("Nhóm", none="Chọn nhóm")
    slug = Hidden()
    code = Text("Mã dòng", max_length=20, help_text="Ví dụ 1.2: dòng thứ hai của nhóm 1.")
    title = Words("Tên dòng")
    max = Number("Điểm tối đa")
    guidance = Words("Hướng dẫn chấm", rows=3)
    input = OneOf("Cách nhập", WORDS["input"].items())
    num_label = Text("Đếm gì", help_text="Ví dụ: Số nhiệm vụ xong đúng hạn.")
    den_label = Text("So với số nào", help_text="Ví dụ: Tổng số nhiệm vụ đến hạn trong quý.")
    empty = Choice("Khi mẫu số bằng 0 thì", WORDS["empty"].items(), none="Chọn một cách")
    may_exceed_100 = Flag("Được vượt 100 %")
    na = Flag("Được chọn “không áp dụng”")
    kinds = SomeOf(
        "Chỉ dành cho loại hình", help_text="Không chọn loại nào thì dòng dành cho mọi chi bộ."
    )
    data_source = Text("Lấy số liệu từ đâu")
    cutoff = Text("Chốt số liệu lúc nào")
    evidence = Choice("Minh chứng", WORDS["evidence"].items(), none="có thì tốt (mặc định)")
    source = Text("Nguồn của dòng này", help_text="Văn bản hoặc đề xuất đặt ra dòng và mức điểm.")

    def fit(self):
        groups = tables_of(self.around.raw, "groups")
        names = segments(groups)
        self.fields["group"].offer(
            [(name, f"{name} {title_of(group)}") for name, group in zip(names, groups, strict=True)]
        )
        self.fields["kinds"].choices = self.around.kinds
        if self.around.subject != "cell":
            del self.fields["kinds"]

    def clean_group(self):
        chosen = self.cleaned_data["group"]
        if not chosen:
            self.add_error("group", "Hãy chọn nhóm của dòng này.")
        return chosen


class BandRow(Row):
    """Points from a threshold up; where it says "above", the threshold itself is outside."""

    essential, word = ("threshold", "points"), "mức điểm"
    aliases = {"gte": "threshold", "gt": "threshold"}
    edge = Choice("Tính", [("gt", "trên")], none="từ")
    threshold = Number("Giá trị")
    points = Number("Được bao nhiêu điểm")

    @property
    def is_blank(self) -> bool:
        return all(self.cleaned_data.get(name) is None for name in self.essential)

    @classmethod
    def values_of(cls, table: Raw) -> dict[str, Any]:
        edge = "gt" if "gt" in table and "gte" not in table else ""
        return super().values_of(table | {"edge": edge, "threshold": table.get(edge or "gte")})

    def table(self) -> Raw:
        table = super().table()
        edge = table.pop("edge", "gte")
        return {edge: table.pop("threshold", None)} | table


class OptionRow(Row):
    essential, word = ("title", "points"), "lựa chọn"
    code = Hidden()
    title = Text("Lựa chọn")
    points = Number("Được bao nhiêu điểm")

    @property
    def is_blank(self) -> bool:
        return not self.cleaned_data.get("title") and self.cleaned_data.get("points") is None


class FeedFields(Fields):
    """Where a suggested answer comes from."""

    code = Choice("Dòng", none="Không lấy gợi ý")
    how = Choice("Cách lấy", none="Chọn cách lấy")

    def fit(self):
        key = str(self.prefix)
        ways = FROM_BELOW if key == "from_cells" else IN_TIME
        self.fields["how"].offer([(way, WORDS["how"][way]) for way in ways])
        choices = list(self.around.feeding_lines(key))
        held = self.initial.get("code")
        if held and held not in dict(choices):
            choices.append((held, held))
        self.fields["code"].offer(choices)

    @property
    def title(self) -> str:
        return f"Gợi ý số liệu từ {FEEDS[str(self.prefix)]}"


class LineSection(Section):
    """The page of one line; `line` is None for a new one, which goes to the end of its group."""

    name, title, template = "dong", "Dòng", "evaluations/_draft_line.html"

    def __init__(
        self,
        raw: Raw,
        around: Any,
        data: QueryDict | None = None,
        *,
        judged: bool = False,
        line: LineAt | None = None,
        group: int = 0,
    ) -> None:
        self.line, self.group = line, line.group if line else group
        self.groups = tables_of(raw, "groups")
        self.names = segments(self.groups)
        super().__init__(raw, around, data, judged=judged)

    def build(self) -> None:
        table = self.line.table if self.line else self._blank()
        place = self.line.place if self.line else ""
        group = self.names[self.group] if self.group < len(self.names) else ""
        self.add_form("", LineFields, table | {"group": group}, place=place)
        for key in FEEDS:
            if key in self.around.feeds or key in table:
                held = table.get(key)
                feed = held if isinstance(held, dict) else {}
                self.add_form(key, FeedFields, feed, place=f"{place}/{key}")
        self.add_rows("bands", BandRow, table.get("bands"), place=f"{place}/bands", is_coded=False)
        self.add_rows("options", OptionRow, table.get("options"), place=f"{place}/options")

    def _blank(self) -> Raw:
        held = self.groups[self.group] if self.group < len(self.groups) else {}
        return {"code": next_code(held, self.group + 1), "input": "ratio"}

    @property
    def heading(self) -> str:
        return f"Dòng {code_of(self.line.table)}" if self.line else "Dòng mới"

    @property
    def line_form(self) -> Fields:
        return self.forms[""]

    @property
    def neighbours(self) -> tuple[LineAt | None, LineAt | None]:
        """Return the line before and the one after, across groups."""
        lines = lines_of(self.raw)
        names = [one.name for one in lines]
        here = names.index(self.line.name) if self.line else 0
        before = lines[here - 1] if here else None
        return before, lines[here + 1] if here + 1 < len(lines) else None

    @property
    def feeds(self) -> list[Fields]:
        return [self.forms[key] for key in FEEDS if key in self.forms]

    @property
    def sum(self) -> str:
        lines = tables_of(self.groups[self.group], "indicators") if self.groups else []
        return number_of(line.get("max") for line in lines)

    @property
    def goal(self) -> str:
        return number_of([self.groups[self.group].get("max")]) if self.groups else "0"

    @property
    def totals(self) -> str:
        """Return for the browser, by group: what its other lines add up to, and its maximum."""
        sums = {}
        for name, group in zip(self.names, self.groups, strict=True):
            lines = tables_of(group, "indicators")
            others = (line for line in lines if not self.line or line is not self.line.table)
            most = number_of([group.get("max")])
            sums[name] = [number_of(line.get("max") for line in others), most]
        return json.dumps(sums)

    def judged_rows(self) -> list[Rows]:
        asked = self.forms[""].data.get("input", "")
        return [rows for key, rows in self.rows.items() if key in MEASURES.get(asked, ())]

    def made(self) -> Raw:
        """Return the table of the line; only of a valid section."""
        table = self.forms[""].table()
        table.pop("group", None)
        kept = MEASURES.get(table.get("input", ""), ())
        table = {key: value for key, value in table.items() if key not in OURS or key in kept}
        if "bands" in kept:
            table["bands"] = self.rows["bands"].tables()
        if "options" in kept:
            table["options"] = coded(self.rows["options"].tables())
        if not table.get("slug") and table.get("title"):
            table["slug"] = slug(table["title"], self._slugs())
        for key in FEEDS:
            feed = self.forms[key].table() if key in self.forms else {}
            if feed:
                table[key] = feed
        return table

    def _slugs(self) -> set[str]:
        lines = [line for group in self.groups for line in tables_of(group, "indicators")]
        return {str(line.get("slug")) for line in lines}

    def written(self) -> Raw:
        table = self.made()
        target = self.names.index(self.forms[""].cleaned_data["group"])
        groups = [dict(group) for group in self.groups]
        if self.line:
            held = tables_of(groups[self.line.group], "indicators")
            if target == self.line.group:
                held = [table if one is self.line.table else one for one in held]
            else:
                held = [one for one in held if one is not self.line.table]
            groups[self.line.group]["indicators"] = held
        if not self.line or target != self.line.group:
            groups[target]["indicators"] = [*tables_of(groups[target], "indicators"), table]
        return self._renamed(table) | {"groups": groups}

    def _renamed(self, table: Raw) -> Raw:
        """Let the relations follow the line to its new code."""
        before = code_of(self.line.table) if self.line else ""
        if not before or "relations" not in self.raw or table.get("code") in (None, before):
            return self.raw
        rows = [
            row | {"code": table["code"]} if row.get("code") == before else row
            for row in tables_of(self.raw, "relations")
        ]
        return self.raw | {"relations": rows}


def line_moved(raw: Raw, line: LineAt, step: int) -> Raw:
    """Return the set with a line one place up or down in its group."""
    lines = list(tables_of(tables_of(raw, "groups")[line.group], "indicators"))
    other = line.line + step
    if 0 <= other < len(lines):
        lines[line.line], lines[other] = lines[other], lines[line.line]
    return _with_lines(raw, line.group, lines)


def line_removed(raw: Raw, line: LineAt) -> Raw:
    """Return the set without a line; what it came of is to be told anew."""
    lines = tables_of(tables_of(raw, "groups")[line.group], "indicators")
    kept = _with_lines(raw, line.group, [one for one in lines if one is not line.table])
    if "relations" in raw:
        code = code_of(line.table)
        rows = [row for row in tables_of(raw, "relations") if row.get("code") != code]
        kept["relations"] = rows
    return kept


def _with_lines(raw: Raw, group: int, lines: list[Raw]) -> Raw:
    groups = [dict(one) for one in tables_of(raw, "groups")]
    groups[group]["indicators"] = lines
    return raw | {"groups": groups}
