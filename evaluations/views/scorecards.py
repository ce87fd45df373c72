"""The scorecard of a unit in a period."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cells import access
from cells.documents.party import committee_name
from cells.models import Unit
from evaluations.models import Period, PeriodUnit
from evaluations.reports.evidence import sheet_evidence
from evaluations.reports.recognition import title_of
from evaluations.reports.reopening import old_results, standing_of
from evaluations.reports.scorecard import scorecard_of, sheets_of_unit
from evaluations.services import locks


@require_GET
def scorecard(request, period, code):
    card = scorecard_of(user=request.user, period=period, code=code)
    if card is None:
        return _no_sheet(request, period, code)
    may_enter = card.sheet.allows(request.user, access.ENTER) and not locks.lock_status(
        card.sheet, access.ENTER, user=request.user
    )
    context = {
        "card": card,
        "may_enter": may_enter,
        "today": timezone.localdate(),
        "reopening": None if may_enter else standing_of(card.sheet, request.user),
        "old_results": old_results(card.sheet),
        "evidence": sheet_evidence(card.sheet),
    }
    if card.sheet.period.kind == Period.Kind.YEAR and (title := title_of(card.sheet)):
        reach = access.reach(request.user, access.VIEW)
        made = title.recognition
        context |= {
            "title": made,
            "title_by": committee_name(made.committee.name),
            "may_see_title": reach.covers(made.committee.path),
        }
    return render(request, "evaluations/scorecard.html", context)


def _no_sheet(request, period, code):
    """Say why a unit within reach has no sheet in the period, and where its others are."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), code=code)
    held = Period.objects.opened().filter(code=period).first()
    if held is None:
        raise Http404
    context = {
        "unit": unit,
        "period": held,
        "frozen": PeriodUnit.objects.filter(period=held, unit=unit).first(),
        "sheets": sheets_of_unit(user=request.user, code=code),
    }
    return render(request, "evaluations/scorecard_missing.html", context)
