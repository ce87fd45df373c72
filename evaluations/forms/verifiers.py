"""Naming who verifies a group of criteria: shape and choices only."""

from django import forms
from django.utils import timezone

from evaluations.forms.fields import DATE_ERRORS


class VerifierForm(forms.Form):
    """One person of the committee's staff for one group, from a day on."""

    group = forms.ChoiceField(
        label="Nhóm tiêu chí",
        error_messages={"required": "Chọn nhóm.", "invalid_choice": "Không có nhóm này."},
    )
    user = forms.TypedChoiceField(
        label="Cán bộ thẩm định",
        coerce=int,
        error_messages={
            "required": "Chọn cán bộ.",
            "invalid_choice": "Người này không phải cán bộ thẩm định của đảng ủy. Hãy chọn lại.",
        },
    )
    starts_on = forms.DateField(label="Từ ngày", error_messages=DATE_ERRORS)

    def __init__(self, *args, groups, staff, **kwargs):
        kwargs.setdefault("initial", {"starts_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "Chọn nhóm"), *groups.items()]
        people = [(user.pk, f"{user.full_name} ({user.username})") for user in staff]
        self.fields["user"].choices = [("", "Chọn cán bộ"), *people]
        for name, field in self.fields.items():
            css = "form-control" if name == "starts_on" else "form-select"
            field.widget.attrs.update(
                {"class": css, "autocomplete": "off", "aria-describedby": f"{name}-error"}
            )
