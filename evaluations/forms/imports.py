"""The form that takes a workbook."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from cells.workbook import MAX_BYTES, SAVE_AS

TOO_LARGE = "Tệp lớn hơn 10 MB. Xóa hình ảnh, trang tính thừa hoặc chia nhỏ tệp."


class WorkbookForm(forms.Form):
    """A workbook; what is inside is judged by who reads it."""

    file = forms.FileField(
        label="Tệp Excel (.xlsx)",
        help_text="Tối đa 10 MB. Phần mềm chỉ kiểm tra thử, chưa ghi gì.",
        error_messages={
            "required": "Hãy chọn một tệp .xlsx.",
            "empty": "Tệp này trống. Hãy chọn tệp khác.",
        },
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
    )

    # Our own message is Vietnamese and says what to do; the browser's is not.
    use_required_attribute = False

    def __init__(self, *args, button="Kiểm tra tệp", **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("test", button, css_class="btn-primary"))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        name = file.name.lower()
        if name.endswith((".xls", ".csv", ".ods", ".xlsb", ".xlsm")):
            raise forms.ValidationError(f"Cần tệp .xlsx. {SAVE_AS}")
        return file


class UploadForm(WorkbookForm):
    """A workbook and what it holds."""

    kind = forms.ChoiceField(
        label="Tệp này chứa",
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn loại dữ liệu trong tệp."},
    )
    field_order = ("kind", "file")

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.label) for kind in kinds]
        self.fields["kind"].initial = kinds[0].code
