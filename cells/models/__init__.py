from cells.models.accounts import Assignment, FailedSignIn, Role, User
from cells.models.audit import AuditEntry, Door
from cells.models.jobs import Heartbeat, Job
from cells.models.notices import DUTIES, MailLog, Notice, NoticeKind, NoticeSetting
from cells.models.reorganisations import AreaCell, Lineage, Reorganisation, ResidentialArea
from cells.models.units import CellKind, Level, Placement, Unit

__all__ = [
    "DUTIES",
    "AreaCell",
    "Assignment",
    "AuditEntry",
    "CellKind",
    "Door",
    "FailedSignIn",
    "Heartbeat",
    "Job",
    "Level",
    "Lineage",
    "MailLog",
    "Notice",
    "NoticeKind",
    "NoticeSetting",
    "Placement",
    "Reorganisation",
    "ResidentialArea",
    "Role",
    "Unit",
    "User",
]
