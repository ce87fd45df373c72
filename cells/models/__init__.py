from cells.models.accounts import Assignment, FailedSignIn, Role, User
from cells.models.audit import AuditEntry, Door
from cells.models.jobs import Heartbeat, Job
from cells.models.units import CellKind, Level, Placement, Unit

__all__ = [
    "Assignment",
    "AuditEntry",
    "CellKind",
    "Door",
    "FailedSignIn",
    "Heartbeat",
    "Job",
    "Level",
    "Placement",
    "Role",
    "Unit",
    "User",
]
