"""What a draft is called, for whom it is, since when and on what basis."""

from evaluations.criteria_words import WORDS
from evaluations.forms.criteria.base import Fields, Raw, Section
from evaluations.forms.criteria.fields import Choice, Day, Lines, Text, Words
from evaluations.services.criteria_drafts import DraftCodeError
from evaluations.services.errors import RefusedError


class GeneralFields(Fields):
    title = Text("Tên bộ tiêu chí", help_text="Nhiều nhất 200 ký tự.")
    code = Text("Mã", max_length=40, help_text="Chữ in không dấu, chữ số, gạch nối: CB4T-QUY-2027.")
    subject = Choice("Chấm cho", WORDS["subject"].items())
    period = Choice("Loại kỳ", WORDS["period"].items())
    valid_from = Day("Có hiệu lực từ ngày", help_text="Nên là ngày đầu của kỳ, ví dụ 01/01/2027.")
    valid_to = Day("Đến hết ngày", help_text="Bỏ trống nếu chưa biết.")
    succeeds = Choice(
        "Thay cho bộ",
        none="Không thay bộ nào",
        help_text="Thay bộ khác thì phải ghi từng dòng đi về đâu ở phần “Quan hệ với bộ trước”.",
    )
    source = Words("Nguồn", help_text="Văn bản hoặc cơ quan đặt ra bộ này.")
    legal_basis = Lines("Căn cứ", help_text="Mỗi dòng một văn bản.")
    annual_classes = Lines(
        "Mã các loại xếp loại năm, từ thấp lên cao",
        help_text="Mỗi dòng một mã. Thường dùng: KHTNV, HTNV, HTTNV, HTXSNV.",
    )

    def fit(self):
        choices = list(self.around.sets_before)
        held = self.around.raw.get("succeeds")
        if isinstance(held, str) and held not in dict(choices):
            choices.append((held, held))
        self.fields["succeeds"].offer(choices)


class GeneralSection(Section):
    name, title, template = "chung", "Thông tin chung", "evaluations/_draft_fields.html"

    def build(self) -> None:
        self.add_form("", GeneralFields, self.raw, place="")

    def written(self) -> Raw:
        form = self.forms[""]
        raw = {key: value for key, value in self.raw.items() if key not in form.fields}
        raw |= form.table()
        raw.setdefault("annual_classes", [])
        if "succeeds" not in raw:
            raw.pop("relations", None)
        return raw

    def refuse(self, error: RefusedError) -> None:
        if isinstance(error, DraftCodeError):
            self.forms[""].add_error("code", error.message)
        else:
            super().refuse(error)
