"""What a document says of itself: shape only."""

from django import forms
from django.utils import timezone

from cells.vietnamese import tidy
from evaluations.services.evidence import About

EARLIEST = 1930
DAY_WRONG = "Ngày chưa đúng. Hãy nhập ngày/tháng/năm, ví dụ 05/11/2026."


class AboutForm(forms.Form):
    """Number, date, issuer and abstract; every field may be left for later.

    `place` tells apart the forms of one page.
    """

    title = forms.CharField(
        label="Trích yếu",
        required=False,
        max_length=300,
        error_messages={"max_length": "Trích yếu dài quá 300 ký tự. Hãy viết gọn lại."},
    )
    number = forms.CharField(
        label="Số, ký hiệu",
        required=False,
        max_length=60,
        error_messages={"max_length": "Số, ký hiệu dài quá 60 ký tự."},
    )
    issued_on = forms.DateField(
        label="Ngày ban hành", required=False, error_messages={"invalid": DAY_WRONG}
    )
    issuer = forms.CharField(
        label="Cơ quan ban hành",
        required=False,
        max_length=200,
        error_messages={"max_length": "Tên cơ quan dài quá 200 ký tự. Hãy viết gọn lại."},
    )

    def __init__(self, *args, place, **kwargs):
        super().__init__(*args, auto_id=f"mo-ta-{place}-%s", **kwargs)
        for bound in self:
            bound.field.widget.attrs.update(
                {
                    "class": "form-control",
                    "autocomplete": "off",
                    "aria-describedby": f"{bound.auto_id}-loi",
                }
            )
        self.fields["issued_on"].widget.attrs["placeholder"] = "ngày/tháng/năm"

    def clean_issued_on(self):
        day = self.cleaned_data["issued_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("Ngày ban hành không được sau hôm nay. Hãy nhập lại.")
        if day and day.year < EARLIEST:
            raise forms.ValidationError(f"Năm phải từ {EARLIEST} trở đi. Hãy nhập lại.")
        return day

    @property
    def about(self) -> About:
        """Return what was typed, tidied."""
        data = self.cleaned_data
        texts = {name: tidy(data[name]) for name in ("title", "number", "issuer")}
        return About(issued_on=data["issued_on"], **texts)


def about_form(evidence, *, place, data=None) -> AboutForm:
    """Return the form of a document that is there already."""
    names = ("title", "number", "issued_on", "issuer")
    return AboutForm(data, place=place, initial={name: getattr(evidence, name) for name in names})
