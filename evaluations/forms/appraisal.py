"""Treating many sheets alike, and opening a round of explanations."""

from django import forms
from django.utils import timezone

from evaluations.forms.fields import DATE_ERRORS, attributes
from evaluations.models import Evaluation


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
        self.fields["ends_on"].widget.attrs.update(attributes("ends_on"))
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
        self.fields["ends_on"].widget.attrs.update(attributes("ends_on"))
