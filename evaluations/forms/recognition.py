"""What is typed on a recognition board and under its decision: shape and choices only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from cells.vietnamese import tidy
from evaluations.forms.signed import SignedForm
from evaluations.models import Recognition
from evaluations.services.recognition_board import Choice

LONGEST = 500
BIGGEST = 2**63


@dataclass(frozen=True)
class Typed:
    """The board as it was posted; only the sheets it showed."""

    choices: Mapping[int, Choice]
    exception: tuple[bool, str] | None
    version: int

    @classmethod
    def read(cls, posted: Any) -> "Typed":
        chosen = set(posted.getlist("chosen"))
        shown = [key for key in posted.getlist("cells") if _is_key(key)]
        return cls(
            choices={
                int(key): Choice(key in chosen, tidy(posted.get(f"reason-{key}", ""))[:LONGEST])
                for key in shown
            },
            exception=(
                "has_exception" in posted,
                tidy(posted.get("exception_reason", ""))[:LONGEST],
            )
            if "asks_exception" in posted
            else None,
            version=whole(posted.get("version", "")),
        )


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:20]) < BIGGEST


def whole(text: str) -> int:
    """Read a number that the page itself sent; anything else is 0."""
    return int(text) if _is_key(text) else 0


class RecognitionForm(SignedForm):
    """Number, date and signer of a recognition."""

    noun = "quyết định công nhận"
    signer_post = forms.ChoiceField(
        label="Chức vụ người ký",
        choices=Recognition.Post.choices,
        error_messages={"required": "Hãy chọn chức vụ.", "invalid_choice": "Hãy chọn chức vụ."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = Recognition.objects.issued()
        self.fields["signer_post"].widget.attrs.update(
            {"class": "form-select", "autocomplete": "off", "aria-describedby": "signer_post-error"}
        )


class CorrectionForm(forms.Form):
    """Why an issued recognition has to be replaced."""

    reason = forms.CharField(
        label="Lý do thay quyết định",
        max_length=LONGEST,
        widget=forms.Textarea(
            {"class": "form-control", "rows": 4, "aria-describedby": "reason-error"}
        ),
        error_messages={
            "required": "Hãy ghi rõ vì sao phải thay quyết định này.",
            "max_length": f"Lý do dài quá {LONGEST} ký tự. Hãy viết gọn lại.",
        },
    )
