"""The columns that the templates of imports are made of."""

from dataclasses import dataclass

DAY_HINT = "Ngày/tháng/năm, ví dụ 03/02/2026."


@dataclass(frozen=True)
class Field:
    """One column of a template; `text` keeps zeros in front and days as typed."""

    header: str
    width: int
    hint: str
    required: bool = False
    text: bool = False
    choices: tuple[str, ...] = ()
