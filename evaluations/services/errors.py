"""Refusals that a person can act on."""

from typing import Any

from cells.models import User
from evaluations.models import Score


class RefusedError(Exception):
    """An action that cannot be done now; the message says why, in Vietnamese."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class LockedError(RefusedError):
    """The sheet is closed to this action."""


class LineLockedError(LockedError):
    """One line of an open sheet is closed."""

    def __init__(self, line: str, message: str):
        super().__init__(message)
        self.line = line


class ReasonMissingError(RefusedError):
    """The change needs a reason that was not given."""


class MarkConflictError(RefusedError):
    """Somebody else changed meanwhile what a sheet says beside its lines. `theirs` stands now."""

    def __init__(self, by: User | None, theirs: Any):
        super().__init__(f"{by or 'Người khác'} vừa sửa mục này.")
        self.by, self.theirs = by, theirs


class ConflictError(RefusedError):
    """Somebody else saved the line in the meantime. `theirs` is what stands now."""

    def __init__(self, line: str, theirs: Score | None):
        who = theirs.by if theirs else None
        super().__init__(f"{who or 'Người khác'} vừa sửa dòng này.")
        self.line = line
        self.theirs = theirs
