"""The class of the year, worked out from its numbers."""

from decimal import Decimal

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cells import access
from cells.models import Door
from evaluations.forms.class_reviews import ClassReviewForm
from evaluations.models import ClassReview, Evaluation
from evaluations.rules.annual_class import ClassError, propose
from evaluations.services import class_reviews, locks
from evaluations.services.errors import ReasonMissingError, RefusedError


@require_http_methods(["GET", "POST"])
def class_review(request, period, code):
    """Ask for the numbers, propose a class, and put the chosen one on the sheet."""
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )
    rules = class_reviews.rules_of(found)
    if rules is None or found.criteria.rules.recognition.annual_class_gte is None:
        raise Http404
    stored = ClassReview.objects.filter(evaluation=found).select_related("by").first()
    lock = locks.lock_status(found, access.ENTER, user=request.user)
    posted = request.POST if request.method == "POST" else None
    form = ClassReviewForm(posted, rules=rules, initial=_initial(stored))
    proposal, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                proposal = propose(rules, **form.values())
                if "save" in request.POST and not lock:
                    return _save(request, found, form)
                status = 200
            except ClassError as error:
                form.refuse(error.field, error.message)
            except ReasonMissingError as error:
                form.add_error("reason", error.message)
            except RefusedError as error:
                form.add_error(None, error.message)
    context = {
        "sheet": found, "rules": rules, "form": form, "proposal": proposal, "lock": lock,
        "stored": stored,
    }  # fmt: skip
    return render(request, "evaluations/class_review.html", context, status=status)


def _save(request, found, form):
    class_reviews.class_review_save(
        sheet=found, **form.values(), chosen=form.cleaned_data["chosen"],
        reason=form.cleaned_data["reason"], by=request.user, door=Door.WEB,
    )  # fmt: skip
    messages.success(request, "Đã lưu xếp loại năm.")
    address = reverse("evaluations:sheet", args=[found.period.code, found.unit.code])
    return redirect(f"{address}#xep-loai")


def _initial(stored: ClassReview | None) -> dict:
    if stored is None:
        return {}
    return {
        **{f"p-{code}": Decimal(value) / 100 for code, value in stored.points.items()},
        **{f"n-{code}": pair[0] for code, pair in stored.measures.items()},
        **{f"d-{code}": pair[1] for code, pair in stored.measures.items()},
        **{f"f-{code}": "yes" if held else "no" for code, held in stored.facts.items()},
        "chosen": stored.chosen, "reason": stored.reason,
    }  # fmt: skip
