"""Forms of more time and of opening again: why, until when, and the answer."""

from django import forms
from django.utils import timezone

from cells.vietnamese import tidy
from evaluations.models import Evaluation

LONGEST = 1000


def reason_field(label, missing, *, name="reason", required=True, longest=LONGEST, rows=3):
    attributes = {"class": "form-control", "rows": rows, "aria-describedby": f"{name}-error"}
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        widget=forms.Textarea(attributes),
        error_messages={
            "required": missing,
            "max_length": f"Viết dài quá {longest} ký tự. Hãy viết gọn lại.",
        },
    )


def until_field(*, required=True):
    return forms.DateTimeField(
        label="Được nhập đến lúc",
        required=required,
        error_messages={
            "required": "Hãy nhập giờ và ngày, ví dụ 17:00 20/01/2027.",
            "invalid": "Chưa đúng. Hãy nhập giờ:phút ngày/tháng/năm, ví dụ 17:00 20/01/2027.",
        },
        widget=forms.DateTimeInput(
            {"class": "form-control", "autocomplete": "off", "aria-describedby": "until-error"}
        ),
    )


def clean_until(form):
    until = form.cleaned_data["until"]
    if until and until <= timezone.now():
        raise forms.ValidationError("Thời điểm này đã qua. Hãy nhập một thời điểm ở sau lúc này.")
    return until


class AskForm(forms.Form):
    """Why a closed sheet should be opened again."""

    reason = reason_field("Lý do đề nghị", "Hãy ghi lý do: sai ở dòng nào, vì sao, căn cứ gì.")


class RefuseForm(forms.Form):
    """Why a sheet stays closed."""

    prefix = "refuse"
    answer = reason_field(
        "Lý do không mở lại", "Hãy ghi lý do để người đề nghị biết.", name="refuse-answer"
    )


class GrantForm(forms.Form):
    """What is said with opening a sheet again; until when, where more time is what it takes."""

    until = until_field()
    answer = reason_field("Dặn thêm (không bắt buộc)", "", name="answer", required=False, rows=2)

    def __init__(self, *args, needs_moment, **kwargs):
        super().__init__(*args, **kwargs)
        if not needs_moment:
            del self.fields["until"]

    def clean_until(self):
        return clean_until(self)


class ExtensionForm(forms.Form):
    """More time for chosen units."""

    sheets = forms.ModelMultipleChoiceField(
        Evaluation.objects.none(),
        error_messages={
            "required": "Hãy chọn ít nhất một đơn vị.",
            "invalid_choice": "Có đơn vị vừa thay đổi nên không gia hạn được. Hãy chọn lại.",
            "invalid_pk_value": "Danh sách đơn vị chưa đúng. Hãy chọn lại.",
        },
    )
    until = until_field()
    reason = reason_field(
        "Lý do gia hạn",
        "Hãy ghi lý do gia hạn, ví dụ số văn bản hoặc sự việc.",
        longest=500,
    )

    def __init__(self, *args, sheets, period, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheets"].queryset = sheets
        self.period = period

    def clean_reason(self):
        return tidy(self.cleaned_data["reason"])

    def clean_until(self):
        until = clean_until(self)
        if until <= self.period.locks_at:
            locks_at = timezone.localtime(self.period.locks_at)
            raise forms.ValidationError(
                f"Phải ở sau giờ khóa nhập của kỳ, {locks_at:%H:%M ngày %d/%m/%Y}."
            )
        return until
