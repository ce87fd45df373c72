"""How each line follows from the set before: one row per line, old lines that ended last."""

from evaluations.criteria_words import WORDS
from evaluations.forms.criteria.base import Raw, Row, Section
from evaluations.forms.criteria.fields import Choice
from evaluations.forms.criteria.tables import lines_of, tables_of, title_of
from evaluations.rules.table import code_of


class RelationRow(Row):
    essential, word = ("code", "was", "relation"), "quan hệ"
    is_ordered = False
    code = Choice("Dòng mới", none="Không còn dòng nào")
    relation = Choice("Quan hệ", WORDS["relation"].items(), none="Chưa ghi")
    was = Choice("Dòng cũ", none="Không có dòng cũ")

    def fit(self):
        lines = [(code_of(one.table), title_of(one.table)) for one in lines_of(self.around.raw)]
        self.fields["code"].offer([(code, f"{code} {title}") for code, title in lines if code])
        previous = self.around.previous
        old = previous.indicators.values() if previous else ()
        self.fields["was"].offer([(line.code, f"{line.code} {line.title}") for line in old])


class RelationsSection(Section):
    name, title, template = "quan-he", "Quan hệ với bộ trước", "evaluations/_draft_relations.html"

    def build(self) -> None:
        self.add_rows("relations", RelationRow, self._asked(), place="relations", is_coded=False)

    def _asked(self) -> list[Raw]:
        """Return the relations there are, then a row for each line that has none."""
        held = tables_of(self.raw, "relations")
        previous = self.around.previous
        if previous is None:
            return held
        told = {row.get("code") for row in held}
        left = {row.get("was") for row in held}
        codes = [code_of(one.table) for one in lines_of(self.raw)]
        new = [{"code": code} for code in codes if code and code not in told]
        old = [{"was": code} for code in previous.indicators if code not in left]
        return [*held, *new, *old]

    def written(self) -> Raw:
        rows = self.rows["relations"].tables()
        # A row without a relation was not answered yet.
        return self.raw | {"relations": [row for row in rows if row.get("relation")]}
