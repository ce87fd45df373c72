"""Whether a sheet may be changed now, and if not, why: one answer for page, import and command."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from cells import access
from cells.models import User
from evaluations.models import Evaluation, LineReturn, State

WITHDRAW = "withdraw"
RETURN = "return"
REOPEN = "reopen"
REOPEN_DECISION = "reopen_decision"
OPEN_ROUND = "open_round"
EXPLAIN = "explain"
ANSWER = "answer"

# In which states each action is open; who may do it where is access.ROLE_ACTIONS.
OPEN_STATES = {
    access.ENTER: {State.DRAFT, State.RETURNED},
    access.SUBMIT: {State.DRAFT, State.RETURNED},
    WITHDRAW: {State.SUBMITTED},
    access.APPRAISE: {State.SUBMITTED},
    RETURN: {State.SUBMITTED, State.APPRAISED},
    REOPEN: {State.APPRAISED},
    access.DECIDE: {State.APPRAISED},
    REOPEN_DECISION: {State.DECIDED},
    OPEN_ROUND: {State.APPRAISED},
    EXPLAIN: {State.APPRAISED},
    ANSWER: {State.APPRAISED, State.SUBMITTED},
}
WHY_NOT = {
    State.DRAFT: "Phiếu chưa được nộp.",
    State.RETURNED: "Phiếu đang được trả lại để sửa.",
    State.SUBMITTED: "Phiếu đã nộp nên không sửa được nữa.",
    State.APPRAISED: "Phiếu đã thẩm định xong.",
    State.DECIDED: "Phiếu đã có quyết định của cấp ủy, kết quả được giữ nguyên.",
}
WHO_CAN_HELP = {
    State.SUBMITTED: "Cần sửa thì rút lại phiếu (khi chưa thẩm định) hoặc đề nghị cấp ủy cấp trên"
    " mở lại.",
    State.APPRAISED: "Cần sửa thì đề nghị cấp ủy cấp trên mở lại.",
    State.DECIDED: "Có sai sót thì đề nghị lãnh đạo cấp ủy đã quyết định mở lại.",
}
CLOSED = "{period} đã đóng. Cần sửa thì liên hệ quản trị Thành ủy."
# Four eyes: who submitted neither appraises nor undoes an appraisal.
OF_ANOTHER = {access.APPRAISE, RETURN, REOPEN, OPEN_ROUND, ANSWER}
# What waits until the unit has explained itself.
AFTER_EXPLAINING = {access.DECIDE, RETURN, REOPEN, OPEN_ROUND}
# Only these end with the entering of a period, or with the duty to report in it; appraising and
# deciding what was handed in go on after it.
BOUND_BY_THE_PERIOD = {access.ENTER, access.SUBMIT, WITHDRAW}
NOT_OWED = (
    "Đơn vị không còn phải nộp phiếu {period}. Lý do: {reason}. Số liệu đã nhập được giữ nguyên."
    " Nếu ghi nhầm thì liên hệ cán bộ đảng ủy cấp trên hoặc quản trị Thành ủy."
)
LINE_NOT_RETURNED = (
    "Dòng này không bị trả lại nên không sửa được; chỉ các dòng bị trả lại mở để sửa."
    " Cần sửa thêm thì đề nghị cấp ủy cấp trên trả lại cả phiếu."
)
MARK_NOT_RETURNED = (
    "Phiếu chỉ bị trả lại ở một số dòng; điểm loại và xếp loại năm không mở để sửa."
    " Cần sửa thêm thì đề nghị cấp ủy cấp trên trả lại cả phiếu."
)


def lock_status(sheet: Evaluation, action: str, *, user: User, now: datetime | None = None) -> str:
    """Return why `user` cannot do `action` on a sheet within reach now; "" if nothing hinders.

    It reads the period of the sheet and, to enter, its frozen place: callers join both.
    """
    period = sheet.period
    now = now or timezone.now()
    closed = ""
    if period.closed_at is not None and period.closed_at <= now:
        closed = CLOSED.format(period=period.title)
    if sheet.state not in OPEN_STATES[action]:
        state = State(sheet.state)
        return f"{WHY_NOT[state]} {closed or WHO_CAN_HELP.get(state, '')}".strip()
    if action in BOUND_BY_THE_PERIOD and not sheet.period_unit.is_expected:
        return NOT_OWED.format(period=period.title, reason=sheet.period_unit.reason)
    if closed:
        return closed
    if action in BOUND_BY_THE_PERIOD and now >= sheet.locks_at:
        return _locked_by_time(sheet)
    if action in OF_ANOTHER and sheet.submitted_by_id == user.pk:
        return "Đồng chí là người nộp phiếu này nên không thẩm định được; cần một cán bộ khác."
    if action == EXPLAIN and sheet.appraised_by_id == user.pk:
        return "Đồng chí là người thẩm định phiếu này nên không giải trình thay đơn vị được."
    if action in AFTER_EXPLAINING:
        return explaining(sheet, now, deciding=action == access.DECIDE)
    return ""


def explaining(sheet: Evaluation, now: datetime, *, deciding: bool) -> str:
    """Return what an explanation round still holds up, "" for nothing."""
    if sheet.explained_until is not None and now < sheet.explained_until:
        end = timezone.localtime(sheet.explained_until)
        return (
            f"{sheet.whose.capitalize()} đang giải trình, đến hết {end:%d/%m/%Y}."
            " Chờ giải trình xong hoặc kết thúc sớm vòng giải trình."
        )
    if deciding and sheet.explanations_waiting:
        return f"Còn {sheet.explanations_waiting} giải trình chờ cán bộ thẩm định trả lời."
    return ""


def returned_lines(sheet: Evaluation) -> dict[str, LineReturn]:
    """Return the lines that a returned sheet is open for, by code; {} where all are open."""
    if sheet.state != State.RETURNED:
        return {}
    return {row.line: row for row in sheet.line_returns.all() if is_sent_back(row)}


def is_sent_back(row: LineReturn) -> bool:
    return row.round is not None and row.settled_at is None


def line_lock(line: str, returned: Mapping[str, LineReturn]) -> str:
    """Return why a line of a sheet that is open to its unit is closed; "" if it is open.

    `returned` are the `returned_lines` of the sheet.
    """
    return LINE_NOT_RETURNED if returned and line not in returned else ""


def mark_lock(returned: Mapping[str, LineReturn]) -> str:
    """Return why vetoes and class of a sheet that is open to its unit are closed, or ""."""
    return MARK_NOT_RETURNED if returned else ""


def _locked_by_time(sheet: Evaluation) -> str:
    """Say since when entering is closed, why, and who can help."""
    period, until = sheet.period, sheet.period_unit.extended_until
    since = f"{period.title} đã khóa nhập lúc {_moment(period.locks_at)}"
    if until and until >= period.locks_at:
        since += f"; đơn vị được gia hạn riêng và đã hết hạn lúc {_moment(until)}"
    return f"{since}. Cần nhập tiếp thì gửi đề nghị mở lại để quản trị Thành ủy gia hạn."


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M ngày %d/%m/%Y}"
