"""Reorganisations of the tree: plan, try, carry out, take back, follow."""

from cells.services.reorganisation import roles_and_areas as _own_part  # noqa: F401 - registers
from cells.services.reorganisation.actions import (
    Preview,
    reorganisation_apply,
    reorganisation_preview,
    reorganisations_apply,
    reorganisations_preview,
)
from cells.services.reorganisation.lineage import lineage_of
from cells.services.reorganisation.participants import (
    Change,
    Effect,
    Refusal,
    ReorganisationRefusedError,
    Warned,
)
from cells.services.reorganisation.plans import Plan, PlanError, UnitDraft, plan_of
from cells.services.reorganisation.reverting import batch_revert, reorganisation_revert

__all__ = [
    "Change",
    "Effect",
    "Plan",
    "PlanError",
    "Preview",
    "Refusal",
    "ReorganisationRefusedError",
    "UnitDraft",
    "Warned",
    "batch_revert",
    "lineage_of",
    "plan_of",
    "reorganisation_apply",
    "reorganisation_preview",
    "reorganisation_revert",
    "reorganisations_apply",
    "reorganisations_preview",
]
