"""Forms of what happens to a member: shape and choices only; the services know the rules."""

from django import forms

from cells import access
from cells.forms import UnitField, helper, unit_picker
from cells.models import Unit
from cells.vietnamese import tidy
from members.cards import card_number
from members.models import Joined, Post
from members.services.standing import ENDINGS

EXAMPLE = "Ví dụ 24/11/2026."


def day_field(label, *, required=True, help_text=EXAMPLE):
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={
            "required": "Ghi ngày.",
            "invalid": "Ghi ngày/tháng/năm, ví dụ 24/11/2026.",
        },
    )


def text_field(label, *, required=False, at_most=200, help_text=""):
    return forms.CharField(
        label=label,
        required=required,
        max_length=at_most,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Không để trống ô này."},
    )


class ActionForm(forms.Form):
    """A form with one button that says what it does."""

    button = "Ghi"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = helper(self.button)


class FactsForm(ActionForm):
    """Ask for what is kept of a person, and nothing more."""

    button = "Lưu"
    full_name = text_field("Họ và tên", required=True, at_most=120)
    birth_year = forms.IntegerField(
        label="Năm sinh", required=False, help_text="Bốn chữ số. Chỉ giữ năm.",
        error_messages={"invalid": "Ghi năm sinh bằng bốn chữ số, ví dụ 1960."},
    )  # fmt: skip
    card = text_field(
        "Số thẻ đảng viên", at_most=20,
        help_text="12 chữ số. Máy chỉ giữ 4 số cuối và một mã băm. Trống: giữ nguyên.",
    )  # fmt: skip
    admitted_on = day_field("Ngày vào Đảng", required=False)
    full_on = day_field("Ngày chính thức", required=False, help_text="Để trống nếu còn dự bị.")

    def clean_full_name(self):
        return tidy(self.cleaned_data["full_name"])

    def clean_card(self):
        text = self.cleaned_data["card"]
        number = card_number(text) if text else ""
        if number is None:
            raise forms.ValidationError("Số thẻ phải đủ 12 chữ số.")
        return number


class AddForm(FactsForm):
    """Ask for a person who is new in a cell."""

    button = "Thêm đảng viên"
    cell = UnitField(label="Chi bộ", empty_label="Chọn chi bộ")
    joined_by = forms.ChoiceField(
        label="Vì sao thêm",
        choices=[
            (Joined.ADMITTED, "Mới kết nạp"),
            (Joined.TRANSFERRED, "Chuyển sinh hoạt từ ngoài hệ thống đến"),
            (Joined.RECORDED, "Đã sinh hoạt ở đây, nay ghi vào danh sách"),
        ],
    )
    joined_on = day_field("Ngày về chi bộ (hoặc ngày kết nạp)")
    decision = text_field("Số quyết định")
    came_from = text_field("Chuyển đến từ", help_text="Chỉ ghi khi chuyển từ ngoài hệ thống đến.")
    moved_on = day_field("Ngày quyết định chuyển", required=False, help_text="Nếu chuyển đến.")
    letter_on = day_field("Ngày giấy giới thiệu", required=False, help_text="Nếu chuyển đến.")
    field_order = ("cell", "full_name", "birth_year", "card", "joined_by", "joined_on")

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"].offer(Unit.objects.allowed(by, access.MEMBERS).active().cells())


class MakeFullForm(ActionForm):
    button = "Ghi chính thức"
    full_on = day_field("Chính thức từ ngày")
    decision = text_field("Số quyết định")


class ExemptForm(ActionForm):
    button = "Ghi miễn"
    starts_on = day_field("Miễn từ ngày")
    ends_on = day_field("Đến ngày", required=False, help_text="Để trống nếu chưa biết.")
    decision = text_field(
        "Số nghị quyết, quyết định", at_most=120, help_text="Không ghi lý do y tế."
    )


