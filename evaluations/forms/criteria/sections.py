"""Which page of a draft a finding belongs to, and where on it."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from evaluations.criteria_words import WORDS
from evaluations.forms.criteria.around import Around
from evaluations.forms.criteria.base import Section
from evaluations.forms.criteria.general import GeneralSection
from evaluations.forms.criteria.line import LineSection
from evaluations.forms.criteria.parts import (
    GradesSection,
    GroupsSection,
    LevelsSection,
    VetoesSection,
)
from evaluations.forms.criteria.recognition import RecognitionSection
from evaluations.forms.criteria.relations import RelationsSection
from evaluations.forms.criteria.tables import LineAt, lines_of
from evaluations.reports.criteria_changes import GROUP, LINE, QUOTA, RECOGNITION, TOP
from evaluations.rules.table import Finding

SECTIONS: dict[str, type[Section]] = {
    section.name: section
    for section in (
        GeneralSection,
        GroupsSection,
        LevelsSection,
        RecognitionSection,
        GradesSection,
        VetoesSection,
        RelationsSection,
    )
}
HEADS = {
    "groups": GroupsSection,
    "levels": LevelsSection,
    "recognition": RecognitionSection,
    "quota": RecognitionSection,
    "grades": GradesSection,
    "vetoes": VetoesSection,
    "relations": RelationsSection,
}
# What the check calls by its key, people know by the label of the field.
LABELS = {
    **QUOTA,
    **RECOGNITION,
    **LINE,
    **GROUP,
    **TOP,
    **WORDS["relation"],
    **WORDS["how"],
    "code": "Mã",
    "gt": "Giá trị",
    "grades": "Mức đánh giá",
    "groups": "Các nhóm",
    "gte": "Giá trị",
    "how": "Cách lấy",
    "indicators": "Các dòng",
    "levels": "Các mức",
    "points": "Được bao nhiêu điểm",
    "relation": "Quan hệ",
    "relations": "Quan hệ với bộ trước",
    "share": "% điểm của dòng",
    "succeeds": "Thay cho bộ",
    "title": "Tên",
    "was": "Dòng cũ",
}
AS_ON_SCREEN = {
    " (share = 1)": "",
    "2026-01-01": "01/01/2026",
    "chỉ báo": "dòng",
    "Chỉ báo": "Dòng",
}
_QUOTED = re.compile("“([a-z_0-9]+)”")


@dataclass(frozen=True)
class Found:
    """A finding in words, with the address of the field that it is about."""

    severity: str
    message: str
    url: str
    section: str

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    @property
    def page(self) -> str:
        return self.url.partition("#")[0]


def in_words(message: str) -> str:
    """Say a message of the check with the labels of the screen."""
    said = message
    for written, spoken in AS_ON_SCREEN.items():
        said = said.replace(written, spoken)
    return _QUOTED.sub(lambda quoted: f"“{LABELS.get(quoted[1], quoted[1])}”", said)


class Finder:
    """Lead from places to pages; each page is built once."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.draft = around.draft
        self.lines = lines_of(around.raw)
        self.made: dict[str, Section] = {}

    @cached_property
    def found(self) -> list[Found]:
        """Return the findings with their addresses, errors first."""
        return [
            Found(finding.severity, in_words(finding.message), *self.where(finding.place))
            for finding in self.around.findings
        ]

    def on_page(self, url: str) -> list[Finding]:
        """Return the findings that are about one page, in words."""
        return [
            finding._replace(message=found.message)
            for finding, found in zip(self.around.findings, self.found, strict=True)
            if found.page == url
        ]

    def where(self, place: str) -> tuple[str, str]:
        """Return the address of what a place is about, and the title of its page."""
        line = self._line(place)
        if line is not None:
            url = reverse("evaluations:draft_line", args=[self.draft.pk, line.name])
            section = self._section(line.place, line)
            title = f"Dòng {line.table.get('code', '')}"
        else:
            kind = HEADS.get(place.split("/")[0], GeneralSection)
            url = reverse("evaluations:draft_section", args=[self.draft.pk, kind.name])
            section, title = self._section(kind.name), kind.title
        anchor = section.locate(place) if place else None
        return (f"{url}#{anchor}" if anchor else url), title

    def _line(self, place: str) -> LineAt | None:
        for line in self.lines:
            if place == line.place or place.startswith(f"{line.place}/"):
                return line
        return None

    def _section(self, key: str, line: LineAt | None = None) -> Section:
        if key not in self.made:
            raw, around = self.around.raw, self.around
            made = LineSection(raw, around, line=line) if line else SECTIONS[key](raw, around)
            self.made[key] = made
        return self.made[key]
