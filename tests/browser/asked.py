"""A request to open a decided sheet of the demo again, that waits for the leader's answer."""

from cells.models import Door, User
from evaluations.models import Evaluation, ReopenRequest
from evaluations.services.reopening import reopen_request

CELL, PERIOD = "P01-CB017", "2026-Q3"


def ask() -> None:
    sheet = Evaluation.objects.get(period__code=PERIOD, unit__code=CELL)
    if not ReopenRequest.objects.filter(evaluation=sheet).exists():
        by = User.objects.get(username="canbo2")
        reopen_request(sheet=sheet, reason="Ghi nhầm số cuộc họp.", by=by, door=Door.WEB)


def answer_page(visitor):
    """Open the request with the forms to answer it."""
    page = visitor.open("/mo-lai/?xem=tat-ca")
    page.get_by_role("table").get_by_role("link").first.click()
    page.wait_for_load_state()
    return page
