"""What the template of past results asks for."""

from django.utils import timezone

from evaluations.models import Period
from evaluations.models.periods import period_title
from evaluations.reports.template_fields import DAY_HINT, Field
from evaluations.services.past_result_rows import GROUPS, level_names

YEARS_BACK = 4


def result_fields() -> list[Field]:
    points = "0 đến 100, nhiều nhất hai số lẻ, ví dụ 81,93."
    return [
        Field("Kỳ", 16, "Chọn quý hoặc năm đã kết thúc.", True, choices=past_titles()),
        Field("Mã chi bộ", 18, "Chi bộ đã đạt kết quả này, kể cả chi bộ đã kết thúc.", True, True),
        Field("Tổng điểm", 12, points, True, True),
        *(Field(group, 10, f"Điểm nhóm {group[1]}; để trống nếu không có.", text=True)
          for group in GROUPS),
        Field("Mức", 16, "Chọn trong danh sách; trống nếu không xếp.",
              choices=tuple(level_names().values())),
        Field("Số quyết định", 22, "Quyết định công nhận kết quả.", text=True),
        Field("Ngày ký", 14, DAY_HINT, text=True),
        Field("Người ký", 26, "Họ tên người ký quyết định."),
        Field("Ghi chú", 30, "Ví dụ nơi lưu bản giấy."),
    ]  # fmt: skip


def past_titles() -> tuple[str, ...]:
    """Return the quarters and years before Chibo's first period, newest first."""
    first = Period.objects.opened().order_by("starts_on").first()
    until = first.starts_on if first else timezone.localdate()
    years = range(until.year, until.year - YEARS_BACK, -1)
    quarters = [
        f"{year}-Q{number}"
        for year in years
        for number in (4, 3, 2, 1)
        if (year, 3 * number) < (until.year, until.month)
    ]
    return tuple(period_title(code) for code in [*quarters, *(str(year - 1) for year in years)])


RESULT_GUIDE = [
    ("Mỗi dòng một kết quả", "Một chi bộ trong một quý hoặc một năm trước khi dùng phần mềm."),
    (
        "Của ai để người ấy",
        "Chi bộ đã chia tách, sáp nhập: ghi mã chi bộ cũ. Kết quả không chuyển sang chi bộ mới.",
    ),
    (
        "Dùng để làm gì",
        "Hiện trong biểu đồ và trang đơn vị, ghi rõ “kết quả trên giấy”. Không đưa vào xếp hạng.",
    ),
    ("Nhập lại", "Dòng giống hệt thì không đổi gì; dòng khác thì thay giá trị cũ, có ghi nhật ký."),
]
