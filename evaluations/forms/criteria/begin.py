"""How a draft begins: from a published set, or from a file."""

from django import forms

from cells import access
from cells.forms import UnitField
from cells.models import Unit
from cells.vietnamese import tidy

FILE_AT_MOST = 500_000


class OwnedForm(forms.Form):
    """Ask of which committee the draft is."""

    use_required_attribute = False
    owner = UnitField(
        label="Của đơn vị",
        empty_label="Chọn đơn vị",
        help_text="Bộ này áp dụng cho đơn vị đó và các đơn vị trực thuộc.",
    )

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        within = Unit.objects.allowed(by, access.CRITERIA).active().committees()
        self.fields["owner"].offer(within)
        # Most write for the whole branch that is theirs.
        self.fields["owner"].initial = (
            within.order_by("path").values_list("code", flat=True).first()
        )


class NewDraftForm(OwnedForm):
    """A copy of a set: its next version, or a set of its own."""

    kind = forms.ChoiceField(
        label="Bản nháp này là",
        choices=[
            ("next", "bản tiếp theo, thay cho bộ này"),
            ("own", "bộ riêng, không thay bộ nào"),
        ],
        widget=forms.RadioSelect({"class": "form-check-input"}),
        initial="next",
        error_messages={"required": "Hãy chọn một cách."},
    )
    code = forms.CharField(
        label="Mã của bộ mới",
        max_length=40,
        help_text="Chữ in không dấu, chữ số, gạch nối, ví dụ CB4T-QUY-2027.",
        error_messages={"required": "Hãy đặt mã cho bộ mới."},
    )
    field_order = ["kind", "owner", "code"]

    def clean_code(self):
        return tidy(self.cleaned_data["code"])


class FileField(forms.FileField):
    """A TOML file, as text."""

    default_error_messages = {
        "required": "Hãy chọn tệp.",
        "empty": "Tệp này trống.",
    }

    def clean(self, data, initial=None):
        given = super().clean(data, initial)
        if not given:
            return None
        if given.size > FILE_AT_MOST:
            raise forms.ValidationError("Tệp quá lớn, không phải tệp bộ tiêu chí.")
        try:
            return given.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                "Tệp không phải là văn bản UTF-8. Hãy chọn tệp .toml tải từ phần mềm."
            ) from error


class KeptFileForm(forms.Form):
    """A file that need not be chosen again after another field was refused."""

    use_required_attribute = False
    file = FileField(label="Tệp bộ tiêu chí (.toml)", required=False)
    kept = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def clean(self):
        cleaned = super().clean()
        text = cleaned.get("file") or cleaned.get("kept")
        if not text and "file" not in self.errors:
            self.add_error("file", "Hãy chọn tệp.")
        cleaned["text"] = text
        return cleaned

    @property
    def kept_text(self) -> str:
        """Return the text to send along with the page, so that the file stays chosen."""
        return self.cleaned_data.get("text") or "" if self.is_bound else ""


class UploadForm(KeptFileForm, OwnedForm):
    field_order = ["file", "owner"]
