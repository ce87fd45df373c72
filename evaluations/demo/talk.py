"""The talk about lines and the flags on them, as people would have left them."""

from datetime import date, datetime

from cells.models import User
from evaluations.demo.events import Event, moment, remember
from evaluations.models import Evaluation, LineComment, LineFlag
from evaluations.services.line_talk import comment_tell

DELAYED, ATTENDANCE, MEMBERS, FEES = "1.2", "2.3", "4.1", "3.5"
QUESTION = (
    "Một nhiệm vụ phường giao đã được đồng ý lùi hạn sang quý sau. Nhiệm vụ này có tính vào số"
    " đến hạn trong quý không?"
)
ANSWER = (
    "Đã có văn bản đồng ý lùi hạn thì không tính vào số đến hạn. Đồng chí gắn văn bản đó làm minh"
    " chứng của dòng này."
)
THANKS = "Đã rõ. Chi bộ sẽ gắn văn bản trước khi nộp phiếu."
EXEMPT = "Khi đếm lượt dự sinh hoạt, đồng chí nhớ trừ các đảng viên được miễn sinh hoạt."
WHICH_LIST = "Số đảng viên hoàn thành tốt nhiệm vụ ở dòng này lấy theo danh sách nào?"
THAT_LIST = "Theo bảng theo dõi nhiệm vụ của chi bộ, bí thư đã ký; bản gốc lưu tại chi bộ."


def secretary_asks(sheet: Evaluation, secretary: User, clerk: User, today: date) -> list[Event]:
    """Let a secretary and a clerk talk over a sheet that is being entered."""
    return [
        _comment(sheet, DELAYED, secretary, moment(today, -6, 19, 40), QUESTION),
        _comment(sheet, DELAYED, clerk, moment(today, -5, 8, 15), ANSWER),
        _flag(
            sheet, DELAYED, clerk, moment(today, -5, 8, 17), "Chờ văn bản đồng ý lùi hạn nhiệm vụ."
        ),
        _comment(sheet, DELAYED, secretary, moment(today, -5, 20, 5), THANKS),
        _comment(sheet, ATTENDANCE, clerk, moment(today, -2, 9, 30), EXEMPT),
    ]


def appraiser_asks(sheet: Evaluation, appraiser: User, clerk: User, today: date) -> list[Event]:
    """Let the appraiser ask who handed a sheet in."""
    return [
        _comment(sheet, MEMBERS, appraiser, moment(today, -4, 10, 20), WHICH_LIST),
        _comment(sheet, MEMBERS, clerk, moment(today, -3, 15, 45), THAT_LIST),
    ]


def flag_stays(sheet: Evaluation, by: User, today: date) -> list[Event]:
    why = "Xem sổ biên bản khi làm việc trực tiếp với chi bộ."
    return [_flag(sheet, ATTENDANCE, by, moment(today, -4, 14, 10), why)]


def flag_is_cleared(sheet: Evaluation, by: User, today: date) -> list[Event]:
    """Let a line be marked, and the mark taken away two days later."""
    flag = LineFlag(evaluation=sheet, line=FEES, reason="Chờ chi bộ gửi bảng thu đảng phí.", by=by)

    def clear(at: datetime) -> None:
        flag.cleared_by, flag.cleared_at = by, at
        flag.save(update_fields=["cleared_by", "cleared_at"])
        remember(sheet, by, at, "line_unflagged", field=f"{FEES}.flag", old=flag.reason)

    raised = Event(moment(today, -6, 9, 5), lambda at: _raise(flag, at))
    return [raised, Event(moment(today, -4, 16, 30), clear)]


def _comment(sheet: Evaluation, line: str, by: User, at: datetime, text: str) -> Event:
    def say(at: datetime) -> None:
        made = LineComment.objects.create(evaluation=sheet, line=line, text=text, by=by, at=at)
        comment_tell(made)

    return Event(at, say)


def _flag(sheet: Evaluation, line: str, by: User, at: datetime, reason: str) -> Event:
    flag = LineFlag(evaluation=sheet, line=line, reason=reason, by=by)
    return Event(at, lambda at: _raise(flag, at))


def _raise(flag: LineFlag, at: datetime) -> None:
    flag.at = at
    flag.save()
    field = f"{flag.line}.flag"
    remember(flag.evaluation, flag.by, at, "line_flagged", field=field, new=flag.reason)
