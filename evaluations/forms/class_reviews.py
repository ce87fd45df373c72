"""The numbers behind the class of the year: one form from the dated rule."""

from typing import Any

from django import forms

from evaluations.rules.annual_class import ClassRules
from evaluations.rules.numbers import spoken

NUMBER = {"class": "form-control", "inputmode": "numeric", "autocomplete": "off"}
WHOLE = {"required": "Ghi một số.", "invalid": "Ghi số nguyên, ví dụ 20.", "min_value": "Từ 0."}


class ClassReviewForm(forms.Form):
    """Points by part, a number and a whole for each measure, facts, the class chosen."""

    reason = forms.CharField(
        label="Lý do, nếu khác mức đề xuất",
        required=False,
        widget=forms.Textarea({"class": "form-control", "rows": 3, "maxlength": 1000}),
    )

    def __init__(self, data: Any = None, *, rules: ClassRules, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.rules = rules
        for part in rules.parts:
            self.fields[f"p-{part.code}"] = forms.DecimalField(
                label=f"{part.title} (tối đa {spoken(part.max)} điểm)",
                min_value=0, max_digits=6, decimal_places=2, localize=True,
                widget=forms.TextInput({**NUMBER, "inputmode": "decimal"}),
                error_messages={"required": "Ghi điểm.", "invalid": "Ghi điểm, ví dụ 27,5."},
            )  # fmt: skip
        for measure in rules.measures.values():
            for side, label in (("n", measure.title), ("d", f"Tổng số {measure.of}")):
                self.fields[f"{side}-{measure.code}"] = forms.IntegerField(
                    label=label, min_value=0, max_value=10**6,
                    widget=forms.TextInput(NUMBER), error_messages=WHOLE,
                )  # fmt: skip
        for code, title in rules.facts.items():
            self.fields[f"f-{code}"] = forms.TypedChoiceField(
                label=title,
                choices=[("no", "Không"), ("yes", "Có")],
                coerce=lambda value: value == "yes",
                widget=forms.RadioSelect({"class": "form-check-input"}),
                error_messages={"required": "Chọn có hoặc không."},
            )
        self.fields["chosen"] = forms.ChoiceField(
            label="Chọn mức",
            required=False,
            choices=[("", "Chọn mức"), *((one.code, one.title) for one in rules.classes)],
        )

    @property
    def part_fields(self) -> list[forms.BoundField]:
        return [self[f"p-{part.code}"] for part in self.rules.parts]

    @property
    def measure_fields(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [
            (measure.title, self[f"n-{code}"], self[f"d-{code}"])
            for code, measure in self.rules.measures.items()
        ]

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        return [self[f"f-{code}"] for code in self.rules.facts]

    def values(self) -> dict[str, Any]:
        """Return what the rule reads: points in hundredths, measures as pairs, facts."""
        data = self.cleaned_data
        return {
            "points": {part.code: int(data[f"p-{part.code}"] * 100) for part in self.rules.parts},
            "measures": {
                code: (data[f"n-{code}"], data[f"d-{code}"]) for code in self.rules.measures
            },
            "facts": {code: data[f"f-{code}"] for code in self.rules.facts},
        }

    def refuse(self, code: str, message: str) -> None:
        """Put a refusal of the rule beside the field it is about."""
        name = next((f"{side}-{code}" for side in "pn" if f"{side}-{code}" in self.fields), None)
        self.add_error(name, message)