class EndsOnForm(ActionForm):
    """Ask from which day on something no longer holds."""

    button = "Ghi kết thúc"
    ends_on = day_field("Kết thúc từ ngày", help_text="Ngày đầu tiên không còn.")


class EndForm(ActionForm):
    button = "Ghi rời khỏi danh sách"
    reason = forms.ChoiceField(
        label="Lý do",
        choices=[("", "Chọn lý do"), *((one.value, one.label) for one in ENDINGS)],
        error_messages={"required": "Chọn lý do."},
    )
    on = day_field("Từ ngày", help_text="Ngày đầu tiên không còn là đảng viên của chi bộ.")
    decision = text_field("Số quyết định", help_text="Từ trần thì có thể để trống.")


class TransferForm(ActionForm):
    button = "Bắt đầu chuyển"
    target = forms.CharField(
        label="Chi bộ nơi đến",
        required=False,
        max_length=40,
        widget=unit_picker("cells:cell_search"),
        help_text="Gõ một phần tên, có dấu hay không, rồi chọn; hoặc gõ mã.",
    )
    outside = text_field("Nơi đến ngoài hệ thống", help_text="Chỉ ghi một trong hai ô nơi đến.")
    is_temporary = forms.BooleanField(label="Chuyển sinh hoạt tạm thời", required=False)
    moved_on = day_field("Ngày quyết định hoặc ngày chuyển đi")
    returns_on = day_field("Ngày dự kiến về", required=False, help_text="Nếu chuyển tạm thời.")
    decision = text_field("Số quyết định")

    def clean_target(self):
        """Accept any open cell of the system: people move to where their staff has no reach."""
        code = self.cleaned_data["target"].strip()
        if not code:
            return None
        unit = Unit.objects.active().cells().filter(code=code).first()
        if unit is None:
            raise forms.ValidationError(
                "Không có chi bộ nào mang mã này. Gõ tên rồi chọn trong danh sách."
            )
        return unit


class LetterForm(ActionForm):
    button = "Ghi giấy giới thiệu"
    letter_on = day_field("Ngày ký giấy giới thiệu")


class PresentForm(ActionForm):
    button = "Ghi đã nộp giấy"
    presented_on = day_field("Ngày nộp giấy ở nơi đến")


class ReturnForm(ActionForm):
    button = "Ghi đã về"
    on = day_field("Ngày về")


class CancelForm(ActionForm):
    button = "Hủy lần chuyển"
    on = day_field("Ngày hủy")
    reason = text_field("Vì sao hủy", required=True)


class PostForm(ActionForm):
    button = "Ghi chức vụ"
    unit = UnitField(label="Ở đơn vị", empty_label="Chọn đơn vị")
    kind = forms.ChoiceField(
        label="Chức vụ", choices=[("", "Chọn chức vụ"), *Post.Kind.choices],
        error_messages={"required": "Chọn chức vụ."},
    )  # fmt: skip
    starts_on = day_field("Từ ngày")
    ends_on = day_field("Đến ngày", required=False, help_text="Để trống nếu đang giữ.")
    term = text_field("Nhiệm kỳ", at_most=20, help_text="Ví dụ 2025-2030.")
    decision = text_field("Số quyết định")

    def __init__(self, *args, by, member, **kwargs):
        super().__init__(*args, **kwargs)
        paths = member.memberships.filter(is_temporary=False).values_list("cell__path", flat=True)
        codes = {code for path in paths for code in path.split("/") if code}
        units = Unit.objects.allowed(by, access.MEMBERS).active().filter(code__in=codes)
        self.fields["unit"].offer(units)


class SupervisionForm(ActionForm):
    button = "Phân công phụ trách"
    cell = UnitField(label="Chi bộ", empty_label="Chọn chi bộ")
    starts_on = day_field("Từ ngày")
    decision = text_field("Số quyết định")

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"].offer(Unit.objects.allowed(by, access.MEMBERS).active().cells())
