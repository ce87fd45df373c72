"""Forms of decisions and periods: shape and choices only."""

import re

from django import forms
from django.db import models
from django.utils import timezone

from cells.vietnamese import tidy
from evaluations.models import Decision, Evaluation
from evaluations.services.periods import usual_dates

NUMBER_WORD = re.compile(r"^số\s*:?\s+", re.IGNORECASE)
MOMENT_ERRORS = {
    "required": "Hãy nhập giờ và ngày khóa, ví dụ 17:00 15/01/2027.",
    "invalid": "Giờ khóa chưa đúng. Hãy nhập giờ:phút ngày/tháng/năm, ví dụ 17:00 15/01/2027.",
}
DATE_ERRORS = {
    "required": "Hãy nhập ngày, ví dụ 05/01/2027.",
    "invalid": "Ngày chưa đúng. Hãy nhập ngày/tháng/năm, ví dụ 05/01/2027.",
}


def _attributes(name):
    return {"class": "form-control", "autocomplete": "off", "aria-describedby": f"{name}-error"}


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
            self.fields[name].widget.attrs.update(_attributes(name))

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


class DecisionForm(SignedForm):
    """What a decision says, and the sheets (or cells) it covers."""

    sheets = forms.ModelMultipleChoiceField(
        Evaluation.objects.none(),
        error_messages={
            "required": "Hãy chọn ít nhất một phiếu.",
            "invalid_choice": "Có phiếu vừa thay đổi nên không quyết định được nữa."
            " Hãy xem lại danh sách rồi gửi lại.",
            "invalid_pk_value": "Danh sách phiếu chưa đúng. Hãy chọn lại.",
        },
    )

    def __init__(self, *args, sheets, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = Decision.objects.all()
        self.fields["sheets"].queryset = sheets


class ReturnForm(forms.Form):
    """Why a sheet goes back to the cell."""

    reason = forms.CharField(
        label="Lý do trả lại",
        widget=forms.Textarea(
            {"class": "form-control", "rows": 4, "aria-describedby": "reason-error"}
        ),
        error_messages={"required": "Hãy ghi rõ lý do để đơn vị biết phải sửa gì."},
    )


class RecomputeForm(forms.Form):
    """Why decided results are written anew."""

    reason = forms.CharField(
        label="Lý do tính lại",
        max_length=1000,
        widget=forms.Textarea(
            {
                "class": "form-control",
                "rows": 4,
                "aria-describedby": "reason-help reason-error",
            }
        ),
        error_messages={
            "required": "Hãy ghi lý do tính lại, ví dụ số văn bản hoặc lỗi đã sửa.",
            "max_length": "Lý do dài quá 1.000 ký tự. Hãy viết gọn lại.",
        },
    )
    # How many sheets differed when the person saw them.
    expected = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def clean(self):
        if "expected" in self.errors:
            self.add_error("reason", "Hãy xem lại các khác biệt ở trên rồi ký lại.")
        return super().clean()


class PeriodDatesForm(forms.Form):
    """When sheets are due, and when entering ends."""

    due_on = forms.DateField(label="Hạn nộp đúng hạn", error_messages=DATE_ERRORS)
    locks_at = forms.DateTimeField(label="Khóa nhập lúc", error_messages=MOMENT_ERRORS)

    def __init__(self, *args, period=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.period = period
        for name, field in self.fields.items():
            field.widget.attrs.update(_attributes(name))
            if isinstance(field.widget, forms.Select):
                field.widget.attrs["class"] = "form-select"

    def clean_locks_at(self):
        """Keep the seconds of a moment that was shown without them and not changed."""
        given, known = self.cleaned_data["locks_at"], self.initial.get("locks_at")
        unchanged = given and known and given == known.replace(second=0, microsecond=0)
        return known if unchanged else given

    def clean(self):
        cleaned = super().clean()
        due_on, locks_at = cleaned.get("due_on"), cleaned.get("locks_at")
        if due_on and self.period and due_on <= self.period.starts_on:
            self.add_error(
                "due_on",
                f"Hạn nộp phải sau {self.period.starts_on:%d/%m/%Y}, ngày đầu của kỳ.",
            )
        if due_on and locks_at and timezone.localtime(locks_at).date() < due_on:
            self.add_error("locks_at", "Giờ khóa không được trước hạn nộp. Hãy nhập lại.")
        return cleaned


class PeriodForm(PeriodDatesForm):
    """The next period to open; dates left empty follow the usual rhythm."""

    code = forms.ChoiceField(
        label="Kỳ",
        error_messages={
            "required": "Hãy chọn một kỳ.",
            "invalid_choice": "Kỳ này đã mở hoặc không có. Hãy chọn lại.",
        },
    )
    field_order = ["code", "due_on", "locks_at"]

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.choices = {period.code: period for period in choices}
        self.fields["code"].choices = [(code, p.title) for code, p in self.choices.items()]
        for name in ("due_on", "locks_at"):
            self.fields[name].required = False

    def clean(self):
        self.period = self.choices.get(self.cleaned_data.get("code"))
        if self.period:
            due_on, locks_at = usual_dates(self.period.ends_on)
            for name, usual in (("due_on", due_on), ("locks_at", locks_at)):
                if name in self.cleaned_data:
                    self.cleaned_data[name] = self.cleaned_data[name] or usual
        return super().clean()


class BulkForm(forms.Form):
    """Which sheets to treat alike, and what the action needs to know."""

    sheets = forms.ModelMultipleChoiceField(
        Evaluation.objects.none(),
        error_messages={
            "required": "Hãy chọn ít nhất một phiếu.",
            "invalid_choice": "Có phiếu vừa thay đổi nên không còn trong danh sách."
            " Hãy xem lại rồi chọn lại.",
            "invalid_pk_value": "Danh sách phiếu chưa đúng. Hãy chọn lại.",
        },
    )
    reason = forms.CharField(
        label="Lý do",
        required=False,
        max_length=1000,
        widget=forms.Textarea(
            {"class": "form-control", "rows": 3, "aria-describedby": "reason-error"}
        ),
        error_messages={"max_length": "Lý do dài quá 1000 ký tự. Hãy viết gọn lại."},
    )
    ends_on = forms.DateField(label="Giải trình đến hết ngày", error_messages=DATE_ERRORS)

    def __init__(self, *args, sheets, action, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheets"].queryset = sheets
        self.action = action
        self.fields["ends_on"].widget.attrs.update(_attributes("ends_on"))
        if not action.needs_day:
            del self.fields["ends_on"]
        else:
            self.fields["reason"].label = "Lời nhắn cho đơn vị (không bắt buộc)"
        if not action.needs_reason and not action.needs_day:
            del self.fields["reason"]

    def clean_reason(self):
        reason = self.cleaned_data["reason"].strip()
        if self.action.needs_reason and not reason:
            raise forms.ValidationError("Hãy ghi rõ lý do để đơn vị biết phải sửa gì.")
        return reason

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError("Ngày hết hạn phải từ hôm nay trở đi. Hãy nhập lại.")
        return day


class RoundForm(forms.Form):
    """Until when a unit may explain itself, and what it is asked."""

    ends_on = forms.DateField(label="Giải trình đến hết ngày", error_messages=DATE_ERRORS)
    note = forms.CharField(
        label="Lời nhắn cho đơn vị (không bắt buộc)",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"class": "form-control", "rows": 2}),
        error_messages={"max_length": "Lời nhắn dài quá 1000 ký tự. Hãy viết gọn lại."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].widget.attrs.update(_attributes("ends_on"))
