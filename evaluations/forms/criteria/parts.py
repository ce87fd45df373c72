"""The lists of a set: groups, levels, grades, vetoes."""

from typing import ClassVar

from evaluations.forms.criteria.base import Raw, Row, Section, coded
from evaluations.forms.criteria.fields import Hidden, Number, Percent, Text, Words
from evaluations.forms.criteria.tables import number_of, tables_of
from evaluations.rules.places import segments


class GroupRow(Row):
    essential, word, addend = ("title", "max"), "nhóm", "max"
    was = Hidden()
    code = Hidden()
    title = Text("Tên nhóm")
    max = Number("Điểm tối đa")
    floor_percent = Number("Mức sàn, % điểm tối đa")


class LevelRow(Row):
    essential, word = ("title", "gte"), "mức"
    code = Hidden()
    title = Text("Tên mức")
    gte = Number("Từ tổng điểm")


class GradeRow(Row):
    essential, word = ("title", "share"), "mức"
    code = Hidden()
    title = Text("Tên mức")
    share = Percent("Được bao nhiêu % điểm của dòng")


class VetoRow(Row):
    essential, word = ("title", "code", "source"), "điểm loại"
    slug = Hidden()
    code = Text("Mã", max_length=20)
    title = Words("Nội dung")
    source = Words("Nguồn")


class ListSection(Section):
    """A page of one list that is written as it stands."""

    template = "evaluations/_draft_rows.html"
    key: ClassVar[str]
    row_class: ClassVar[type[Row]]

    def build(self) -> None:
        self.add_rows(self.key, self.row_class, self.raw.get(self.key), place=self.key)

    def written(self) -> Raw:
        return self.raw | {self.key: self.listed()}

    def listed(self) -> list[Raw]:
        return coded(self.rows[self.key].tables())


class LevelsSection(ListSection):
    name, title, key, row_class = "muc", "Các mức theo tổng điểm", "levels", LevelRow


class GradesSection(ListSection):
    name, title, key, row_class = "danh-gia", "Mức đánh giá của dòng nhận xét", "grades", GradeRow


class VetoesSection(ListSection):
    name, title, key, row_class = "diem-loai", "Điểm loại", "vetoes", VetoRow

    def listed(self) -> list[Raw]:
        return coded(numbered(self.rows[self.key].tables(), "V"), "slug")


class GroupsSection(ListSection):
    """The groups; each keeps its lines, and one that has lines cannot be left out."""

    name, title, key, row_class = "nhom", "Các nhóm", "groups", GroupRow
    template = "evaluations/_draft_groups.html"

    def build(self) -> None:
        groups = tables_of(self.raw, "groups")
        named = zip(groups, segments(groups), strict=True)
        self.add_rows("groups", GroupRow, [g | {"was": name} for g, name in named], place="groups")

    @property
    def total(self) -> str:
        return number_of(group.get("max") for group in tables_of(self.raw, "groups"))

    def is_valid(self) -> bool:
        return super().is_valid() and self._keeps_lines()

    def _keeps_lines(self) -> bool:
        rows = self.rows["groups"]
        kept = {form.cleaned_data["was"] for form in rows.forms if not form.is_blank}
        lost = [
            name
            for name, group in self._held().items()
            if name not in kept and tables_of(group, "indicators")
        ]
        if lost and rows.forms:
            problem = "còn dòng nên chưa bỏ được. Chuyển hoặc xóa các dòng của nhóm trước."
            rows.forms[0].add_error(None, f"Nhóm {', '.join(lost)} {problem}")
        return not lost

    def _held(self) -> dict[str, Raw]:
        groups = tables_of(self.raw, "groups")
        return dict(zip(segments(groups), groups, strict=True))

    def listed(self) -> list[Raw]:
        held = self._held()
        made = []
        for table in self.rows["groups"].tables():
            lines = held.get(table.pop("was", ""), {}).get("indicators", [])
            made.append(table | {"indicators": lines})
        return numbered(made, "G")


def numbered(tables: list[Raw], letter: str) -> list[Raw]:
    """Give each table without a code the next free one: G5."""
    taken = {table.get("code") for table in tables}
    number = 0
    done = []
    for table in tables:
        if not table.get("code"):
            while (code := f"{letter}{number + 1}") in taken:
                number += 1
            taken.add(code)
            table = {"code": code} | table
        done.append(table)
    return done
