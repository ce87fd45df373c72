"""Fields that read a value of a set and write it back; what is left empty is left out."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from cells.vietnamese import tidy
from evaluations.rules.table import exact_number

CHECK = {"class": "form-check-input"}
_NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,6})?")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+")


class Of:
    """How a field stands to the value in the tables of a set."""

    def from_toml(self, value: Any) -> Any:
        return "" if value is None else str(value)

    def to_toml(self, value: Any) -> Any:
        return value or None


class Text(Of, forms.CharField):
    """Words on one line."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, required=False, **options)

    def clean(self, value: Any) -> Any:
        return tidy(super().clean(value))


class Words(Text):
    """Words that may be longer than a line."""

    def __init__(self, label: str, *, rows: int = 2, **options: Any) -> None:
        super().__init__(label, widget=forms.Textarea({"rows": rows}), **options)


class Hidden(Text):
    def __init__(self) -> None:
        super().__init__("", widget=forms.HiddenInput)


class Lines(Of, forms.CharField):
    """A list, one item a line."""

    def __init__(self, label: str, *, rows: int = 4, **options: Any) -> None:
        widget = forms.Textarea({"rows": rows})
        super().__init__(label=label, required=False, widget=widget, **options)

    def from_toml(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(str(item) for item in value)
        return super().from_toml(value)

    def clean(self, value: Any) -> Any:
        lines = (tidy(line) for line in super().clean(value).splitlines())
        return [line for line in lines if line]


class Number(Of, forms.CharField):
    """A number as people write it, 8,5 or 8.5; exact."""

    def __init__(self, label: str, **options: Any) -> None:
        widget = forms.TextInput({"inputmode": "decimal"})
        super().__init__(label=label, required=False, widget=widget, **options)

    def from_toml(self, value: Any) -> Any:
        number = exact_number(value)
        return super().from_toml(value) if number is None else number

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        text = format(value, "f")
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")

    def to_python(self, value: Any) -> Any:
        text = "".join((super().to_python(value) or "").split()).removesuffix("%")
        if not text:
            return None
        if _THOUSANDS.fullmatch(text):
            raise forms.ValidationError(
                f"“{text}” chưa rõ là số mấy: dấu chấm ngăn hàng nghìn hay phần lẻ? Hãy nhập"
                " không có dấu chấm."
            )
        if not _NUMBER.fullmatch(text):
            raise forms.ValidationError(f"“{text[:20]}” không phải là số. Ví dụ: 8 hoặc 8,5.")
        return Decimal(text.replace(",", "."))

    def to_toml(self, value: Any) -> Any:
        return value


class Percent(Number):
    """A share of one, shown as a percent: 0.75 is 75."""

    def from_toml(self, value: Any) -> Any:
        number = super().from_toml(value)
        return number.scaleb(2) if isinstance(number, Decimal) else number

    def to_toml(self, value: Any) -> Any:
        return value if value is None else value.scaleb(-2)


class Day(Of, forms.DateField):
    def __init__(self, label: str, **options: Any) -> None:
        wrong = "Ngày chưa đúng. Hãy nhập ngày/tháng/năm, ví dụ 01/01/2027."
        super().__init__(label=label, required=False, error_messages={"invalid": wrong}, **options)

    def from_toml(self, value: Any) -> Any:
        return value if isinstance(value, date) else super().from_toml(value)


class Choice(Of, forms.ChoiceField):
    """One of some codes, each with its words; the first choice stands for none."""

    def __init__(self, label: str, choices: Any = (), *, none: str = "–", **options: Any) -> None:
        self.none = none
        wrong = {"invalid_choice": "Lựa chọn này không có. Hãy chọn lại."}
        super().__init__(label=label, required=False, error_messages=wrong, **options)
        self.offer(choices)

    def offer(self, choices: Any) -> None:
        self.choices = [("", self.none), *choices]


class OneOf(Of, forms.ChoiceField):
    """One of a few codes, all of them on view."""

    def __init__(self, label: str, choices: Any) -> None:
        wrong = {"invalid_choice": "Hãy chọn một trong các cách."}
        super().__init__(
            label=label, choices=choices, required=False, widget=forms.RadioSelect(CHECK),
            error_messages=wrong,
        )  # fmt: skip


class SomeOf(Of, forms.MultipleChoiceField):
    """Some of a few codes, all of them on view."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(
            label=label, required=False, widget=forms.CheckboxSelectMultiple(CHECK), **options
        )

    def from_toml(self, value: Any) -> Any:
        return [str(item) for item in value] if isinstance(value, list) else []


class Flag(Of, forms.BooleanField):
    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, required=False, **options)

    def from_toml(self, value: Any) -> Any:
        return value is True
