"""What is wrong or doubtful with one line of a set, beyond what cannot be read at all."""

import re

from evaluations.rules.numbers import HUNDRED, spoken
from evaluations.rules.structure import Band, Criteria, Indicator
from evaluations.rules.table import Table

# As long as the columns that keep them.
LINE_CODE, OPTION_CODE = 10, 40
HELPFUL = {
    "guidance": "hướng dẫn chấm",
    "data_source": "nguồn số liệu",
    "cutoff": "thời điểm chốt số liệu",
}
_CODE = re.compile(r"\d+\.\d+")


def check_line(table: Table, line: Indicator, criteria: Criteria) -> None:
    """Check the measure of a line that could be read."""
    if line.kinds and criteria.subject != "cell":
        table.refuse("chỉ chi bộ mới có loại hình", "kinds")
    if line.bands:
        _check_bands(table, line)
    best = best_points(line)
    # Grades that all fall short are one fault of the set, not of each line.
    if best < line.max and line.input != "grade":
        key = "bands" if line.bands else "options"
        most = spoken(line.max)
        table.refuse(f"không có mức nào được đủ {most} điểm; cao nhất là {spoken(best)}", key)


def check_words(table: Table, line: Indicator) -> None:
    """Check what people read on the line, whether its measure could be read or not."""
    if line.input in ("ratio", "count") and not line.num_label.strip():
        table.refuse("thiếu “num_label”: người nhập cần biết đếm gì", "num_label")
    if line.input == "ratio" and not line.den_label.strip():
        table.refuse("thiếu “den_label”: người nhập cần biết so với số nào", "den_label")
    for key, name in HELPFUL.items():
        if not getattr(line, key).strip():
            table.note("warning", f"chưa có {name} (“{key}”)", key)
    if len(line.code) > LINE_CODE:
        table.refuse(f"mã dài quá {LINE_CODE} ký tự", "code")
    if line.code and not _CODE.fullmatch(line.code):
        table.note("warning", "mã không có dạng 1.2 nên nhập từ Excel không nhận ra dòng", "code")
    for option in line.options:
        if len(option.code) > OPTION_CODE:
            table.refuse(f"mã dài quá {OPTION_CODE} ký tự", f"options/{option.code}")


def _check_bands(table: Table, line: Indicator) -> None:
    above: int | None = None
    for number, band in enumerate(line.bands, start=1):
        least, place = _least(line, band), f"bands/{number}"
        if not _can_hold(line, band):
            table.refuse(f"mức điểm thứ {number} không bao giờ đạt: tỷ lệ không quá 100 %", place)
        elif above is not None and least >= above:
            table.refuse(
                f"mức điểm thứ {number} không bao giờ dùng tới: mức đứng trên nhận hết rồi", place
            )
        if line.input == "count":
            _check_count(table, band, number, place)
        above = least
    if above:
        table.note("warning", "giá trị dưới mức cuối được 0 điểm; nên thêm mức từ 0", place)
    points = [band.points for band in line.bands]
    if points not in (sorted(points), sorted(points, reverse=True)):
        table.note("warning", "điểm của các mức lúc tăng lúc giảm", "bands")


def _check_count(table: Table, band: Band, number: int, place: str) -> None:
    if band.threshold % HUNDRED:
        table.note("warning", f"mức điểm thứ {number}: số lượng luôn là số nguyên", place)
    if band.threshold > HUNDRED * HUNDRED:
        table.note("warning", f"mức điểm thứ {number}: số lượng trên 100, cần xem lại", place)


def _least(line: Indicator, band: Band) -> int:
    """Return the least value of the band that a sheet can have, in hundredths."""
    least = band.threshold + band.strict
    return least if line.input == "ratio" else -(-least // HUNDRED) * HUNDRED


def _can_hold(line: Indicator, band: Band) -> bool:
    unlimited = line.input == "count" or line.may_exceed_100
    return unlimited or _least(line, band) <= HUNDRED * HUNDRED


def best_points(line: Indicator) -> int:
    """Return the most points that an answer can get."""
    if line.options:
        return max(option.points for option in line.options)
    return max((band.points for band in line.bands if _can_hold(line, band)), default=0)
