"""The criteria sets there are, the drafts being written, and which of them a search finds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from cells.models import User
from cells.vietnamese import fold, tidy
from evaluations.criteria_words import WORDS, purpose
from evaluations.models import CriteriaDraft, CriteriaSet, Evaluation
from evaluations.rules.criteria import CriteriaError, raw_criteria


@dataclass(frozen=True)
class CriteriaFilter:
    """What the address asks for; an unknown value filters nothing."""

    q: str = ""
    subject: str = ""
    period: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "CriteriaFilter":
        def known(name: str) -> str:
            value = asked.get(name, "")
            return value if value in WORDS[name] else ""

        q = tidy(asked.get("q", ""))[:100]
        return cls(q=q, subject=known("subject"), period=known("period"))

    def holds(self, subject: str, period: str, words: Iterable[str]) -> bool:
        text = fold(" ".join(words))
        return (
            self.subject in ("", subject)
            and self.period in ("", period)
            and all(word in text for word in fold(self.q).split())
        )


@dataclass(frozen=True)
class DraftRow:
    """A draft in the list; what it is for stands at the head of its text."""

    draft: CriteriaDraft
    subject: str
    period: str

    @property
    def purpose(self) -> str:
        return purpose(self.subject, self.period)


def sets_found(asked: CriteriaFilter) -> list[CriteriaSet]:
    """Return the sets that a filter finds: by what they are for, the newest first.

    There are tens, so they are searched here, as people write: with marks or without.
    """
    everything = CriteriaSet.objects.defer("text").select_related("owner")
    found = [
        one
        for one in everything
        if asked.holds(
            one.subject, one.period_kind, (one.title, one.code, one.owner.name if one.owner else "")
        )
    ]
    found.sort(key=lambda one: (one.valid_from, one.code), reverse=True)
    return sorted(found, key=lambda one: (_place("subject", one.subject), one.period_kind))


def _place(kind: str, code: str) -> int:
    return list(WORDS[kind]).index(code) if code in WORDS[kind] else len(WORDS[kind])


def drafts_found(asked: CriteriaFilter, user: User) -> list[DraftRow]:
    """Return the open drafts that `user` may write on and that a filter finds."""
    drafts = CriteriaDraft.objects.editable_by(user).select_related("owner", "updated_by")
    rows = (DraftRow(draft, *_head(draft.text)) for draft in drafts)
    return [
        row
        for row in rows
        if asked.holds(
            row.subject, row.period, (row.draft.title, row.draft.code, row.draft.owner.name)
        )
    ]


def _head(text: str) -> tuple[str, str]:
    """Return subject and kind of period; the canonical form has them before the first table."""
    try:
        raw = raw_criteria(text.partition("\n[")[0])
    except CriteriaError:
        return "", ""
    return str(raw.get("subject", "")), str(raw.get("period", ""))


def sheets_using(sets: Iterable[CriteriaSet]) -> dict[int, int]:
    """Count the sheets that are judged by each set."""
    used = Evaluation.objects.filter(criteria__in=[one.pk for one in sets]).order_by()
    return dict(used.values_list("criteria").annotate(n=Count("pk")))


def standing(criteria: CriteriaSet, today: date) -> str:
    """Say whether a set holds on a day."""
    if criteria.valid_from > today:
        return "Chưa đến ngày áp dụng"
    if criteria.valid_to and criteria.valid_to < today:
        return "Hết hiệu lực"
    return "Đang có hiệu lực"
