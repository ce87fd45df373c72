"""The lines of a criteria set as a paper form prints them: what is asked, what it gives."""

from typing import Any

from evaluations.criteria_words import band_words
from evaluations.reasons import class_name
from evaluations.rules.numbers import spoken
from evaluations.rules.structure import Band, Criteria, Group, Indicator

LETTERS = "abcdefghij"
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
EVIDENCE = {
    "required": "Kèm minh chứng.",
    "evidence_or_explanation": "Kèm minh chứng hoặc giải trình.",
}
EMPTY = {"full": "đủ điểm", "zero": "0 điểm", "na": "không tính dòng này"}


def printed_set(rules: Criteria) -> dict[str, Any]:
    """Return what the forms of one set have in common."""
    return {
        "groups": [_group(number, group) for number, group in enumerate(rules.groups)],
        "max": spoken(sum(group.max for group in rules.groups)),
        "vetoes": [{"code": veto.code, "title": veto.title} for veto in rules.vetoes],
        "classes": [
            {"code": code, "title": class_name(code)} for code in reversed(rules.annual_classes)
        ]
        if rules.recognition.annual_class_gte
        else [],
    }


def letter_of(line: Indicator, code: str) -> str:
    """Return the letter before an option on paper, "" for none."""
    codes = [option.code for option in line.options]
    return LETTERS[codes.index(code)] if code in codes else ""


def _group(number: int, group: Group) -> dict[str, Any]:
    return {
        "code": group.code,
        "title": f"{ROMAN[number]}. {group.title} (tối đa {spoken(group.max)} điểm,"
        f" cần từ {spoken(group.floor)})",
        "sum": f"Cộng nhóm {ROMAN[number]}",
        "max": spoken(group.max),
        "lines": [_line(line) for line in group.indicators],
    }


def _line(line: Indicator) -> dict[str, Any]:
    return {
        "code": line.code,
        "title": line.title,
        "note": EVIDENCE.get(line.evidence, ""),
        "how": _how(line),
        "max": spoken(line.max),
        "input": line.input,
        "na": line.na,
        "options": [{"letter": letter_of(line, option.code)} for option in line.options],
    }


def _band(band: Band, line: Indicator) -> str:
    # Neither the sign nor the points move to the next line alone.
    said = band_words(band, line.input).removesuffix(" điểm")
    return said.replace(" %", "\u00a0%").replace(": ", ":\u00a0")


def _how(line: Indicator) -> str:
    """Say shortly how the points are given."""
    said = []
    if line.input == "ratio":
        said.append(f"Tử số: {line.num_label}; mẫu số: {line.den_label}.")
    if line.options:
        said.append(
            "; ".join(
                f"{letter_of(line, option.code)}) {option.title}: {spoken(option.points)}"
                for option in line.options
            )
            + "."
        )
    if line.bands:
        bands = [_band(band, line) for band in line.bands]
        if line.input == "ratio" and line.empty:
            bands.append(f"mẫu số bằng 0: {EMPTY[line.empty]}")
        said.append("Điểm: " + "; ".join(bands) + ".")
    return " ".join(said)
