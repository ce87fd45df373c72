"""What a draft of criteria would have made of a past period."""

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cells.models import Job
from evaluations.models import CriteriaDraft, Evaluation, Period, State
from evaluations.reports.impact import ImpactView
from evaluations.reports.impact_xlsx import impact_workbook
from evaluations.rules.criteria import CriteriaError, parse_criteria
from evaluations.services.impact import IMPACT, impact_key, impact_request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PERIODS = 12


def _draft(request, pk) -> CriteriaDraft:
    drafts = CriteriaDraft.objects.editable_by(request.user).select_related("owner")
    return get_object_or_404(drafts, pk=pk)


def _periods(draft: CriteriaDraft) -> list[Period]:
    """Return the latest periods with decided sheets of the kind that the draft is for.

    Those that have ended come first: their results are whole.
    """
    try:
        kind = parse_criteria(draft.text).period
    except CriteriaError:
        return []
    decided = Evaluation.objects.filter(state=State.DECIDED).values("period")
    found = Period.objects.filter(kind=kind, pk__in=decided).order_by("-ends_on")[:PERIODS]
    today = timezone.localdate()
    return sorted(found, key=lambda period: period.ends_on >= today)


@require_http_methods(["GET", "POST"])
@never_cache
def draft_impact(request, pk):
    """Show what changed in a period, or ask for it to be worked out (post)."""
    draft = _draft(request, pk)
    periods = _periods(draft)
    asked = request.POST.get("period") or request.GET.get("period", "")
    period = next((one for one in periods if one.code == asked), periods[0] if periods else None)
    address = reverse("evaluations:draft_impact", args=[draft.pk])
    if request.method == "POST":
        if period is None:
            messages.error(request, "Chưa chấm thử được: bản nháp còn lỗi, hoặc chưa có kỳ nào.")
            return redirect(address)
        impact_request(draft=draft, period=period, by=request.user)
        return redirect(f"{address}?period={period.code}")
    job = _job(draft, period)
    context = {
        "draft": draft,
        "back_url": reverse("evaluations:draft", args=[draft.pk]),
        "periods": periods,
        "period": period,
        "job": job,
        "impact": ImpactView(job.result) if job and job.state == Job.State.DONE else None,
        "poll_url": reverse("cells:job", args=[job.pk]) if job else "",
    }
    return render(request, "evaluations/draft_impact.html", context)


def _job(draft: CriteriaDraft, period: Period | None) -> Job | None:
    if period is None:
        return None
    return Job.objects.filter(kind=IMPACT, key=impact_key(draft, period)).first()


@require_GET
def draft_impact_xlsx(request, pk):
    """Send every sheet that the draft changes."""
    draft = _draft(request, pk)
    asked = request.GET.get("period", "")
    period = next((one for one in _periods(draft) if one.code == asked), None)
    if period is None:
        messages.error(request, "Chưa có kỳ nào để xuất: hãy chấm thử trước.")
        return redirect("evaluations:draft_impact", draft.pk)
    content = BytesIO()
    impact_workbook(content, draft=draft, period=period, user=request.user)
    content.seek(0)
    name = f"tac-dong-{draft.code}-{period.code}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
