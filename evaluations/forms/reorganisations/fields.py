"""The fields of a reorganisation, and which of them a kind of event asks for."""

import re

from crispy_forms.helper import FormHelper
from django import forms

from cells.forms import unit_picker
from cells.models import CellKind, Level, Reorganisation

Kind = Reorganisation.Kind
DAY_ERRORS = {
    "required": "Nhập ngày, ví dụ 01/07/2025.",
    "invalid": "Ngày chưa đúng. Nhập ngày/tháng/năm, ví dụ 01/07/2025.",
}
SEVERAL = "Gõ tên hoặc mã rồi chọn. Nhiều đơn vị thì cách nhau bằng dấu chấm phẩy."
CODES_MOST = 4000
# What is asked of each unit after the event; the rest is taken from the unit before.
ASKED = {
    Kind.ESTABLISH: ("code", "name", "parent", "level", "kind"),
    Kind.SPLIT: ("code", "name", "level", "kind"),
    Kind.ABSORB: ("code",),
    Kind.MERGE: ("code", "name", "level", "kind"),
    Kind.DISSOLVE: (),
    Kind.DISBAND: (),
    Kind.TRANSFER: ("parent",),
    Kind.RENAME: ("name", "level", "kind"),
}
NEEDED = {
    Kind.ESTABLISH: {"code", "name", "parent", "level"},
    Kind.SPLIT: {"code", "name"},
    Kind.ABSORB: {"code"},
    Kind.MERGE: {"code", "name"},
    Kind.TRANSFER: {"parent"},
}
REPEATED = {Kind.ESTABLISH: 1, Kind.SPLIT: 2}
BEFORE_LABELS = {
    Kind.SPLIT: "Đơn vị được chia tách",
    Kind.ABSORB: "Các đơn vị nhập vào đơn vị khác",
    Kind.MERGE: "Các đơn vị hợp nhất",
    Kind.DISSOLVE: "Đơn vị giải thể",
    Kind.DISBAND: "Đơn vị bị giải tán",
    Kind.TRANSFER: "Các đơn vị chuyển giao",
    Kind.RENAME: "Đơn vị đổi tên",
}
SEVERAL_BEFORE = {Kind.ABSORB, Kind.MERGE, Kind.TRANSFER}


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes of a text, separated by blanks, commas or semicolons, each once."""
    return tuple(dict.fromkeys(code for code in re.split(r"[\s,;]+", text) if code))


def helper() -> FormHelper:
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    return made


def _picks_units(field, *, several=False):
    """Let a field find units by name, and the lists below follow what is chosen."""
    field.widget = unit_picker("cells:unit_search")
    field.widget.attrs["data-relist"] = ""
    if several:
        field.widget.attrs["data-unit-many"] = ""


class PaperForm(forms.Form):
    """The decision that an event rests on."""

    decision_number = forms.CharField(
        label="Số quyết định",
        max_length=60,
        error_messages={"required": "Nhập số quyết định, ví dụ 12-QĐ/ĐU."},
    )
    decided_on = forms.DateField(label="Ngày ký", error_messages=DAY_ERRORS)
    signer = forms.CharField(
        label="Người ký", max_length=120, error_messages={"required": "Nhập họ tên người ký."}
    )
    effective_on = forms.DateField(
        label="Ngày hiệu lực",
        help_text="Ngày đầu tiên theo tổ chức mới. Có thể là ngày đã qua.",
        error_messages=DAY_ERRORS,
    )
    note = forms.CharField(
        label="Ghi chú", required=False, max_length=1000, widget=forms.Textarea({"rows": 1})
    )

    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.widget.attrs["autocomplete"] = "off"
        self.helper = helper()


class BeforeForm(forms.Form):
    """The units that stood before."""

    before = forms.CharField(max_length=CODES_MOST, error_messages={"required": "Chọn đơn vị."})

    use_required_attribute = False

    def __init__(self, *args, event_kind, **kwargs):
        super().__init__(*args, **kwargs)
        field, several = self.fields["before"], event_kind in SEVERAL_BEFORE
        field.label = BEFORE_LABELS.get(event_kind, "")
        field.help_text = SEVERAL if several else "Gõ tên hoặc mã rồi chọn."
        _picks_units(field, several=several)
        self.helper = helper()


class ReceiversForm(forms.Form):
    """Units that are not new and take members too."""

    receivers = forms.CharField(
        label="Đơn vị khác cùng nhận", required=False, max_length=CODES_MOST, help_text=SEVERAL
    )

    def __init__(self, *args, event_kind, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["receivers"]
        if not ASKED[event_kind]:
            field.label = "Đơn vị nhận đảng viên"
        _picks_units(field, several=True)
        self.helper = helper()


class AfterForm(forms.Form):
    """One unit after the event."""

    code = forms.CharField(
        label="Mã", max_length=40, error_messages={"required": "Nhập mã đơn vị."}
    )
    name = forms.CharField(
        label="Tên", max_length=200, error_messages={"required": "Nhập tên đơn vị."}
    )
    parent = forms.CharField(
        label="Đảng ủy cấp trên",
        max_length=40,
        error_messages={"required": "Chọn đảng ủy cấp trên."},
    )
    level = forms.ChoiceField(label="Cấp", error_messages={"required": "Chọn cấp."})
    kind = forms.ChoiceField(label="Loại hình")

    use_required_attribute = False

    def __init__(self, *args, event_kind, names, **kwargs):
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name not in ASKED[event_kind]:
                del self.fields[name]
                continue
            field = self.fields[name]
            field.required = name in NEEDED.get(event_kind, ())
            field.widget.attrs |= {"autocomplete": "off", "data-relist": ""}
        if event_kind == Kind.ABSORB:
            self.fields["code"].label = "Đơn vị giữ tên"
            self.fields["code"].help_text = "Gõ tên hoặc mã rồi chọn."
            _picks_units(self.fields["code"])
        elif "code" in self.fields:
            self.fields["code"].help_text = "Mã mới, chưa đơn vị nào dùng; giữ suốt đời."
        if event_kind == Kind.RENAME:
            self.fields["name"].help_text = "Để trống nếu chỉ đổi cấp hoặc loại hình."
        if "parent" in self.fields:
            _picks_units(self.fields["parent"])
        nothing = "Chọn" if event_kind == Kind.ESTABLISH else "Giữ như trước"
        for name, choices in names.items():
            if name in self.fields:
                self.fields[name].choices = [("", nothing), *choices]
        self.helper = helper()


def names_offered() -> dict[str, list[tuple[str, str]]]:
    """Return code and name of every level and kind: an event may lie before today's rules."""
    found = {}
    for name, model in (("level", Level), ("kind", CellKind)):
        rows = model.objects.order_by("order", "code", "valid_from")
        found[name] = list({row.code: _with_days(row) for row in rows}.items())
    return found


def _with_days(row: Level | CellKind) -> str:
    """Return a name with the days between which it may be used, where they are near."""
    if row.valid_to:
        return f"{row.name} (trước {row.valid_to:%d/%m/%Y})"
    return f"{row.name} (từ {row.valid_from:%d/%m/%Y})" if row.valid_from.year > 2000 else row.name


class RevertForm(forms.Form):
    """Why an event is taken back, and whether all of its file are."""

    reason = forms.CharField(
        label="Lý do hủy bỏ",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Ghi rõ lý do hủy bỏ, ví dụ: ghi nhầm ngày hiệu lực."},
    )
    whole = forms.BooleanField(required=False)
    use_required_attribute = False

    def __init__(self, *args, together=1, only_whole=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["whole"].label = f"Hủy bỏ cả đợt: {together} sự kiện ghi từ cùng một tệp"
        if only_whole:
            self.fields["whole"].widget = forms.HiddenInput()
            self.initial["whole"] = True
        elif together < 2:
            del self.fields["whole"]
        self.helper = helper()
