"""Refusals that a person can act on."""

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


class ConflictError(RefusedError):
    """Somebody else saved the line in the meantime. `theirs` is what stands now."""

    def __init__(self, line: str, theirs: Score | None):
        who = theirs.by if theirs else None
        super().__init__(f"{who or 'Người khác'} vừa sửa dòng này.")
        self.line = line
        self.theirs = theirs
