"""What was changed on a sheet."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from evaluations.models import Evaluation
from evaluations.reports.history import history_of, in_words

PAGE_SIZE = 50


@require_GET
def history(request, period, code):
    sheet = get_object_or_404(Evaluation.objects.visible_to(request.user).of(period, code))
    rules = sheet.criteria.rules
    asked = request.GET.get("line", "")
    line = asked if asked in rules.indicators else ""
    page = Paginator(history_of(sheet, line), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "sheet": sheet,
        "page": page,
        "rows": in_words(page, rules, line),
        "lines": rules.indicators.values(),
        "line": line,
    }
    return render(request, "evaluations/history.html", context)
