"""The one place that knows which role may do what, and where."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

VIEW = "view"
ENTER = "enter"
SUBMIT = "submit"
APPRAISE = "appraise"
DECIDE = "decide"
APPRAISE_COMMITTEE = "appraise_committee"
DECIDE_COMMITTEE = "decide_committee"
ADMINISTER = "administer"
ACCOUNTS = "accounts"
IMPORT = "import"
MEMBERS = "members"
REORGANISE = "reorganise"
CRITERIA = "criteria"
# How far others have come: for those who oversee them.
PROGRESS = "progress"
# Naming who of a committee's staff verifies which group of criteria.
VERIFIERS = "verifiers"
DISCUSS = "discuss"

# The sheet of a committee is judged by other roles than that of a cell; both from above it.
OF_COMMITTEES = {APPRAISE: APPRAISE_COMMITTEE, DECIDE: DECIDE_COMMITTEE}

ROLE_ACTIONS = {
    "staff": {
        VIEW,
        PROGRESS,
        ENTER,
        SUBMIT,
        APPRAISE,
        APPRAISE_COMMITTEE,
        ACCOUNTS,
        IMPORT,
        MEMBERS,
        REORGANISE,
        VERIFIERS,
        DISCUSS,
    },
    "secretary": {VIEW, ENTER, SUBMIT, DISCUSS},
    "leader": {VIEW, PROGRESS, DECIDE, DECIDE_COMMITTEE, VERIFIERS, DISCUSS},
    "inspector": {VIEW, PROGRESS},
    # Who is in charge of a cell follows its sheet, and may say so.
    "supervisor": {VIEW, DISCUSS},
    # Where the city allows it: a committee writes the criteria of its own branch.
    "criteria_author": {VIEW, CRITERIA},
    "city_admin": {
        VIEW,
        PROGRESS,
        ADMINISTER,
        APPRAISE_COMMITTEE,
        DECIDE_COMMITTEE,
        ACCOUNTS,
        IMPORT,
        REORGANISE,
        CRITERIA,
        DISCUSS,
    },
}
# The technical right: accounts and the system, no sheets, no scores.
SUPERUSER_ACTIONS = {ACCOUNTS}

# Which roles the holder of a role may give to others within reach; a superuser gives any, anywhere.
ROLE_GRANTS = {
    "staff": {"secretary", "supervisor"},
    "city_admin": set(ROLE_ACTIONS),
}


@dataclass(frozen=True)
class Reach:
    """The branches of the tree that somebody reaches: none, some, or (technical) all."""

    paths: tuple[str, ...] = ()
    everywhere: bool = False

    def condition(self, field: str) -> Q:
        """Return the condition that the path in `field` lies within reach.

        Constant ranges, not startswith: they use the index on every database.
        """
        if self.everywhere:
            return Q(**{f"{field}__isnull": False})
        within = Q(**{f"{field}__in": []})
        for path in self.paths:
            within |= Q(**{f"{field}__gte": path, f"{field}__lt": after(path)})
        return within

    def above(self, field: str) -> Q:
        """Return the condition that the path in `field` lies below a branch's own unit."""
        return self.condition(field) & ~Q(**{f"{field}__in": self.paths})

    @property
    def holds_a_root(self) -> bool:
        """Tell whether a tree is reached from its root down: then nearly everything is."""
        return self.everywhere or any(path.count("/") == 2 for path in self.paths)

    def covers(self, path: str) -> bool:
        return self.everywhere or any(path.startswith(held) for held in self.paths)

    def covers_any(self, paths) -> bool:
        return any(self.covers(path) for path in paths)

    def is_above_any(self, paths) -> bool:
        return any(self.covers(path) and path not in self.paths for path in paths)

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.paths)


def after(path: str) -> str:
    """Return the first path behind the whole branch of `path`: "/a/" gives "/a0"."""
    return path[:-1] + chr(ord(path[-1]) + 1)


def branch(path: str) -> Reach:
    return Reach((path,))


def reach(user, action: str, on: date | None = None) -> Reach:
    """Return where `user` may do `action` on a day (today by default).

    The roles of a user object are read once and kept with it, so a page costs one query.
    """
    if not user.is_authenticated or not user.is_active:
        return Reach()
    if user.is_superuser and action in SUPERUSER_ACTIONS:
        return Reach(everywhere=True)
    day = on or timezone.localdate()
    paths = sorted(path for role, path in _held(user, day) if action in ROLE_ACTIONS[role])
    outermost: list[str] = []
    for path in paths:
        if not outermost or not path.startswith(outermost[-1]):
            outermost.append(path)
    return Reach(tuple(outermost))


def roles(user, on: date | None = None) -> set[str]:
    """Return the roles that `user` holds anywhere on a day (today by default)."""
    if not user.is_authenticated or not user.is_active:
        return set()
    return {role for role, _ in _held(user, on or timezone.localdate())}


def grants(user, on: date | None = None) -> list[tuple[Reach, set[str]]]:
    """Return where `user` may give which roles to others."""
    if not user.is_authenticated or not user.is_active:
        return []
    if user.is_superuser:
        return [(Reach(everywhere=True), set(ROLE_ACTIONS))]
    held = _held(user, on or timezone.localdate())
    return [(Reach((path,)), ROLE_GRANTS[role]) for role, path in held if role in ROLE_GRANTS]


def _held(user, day: date) -> list[tuple[str, str]]:
    cache = user.__dict__.setdefault("_roles_held", {})
    if day not in cache:
        held = user.assignments.current(day).values_list("role", "unit__path")
        cache[day] = list(held)
    return cache[day]
