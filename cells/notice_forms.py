"""The form in which people choose what they want to be told, and where."""

from django import forms

from cells.models import DUTIES, NoticeKind, User
from cells.services.notice_reading import Places, places_of

HINTS = {
    NoticeKind.RETURNED: "Cấp ủy trả lại phiếu để sửa. E-mail được gửi ngay.",
    NoticeKind.REMINDER: "Trước hạn nộp 7 ngày, 2 ngày và đúng ngày hạn, khi còn phiếu chưa nộp.",
    NoticeKind.REOPENING: "Có đề nghị mở lại phiếu, hoặc đề nghị đã được trả lời.",
    NoticeKind.EXPLANATION: "Mở đợt giải trình, hoặc chi bộ đã giải trình.",
    NoticeKind.COMMENT: "Người khác viết trao đổi trên phiếu.",
    NoticeKind.APPRAISED: "Phiếu đã thẩm định xong.",
    NoticeKind.DECIDED: "Cấp ủy đã ra quyết định về kết quả.",
}


class NoticePlacesForm(forms.Form):
    """Where to tell each kind, and the address."""

    email = forms.EmailField(
        label="Địa chỉ e-mail",
        required=False,
        max_length=254,
        error_messages={"invalid": "Địa chỉ e-mail chưa đúng, ví dụ: ten@hanoi.gov.vn."},
    )

    def __init__(self, data=None, *, user: User):
        super().__init__(data, initial={"email": user.email})
        for kind, (in_app, by_mail) in places_of(user).items():
            is_duty = kind in DUTIES
            self.fields[f"app_{kind}"] = forms.BooleanField(
                required=False, initial=in_app, disabled=is_duty
            )
            self.fields[f"mail_{kind}"] = forms.BooleanField(required=False, initial=by_mail)

    def rows(self):
        """Return (kind, what it is, is it a duty, field of the app, field of e-mail)."""
        return [
            (kind, HINTS[kind], kind in DUTIES, self[f"app_{kind}"], self[f"mail_{kind}"])
            for kind in NoticeKind
        ]

    def places(self) -> dict[NoticeKind, Places]:
        chosen = self.cleaned_data
        return {kind: (chosen[f"app_{kind}"], chosen[f"mail_{kind}"]) for kind in NoticeKind}
