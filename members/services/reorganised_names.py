"""Members whom a plan names as people do: found in the cells that the event changes."""

import re
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db.models import Q

from cells import access
from cells.models import Unit, User
from cells.services.reorganisation import Plan, Refusal
from cells.services.reorganisation.resolving import reach_of
from cells.vietnamese import fold, tidy
from members.models import Membership

_WITH_YEAR = re.compile(r"(.+?)\s*\((\d{4})\)")


def names_resolve(plan: Plan, *, by: User | None) -> tuple[Plan, list[Refusal]]:
    """Return the plan with the key of each member for his name, and who was not found.

    A name that several people bear needs the year of birth: “Nguyễn Văn An (1980)”.
    """
    named = [key for key in plan.members if not is_key(key)]
    if not named:
        return plan, []
    found = {key: code for key, code in plan.members.items() if is_key(key)}
    there = _people(plan, reach_of(by))
    refusals = []
    for text in named:
        keys = _bearing(text, there)
        if len(keys) == 1:
            found[str(keys[0])] = plan.members[text]
        else:
            refusals.append(Refusal(_why(text, len(keys)), "members", text))
    return replace(plan, members=found), refusals


def is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _people(plan: Plan, reach: access.Reach) -> list[tuple[UUID, str, int | None]]:
    """Return key, name and year of who belongs to the cells before, or lives near a new one."""
    there = Membership.objects.filter(left_on__isnull=True, is_temporary=False)
    if plan.before:
        there = there.filter(cell__code__in=plan.before)
    else:
        codes = [draft.parent for draft in plan.after]
        parents = Unit.objects.filter(code__in=codes).values_list("path", flat=True)
        near = Q(pk__in=[])
        for path in parents:
            near |= access.branch(path).condition("cell__path")
        there = there.filter(near)
    within = there.filter(reach.condition("cell__path"))
    return list(within.values_list("member", "member__full_name", "member__birth_year"))


def _bearing(text: str, people: Iterable[tuple[UUID, str, int | None]]) -> list[UUID]:
    match = _WITH_YEAR.fullmatch(tidy(text))
    name, year = (match[1], int(match[2])) if match else (tidy(text), None)
    exact = [row for row in people if row[1].casefold() == name.casefold()]
    rows = exact or [row for row in people if fold(row[1]) == fold(name)]
    return [key for key, _, born in rows if year is None or born == year]


def _why(text: str, count: int) -> str:
    if count:
        return f"Có {count} đảng viên tên “{text}”. Ghi thêm năm sinh, ví dụ {text} (1980)."
    return f"Không có đảng viên nào tên “{text}” ở các chi bộ được sắp xếp. Kiểm tra lại họ tên."
