"""Refusals that a person can act on."""


class MemberRefusedError(Exception):
    """An action on a member that cannot be done; the message says why, in Vietnamese.

    `field` names the field of the action that the message stands beside, if any.
    """

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field
