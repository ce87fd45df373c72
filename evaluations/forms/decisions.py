"""Deciding sheets, or sending one back from the desk."""

from django import forms

from evaluations.forms.signed import SignedForm
from evaluations.models import Decision, Evaluation


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
