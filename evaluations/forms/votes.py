"""The form for the vote of a meeting."""

from typing import Any

from django import forms

from evaluations.services.votes import Ballot

NUMBER = {"class": "form-control", "inputmode": "numeric", "autocomplete": "off"}
LARGEST = 9_999
WHOLE = {
    "required": "Ghi một số.",
    "invalid": "Ghi số nguyên, ví dụ 28.",
    "min_value": "Ghi số từ 0 trở lên.",
    "max_value": "Số này lớn quá mức. Kiểm tra lại.",
}
POINTS = "Ghi điểm từ 0 đến 100, ví dụ 87,5."


def _count(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=LARGEST,
        widget=forms.TextInput({**NUMBER}),
        error_messages=WHOLE,
        **options,
    )


class VoteForm(forms.Form):
    """Day, counts and chair, as they stand in the minutes."""

    held_on = forms.DateField(
        label="Ngày họp",
        error_messages={
            "required": "Ghi ngày họp, ví dụ 28/12/2026.",
            "invalid": "Ngày chưa đúng. Ghi ngày/tháng/năm, ví dụ 28/12/2026.",
        },
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )
    chaired_by = forms.CharField(
        label="Người chủ trì",
        max_length=120,
        error_messages={
            "required": "Ghi họ và tên người chủ trì.",
            "max_length": "Họ và tên dài quá 120 ký tự.",
        },
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )
    entitled = _count("Được biểu quyết")
    present = _count("Có mặt")
    in_favour = _count("Tán thành")
    against = _count("Không tán thành", required=False)
    other = _count("Ý kiến khác", required=False)
    points = forms.DecimalField(
        label="Tổng điểm chi bộ thông qua (nếu biên bản có ghi)",
        required=False,
        localize=True,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=forms.TextInput({**NUMBER, "inputmode": "decimal"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places"), POINTS
        ),
    )
    note = forms.CharField(
        label="Ghi chú, ý kiến đáng chú ý",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"class": "form-control", "rows": 2}),
        error_messages={"max_length": "Ghi chú dài quá 1.000 ký tự. Viết gọn lại."},
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.widget.is_hidden:
                continue
            field.widget.attrs["aria-describedby"] = f"id_{name}-error"

    @property
    def count_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("entitled", "present", "in_favour", "against", "other")]

    def ballot(self) -> Ballot:
        data = self.cleaned_data
        points = data["points"]
        return Ballot(
            held_on=data["held_on"],
            entitled=data["entitled"],
            present=data["present"],
            in_favour=data["in_favour"],
            against=data["against"] or 0,
            other=data["other"] or 0,
            chaired_by=data["chaired_by"],
            points=None if points is None else int(points * 100),
            note=data["note"],
        )
