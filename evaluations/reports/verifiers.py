"""Who verifies what for a committee: by group of criteria, and who did before."""

from dataclasses import dataclass

from django.utils import timezone

from cells.models import Unit
from evaluations.models import CriteriaSet, GroupVerifier


@dataclass(frozen=True)
class GroupRow:
    code: str
    title: str
    named: list[GroupVerifier]


def groups_of(committee: Unit) -> dict[str, str]:
    """Return the groups of criteria of the sheets a committee appraises, by code."""
    subject = "cell" if committee.level.is_grassroots else "committee"
    today = timezone.localdate()
    found: dict[str, str] = {}
    for kind in ("quarter", "year", "month"):
        for criteria in CriteriaSet.objects.in_force(subject, kind, today):
            for group in criteria.rules.groups:
                found.setdefault(group.code, group.title)
    return dict(sorted(found.items()))


def verifier_rows(committee: Unit) -> tuple[list[GroupRow], list[GroupVerifier]]:
    """Return each group with who is named for it, also from a later day; and who was before."""
    today = timezone.localdate()
    rows = list(GroupVerifier.objects.filter(committee=committee).select_related("user"))
    standing = [row for row in rows if row.ends_on is None or row.ends_on > today]
    titles = groups_of(committee)
    titles |= {row.group: titles.get(row.group, row.group) for row in standing}
    groups = [
        GroupRow(code, title, [row for row in standing if row.group == code])
        for code, title in titles.items()
    ]
    ended = [row for row in rows if row not in standing]
    return groups, sorted(ended, key=lambda row: row.ends_on or today, reverse=True)
