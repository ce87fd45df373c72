"""Signing that decided results are written anew."""

from django import forms


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
