"""Opening a period, and its dates."""

from django import forms
from django.utils import timezone

from evaluations.forms.fields import DATE_ERRORS, attributes
from evaluations.services.periods import usual_dates

MOMENT_ERRORS = {
    "required": "Hãy nhập giờ và ngày khóa, ví dụ 17:00 15/01/2027.",
    "invalid": "Giờ khóa chưa đúng. Hãy nhập giờ:phút ngày/tháng/năm, ví dụ 17:00 15/01/2027.",
}


class PeriodDatesForm(forms.Form):
    """When sheets are due, and when entering ends."""

    due_on = forms.DateField(label="Hạn nộp đúng hạn", error_messages=DATE_ERRORS)
    locks_at = forms.DateTimeField(label="Khóa nhập lúc", error_messages=MOMENT_ERRORS)

    def __init__(self, *args, period=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.period = period
        for name, field in self.fields.items():
            field.widget.attrs.update(attributes(name))
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
