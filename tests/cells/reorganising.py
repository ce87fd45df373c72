"""Plans for tests of reorganisations, and a picture of all that they may touch."""

from datetime import date

from django.apps import apps

from cells.models import Unit
from cells.services.reorganisation import Plan, UnitDraft

DAY = date(2026, 7, 1)
# Written beside an event, never changed by taking it back.
OWN = {"reorganisation", "lineage", "auditentry"}


def plan(kind, before=(), after=(), *, on=DAY, **more):
    return Plan(
        kind=kind,
        effective_on=on,
        decision_number="12-QĐ/ĐU",
        decided_on=on,
        signer="Nguyễn Văn Ký",
        before=tuple(unit if isinstance(unit, str) else unit.code for unit in before),
        after=tuple(
            draft if isinstance(draft, UnitDraft) else UnitDraft(draft, name=f"Chi bộ {draft}")
            for draft in after
        ),
        **more,
    )


def picture(*, without=OWN):
    """Return every row of our tables, value by value."""
    return {
        model._meta.label: sorted(map(repr, model._default_manager.values_list()))
        for app in ("cells", "members", "evaluations")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model._meta.model_name not in without
    }


def unit(code):
    return Unit.objects.get(code=code)
