"""Forms of residential areas: shape and choices only."""

from django import forms

from cells import access
from cells.forms import UnitField, helper
from cells.models import Unit
from cells.services.areas import Part

PARTS_AT_MOST = 8


class DayForm(forms.Form):
    """Ask from which day on something holds."""

    button = "Ghi"
    on = forms.DateField(
        label="Từ ngày",
        help_text="Ví dụ 01/07/2026.",
        error_messages={"required": "Ghi ngày.", "invalid": "Ghi ngày/tháng/năm."},
    )

    def __init__(self, *args, by, area=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.by, self.area = by, area
        self.helper = helper(self.button)


class CloseForm(DayForm):
    button = "Kết thúc địa bàn"


class EndCellForm(DayForm):
    button = "Thôi phụ trách"


class DecisionForm(DayForm):
    decision = forms.CharField(label="Quyết định", max_length=200, required=False)


class NamedForm(DecisionForm):
    """Ask for the area that begins."""

    code = forms.CharField(label="Mã", max_length=40, help_text="Mã riêng, không đổi về sau.")
    name = forms.CharField(label="Tên", max_length=120, help_text="Ví dụ Tổ dân phố số 5.")

    field_order = ["committee", "code", "name", "on", "decision"]

    @property
    def part(self) -> Part:
        return Part(self.cleaned_data["code"], self.cleaned_data["name"])


class NewForm(NamedForm):
    button = "Thêm địa bàn"
    committee = UnitField(label="Thuộc đảng ủy", empty_label="Chọn đảng ủy")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        within = Unit.objects.allowed(self.by, access.REORGANISE).active().committees()
        self.fields["committee"].offer(within)


class RenameForm(NamedForm):
    button = "Đổi tên địa bàn"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "Mã mới: tên cũ giữ mã cũ, để lịch sử không lẫn."


class SplitForm(DecisionForm):
    """Ask for the new areas, one a line: code, then name."""

    button = "Chia tách địa bàn"
    parts = forms.CharField(
        label="Các địa bàn mới",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="Mỗi dòng một địa bàn: mã, dấu phẩy, tên. Ví dụ: TDP5A, Tổ dân phố số 5A.",
        error_messages={"required": "Ghi ít nhất hai địa bàn mới."},
    )
    field_order = ["parts", "on", "decision"]

    def clean_parts(self):
        lines = [line for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        if len(lines) > PARTS_AT_MOST:
            raise forms.ValidationError(f"Nhiều nhất {PARTS_AT_MOST} địa bàn mới.")
        parts = []
        for line in lines:
            code, comma, name = line.partition(",")
            if not comma or len(name.strip()) > 120:
                raise forms.ValidationError(f"Dòng “{line}”: ghi mã, dấu phẩy, rồi tên.")
            parts.append(Part(code.strip(), name.strip()))
        return parts


class AssignForm(DayForm):
    """Ask which cell works in the area."""

    button = "Giao cho chi bộ"
    cell = UnitField(label="Chi bộ", empty_label="Chọn chi bộ")
    field_order = ["cell", "on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        within = Unit.objects.allowed(self.by, access.REORGANISE).active().cells()
        self.fields["cell"].offer(within.below(self.area.committee))
