"""What one cell of a clerk's workbook says: text, a day, a number. Never a guess."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any

from cells.vietnamese import fold, tidy

# Letters that only stand next to others where text was typed in TCVN3 (.VnTime) or VNI fonts.
_TCVN3 = "®¶¸¹µ¨©ª«¬\u00ad»¼½¾¿×ÆÇËÎÏÑÖØÜÞßåæçëîïñö÷øûüþÿ¡¢£¤¥¦§"
_LEGACY = re.compile(
    rf"[^\W\d_][{_TCVN3}·]|[{_TCVN3}][^\W\d_]|^[®ñÑ]\w"
    # VNI writes the mark behind its vowel, in pairs that Vietnamese never has.
    r"|[aA][âêùõáàãéèÂÊÙÕÁÀÃÉÈ]|[eE][âùõÂÙÕ]|[oO][âùõÂÙÕ]|[uU][ùõÙÕ]"
)
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_SPOKEN = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2}) nam (\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_PLAIN_NUMBER = re.compile(r"([+-]?\d+)(?:[.,](\d{1,2}))?")
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,\s]\d{3})+(?:[.,]\d*)?")
_DIGITS = re.compile(r"\d(?:[ .-]?\d){8,}")
ERRORS = {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
OLDEST = 1900


class Uncalculated:
    """Stands for a formula whose result is not in the file."""

    def __str__(self) -> str:
        return "công thức chưa có kết quả"


class CellError(Exception):
    """A cell that cannot be used; the message says what to do about it, in Vietnamese."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


def is_legacy(text: str) -> bool:
    """Tell whether `text` was typed in a pre-Unicode font (TCVN3, VNI)."""
    return bool(_LEGACY.search(text))


def shown(value: Any) -> str | None:
    """Return the value of a cell as the clerk sees it; None for an empty one."""
    if value is None:
        return None
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def masked(text: str | None) -> str | None:
    """Hide long numbers but for their last four digits: they may be personal numbers."""
    if text is None:
        return None
    return _DIGITS.sub(lambda found: "********" + re.sub(r"\D", "", found[0])[-4:], text)


def text_of(value: Any) -> str:
    """Return the text of a cell, NFC, "" for an empty one. Raises CellError."""
    if value is None:
        return ""
    if isinstance(value, Uncalculated):
        raise CellError(
            "Ô có công thức chưa có kết quả. Mở tệp bằng Excel hoặc LibreOffice, lưu lại rồi nhập."
        )
    if isinstance(value, bool):
        raise CellError("Ô này đang là TRUE/FALSE. Hãy ghi bằng chữ hoặc số.")
    # Ð (Icelandic eth) looks like Đ and is common in text typed long ago.
    text = tidy(shown(value) or "").replace("Ð", "Đ")
    if text.upper() in ERRORS:
        raise CellError(f"Ô bị lỗi công thức {text}. Sửa công thức hoặc gõ giá trị.")
    if is_legacy(text):
        raise CellError(
            "Chữ đang ở bảng mã cũ (TCVN3/.VnTime hoặc VNI). Chuyển sang Unicode (ví dụ bằng"
            " UniKey, Ctrl+Shift+F6) rồi nhập lại."
        )
    return text


def day_of(value: Any) -> date | None:
    """Return the day in a cell: an Excel date, dd/mm/yyyy or ISO. Raises CellError."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _sensible(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise CellError("Đây là một con số, không phải ngày. Ghi ngày/tháng/năm, ví dụ 03/02/2026.")
    text = text_of(value)
    if not text:
        return None
    if found := _DAY_FIRST.fullmatch(text) or _SPOKEN.fullmatch(fold(text)):
        day, month, year = (int(part) for part in found.groups())
        return _sensible(year, month, day)
    if found := _ISO.fullmatch(text):
        return _sensible(*(int(part) for part in found.groups()))
    raise CellError("Không đọc được ngày. Ghi đủ ngày/tháng/năm, ví dụ 03/02/2026.")


def _sensible(year: int, month: int, day: int) -> date:
    if month > 12 and day <= 12:
        raise CellError("Ngày phải ghi theo thứ tự ngày/tháng/năm, ví dụ 13/02/2026.")
    try:
        found = date(year, month, day)
    except ValueError:
        raise CellError("Không có ngày này trong lịch. Kiểm tra lại ngày, tháng, năm.") from None
    if found.year < OLDEST:
        raise CellError(f"Năm {year} không hợp lý. Kiểm tra lại năm.")
    return found


def number_of(value: Any) -> Decimal | None:
    """Return the number in a cell; 8,5 and 8.5 are the same. Raises CellError."""
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return Decimal(str(value))
    if isinstance(value, datetime | date | time):
        raise CellError(
            "Excel đã đổi số vừa gõ thành ngày. Định dạng ô là Số (hoặc Văn bản) rồi gõ lại."
        )
    text = text_of(value)
    if not text:
        return None
    if text.endswith("%"):
        raise CellError("Ghi số lượng, không ghi phần trăm.")
    if found := _PLAIN_NUMBER.fullmatch(text):
        return Decimal(f"{found[1]}.{found[2] or 0}")
    if _GROUPED_NUMBER.fullmatch(text):
        raise CellError(
            f"“{text}” có thể đọc theo hai cách. Ghi số không có dấu ngăn hàng nghìn, ví dụ 1234,5."
        )
    raise CellError(f"“{text}” không phải là số. Ghi số, ví dụ 12 hoặc 8,5.")
