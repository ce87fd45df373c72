"""What a browser sends for one line, turned into an answer for the rules."""

import re
from collections.abc import Mapping
from typing import Any

from evaluations.rules.engine import AnswerError
from evaluations.rules.structure import Indicator

# "1.234" is a whole number with a dot between thousands; "8,5" is not a whole number.
_WHOLE = re.compile(r"[0-9]{1,7}|[0-9]{1,3}(\.[0-9]{3}){1,2}")


def read_posted(indicator: Indicator, posted: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer in `posted` (fields option, num, den, na); {} when all is blank.

    Raises AnswerError naming the line where a number cannot be read.
    """
    if posted.get("na"):
        return {"na": True}
    if indicator.input in ("choice", "grade"):
        option = posted.get("option", "").strip()
        return {indicator.input: option} if option else {}
    num = _whole(indicator, posted.get("num", ""))
    if indicator.input == "count":
        return {} if num is None else {"count": num}
    den = _whole(indicator, posted.get("den", ""))
    if num is None and den is None:
        return {}
    if num is None or den is None:
        blank = indicator.num_label if num is None else indicator.den_label
        raise AnswerError(indicator.code, f"Còn thiếu một số: {blank or 'nhập đủ hai ô'}.")
    return {"num": num, "den": den}


def _whole(indicator: Indicator, text: str) -> int | None:
    text = text.strip().replace("\u00a0", "").replace(" ", "")
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        raise AnswerError(indicator.code, f"“{_short(text)}” không phải số nguyên không âm.")
    return int(text.replace(".", ""))


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}…"
