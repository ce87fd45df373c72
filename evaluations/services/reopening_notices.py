"""Who is told of a request to open a sheet again, and of its answer."""

from collections.abc import Mapping

from django.urls import reverse

from cells.models import NoticeKind, Role, User
from cells.services.notices import notice_send
from cells.services.recipients import officers_above
from evaluations.models import Evaluation, ReopenRequest

Way = ReopenRequest.Way
OFFICES: Mapping[str, tuple[Role, ...]] = {
    Way.EXTENSION: (Role.CITY_ADMIN,),
    Way.RETURN: (Role.STAFF,),
    Way.DECISION: (Role.LEADER,),
}


def answerers(sheet: Evaluation, way: str) -> list[User]:
    """Return the holders of the office nearest above that answers; never who submitted."""
    offices = OFFICES[Way(way)]
    if not sheet.unit.is_cell:
        # What a committee hands in, the city judges where nobody stands between.
        offices = (*offices, Role.CITY_ADMIN)
    found = officers_above([sheet.unit], offices)[sheet.unit_id]
    if way == Way.RETURN:
        return [user for user in found if user.pk != sheet.submitted_by_id]
    return found


def asked_tell(request: ReopenRequest) -> None:
    sheet = request.evaluation
    _send(
        request,
        answerers(sheet, request.way),
        f"{sheet.unit.name}: đề nghị mở lại phiếu {sheet.period.title}, chờ đồng chí trả lời.",
        by=request.by,
    )


def answered_tell(request: ReopenRequest, *, by: User) -> None:
    sheet = request.evaluation
    verb = "được đồng ý" if request.is_granted else "không được đồng ý"
    text = f"{sheet.unit.name}: đề nghị mở lại phiếu {sheet.period.title} {verb}."
    _send(request, [request.by], text, by=by)


def _send(request: ReopenRequest, to: list[User], text: str, *, by: User) -> None:
    sheet = request.evaluation
    notice_send(
        kind=NoticeKind.REOPENING,
        to=to,
        text=text,
        url=reverse("evaluations:reopening", args=[request.pk]),
        unit=sheet.unit,
        period=sheet.period.code,
        by=by,
    )
