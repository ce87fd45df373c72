"""When a sheet is eligible, and the cap on the excellent."""

from evaluations.criteria_words import WORDS
from evaluations.forms.criteria.base import Fields, Raw, Section
from evaluations.forms.criteria.fields import Choice, Flag, Number, Text
from evaluations.reasons import class_name


class RecognitionFields(Fields):
    total_gte = Number("Tổng điểm từ")
    annual_class_gte = Choice("Xếp loại năm từ", none="Không xét xếp loại năm")

    def fit(self):
        held = self.around.raw.get("annual_classes")
        codes = [code for code in held if isinstance(code, str)] if isinstance(held, list) else []
        self.fields["annual_class_gte"].offer([(code, class_name(code)) for code in codes])


class QuotaFields(Fields):
    is_set = Flag("Đặt trần cho mức xuất sắc")
    percent = Number("Nhiều nhất bao nhiêu %")
    base = Choice("Của", WORDS["base"].items())
    exception_percent = Number(
        "Trường hợp đặc biệt, %", help_text="Bỏ trống nếu không có trường hợp đặc biệt."
    )
    group_by = Text("Tính riêng theo", help_text="Ví dụ: loại hình. Bỏ trống thì tính chung.")


class RecognitionSection(Section):
    name, title, template = "cong-nhan", "Công nhận và trần", "evaluations/_draft_recognition.html"

    def build(self) -> None:
        held = self.raw.get("recognition")
        recognition = held if isinstance(held, dict) else {}
        self.add_form("", RecognitionFields, recognition, place="recognition")
        quota = self.raw.get("quota")
        table = quota | {"is_set": True} if isinstance(quota, dict) else {}
        self.add_form("quota", QuotaFields, table, place="quota")

    @property
    def recognition(self) -> Fields:
        return self.forms[""]

    @property
    def quota(self) -> Fields:
        return self.forms["quota"]

    def written(self) -> Raw:
        raw = {key: value for key, value in self.raw.items() if key != "quota"}
        quota = self.forms["quota"].table()
        if quota.pop("is_set", False):
            # Not asked on screen: there is one way of rounding.
            held = self.raw.get("quota")
            rounding = held.get("rounding") if isinstance(held, dict) else None
            raw["quota"] = quota | ({"rounding": rounding} if rounding else {})
        return raw | {"recognition": self.forms[""].table()}
