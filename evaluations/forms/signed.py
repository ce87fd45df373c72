"""Number, date and signer, as every decision of a committee has them."""

import re

from django import forms
from django.db import models
from django.utils import timezone

from cells.vietnamese import tidy
from evaluations.forms.fields import DATE_ERRORS, attributes

NUMBER_WORD = re.compile(r"^số\s*:?\s+", re.IGNORECASE)


class SignedForm(forms.Form):
    """Number, date and signer of what a committee decides about a period."""

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
    # What has a number already: decisions of the committee of this kind, and their name.
    known: models.QuerySet
    noun = "quyết định"

    def __init__(self, *args, committee, period, **kwargs):
        super().__init__(*args, **kwargs)
        self.committee, self.period = committee, period
        for name in ("number", "signed_on", "signer"):
            self.fields[name].widget.attrs.update(attributes(name))

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
                f"Ngày ký phải từ {self.period.starts_on:%d/%m/%Y}, ngày đầu của kỳ. Hãy nhập lại."
            )
        return day

    def clean(self):
        cleaned = super().clean()
        number, day = cleaned.get("number"), cleaned.get("signed_on")
        used = self.known.filter(committee=self.committee, number=number, signed_on=day)
        if number and day and used.exists():
            self.add_error(
                "number",
                f"Đã có {self.noun} số {number} ký ngày {day:%d/%m/%Y}. Hãy kiểm tra lại số.",
            )
        return cleaned
