"""What is typed on a recognition board and under its decision: shape and choices only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from cells.vietnamese import tidy
from evaluations.forms import DATE_ERRORS, NUMBER_WORD
from evaluations.models import Recognition
from evaluations.services.recognition_board import Choice

LONGEST = 500
BIGGEST = 2**63


@dataclass(frozen=True)
class Typed:
    """The board as it was posted; only the sheets it showed."""

    choices: Mapping[int, Choice]
    exception: tuple[bool, str] | None
    version: int

    @classmethod
    def read(cls, posted: Any) -> "Typed":
        chosen = set(posted.getlist("chosen"))
        shown = [key for key in posted.getlist("cells") if _is_key(key)]
        return cls(
            choices={
                int(key): Choice(key in chosen, tidy(posted.get(f"reason-{key}", ""))[:LONGEST])
                for key in shown
            },
            exception=(
                "has_exception" in posted,
                tidy(posted.get("exception_reason", ""))[:LONGEST],
            )
            if "asks_exception" in posted
            else None,
            version=whole(posted.get("version", "")),
        )


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:20]) < BIGGEST


def whole(text: str) -> int:
    """Read a number that the page itself sent; anything else is 0."""
    return int(text) if _is_key(text) else 0


class RecognitionForm(forms.Form):
    """Number, date and signer of a recognition."""

    number = forms.CharField(
        label="Số quyết định",
        max_length=40,
        error_messages={
            "required": "Hãy nhập số quyết định, ví dụ 05-QĐ/ĐU.",
            "max_length": "Số quyết định dài quá 40 ký tự. Hãy viết gọn lại.",
        },
    )
    signed_on = forms.DateField(label="Ngày ký", error_messages=DATE_ERRORS)
    signer = forms.CharField(
        label="Người ký",
        max_length=120,
        error_messages={
            "required": "Hãy nhập họ và tên người ký.",
            "max_length": "Họ và tên dài quá 120 ký tự.",
        },
    )
    signer_post = forms.ChoiceField(
        label="Chức vụ người ký",
        choices=Recognition.Post.choices,
        error_messages={"required": "Hãy chọn chức vụ.", "invalid_choice": "Hãy chọn chức vụ."},
    )

    def __init__(self, *args, committee, period, **kwargs):
        super().__init__(*args, **kwargs)
        self.committee, self.period = committee, period
        for name, field in self.fields.items():
            css = "form-select" if name == "signer_post" else "form-control"
            field.widget.attrs.update(
                {"class": css, "autocomplete": "off", "aria-describedby": f"{name}-error"}
            )

    def clean_number(self):
        return NUMBER_WORD.sub("", tidy(self.cleaned_data["number"]))

    def clean_signer(self):
        return tidy(self.cleaned_data["signer"])

    def clean_signed_on(self):
        day = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Ngày ký không được sau hôm nay. Hãy nhập lại.")
        if day < self.period.starts_on:
            raise forms.ValidationError(
                f"Ngày ký phải từ {self.period.starts_on:%d/%m/%Y}, ngày đầu của năm. Hãy nhập lại."
            )
        return day

    def clean(self):
        cleaned = super().clean()
        number, day = cleaned.get("number"), cleaned.get("signed_on")
        used = Recognition.objects.issued().filter(
            committee=self.committee, number=number, signed_on=day
        )
        if number and day and used.exists():
            self.add_error(
                "number",
                f"Đã có quyết định công nhận số {number} ký ngày {day:%d/%m/%Y}."
                " Hãy kiểm tra lại số.",
            )
        return cleaned


class CorrectionForm(forms.Form):
    """Why an issued recognition has to be replaced."""

    reason = forms.CharField(
        label="Lý do thay quyết định",
        max_length=LONGEST,
        widget=forms.Textarea(
            {"class": "form-control", "rows": 4, "aria-describedby": "reason-error"}
        ),
        error_messages={
            "required": "Hãy ghi rõ vì sao phải thay quyết định này.",
            "max_length": f"Lý do dài quá {LONGEST} ký tự. Hãy viết gọn lại.",
        },
    )
