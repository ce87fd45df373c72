"""Read criteria sets: dated, sourced TOML in, frozen dataclasses out."""

import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import cast, get_args

from evaluations.rules.numbers import half_up, spoken
from evaluations.rules.quota import Base, Quota
from evaluations.rules.structure import (
    Band,
    Criteria,
    EmptyRule,
    Grade,
    Group,
    Indicator,
    Input,
    Level,
    Option,
    Recognition,
    Veto,
)
from evaluations.rules.table import CriteriaError, Table

__all__ = [
    "Band",
    "Criteria",
    "CriteriaError",
    "Grade",
    "Group",
    "Indicator",
    "Level",
    "Option",
    "Recognition",
    "Veto",
    "load_shipped",
    "parse_criteria",
    "shipped_text",
]

SHIPPED = Path(__file__).resolve().parent.parent / "criteria"
SUBJECTS = ("cell", "committee", "member")
PERIODS = ("quarter", "year")
FULL = 100_00


def parse_criteria(text: str) -> Criteria:
    """Read one criteria set, refusing whatever is missing, misspelt or does not add up."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise CriteriaError(f"Tệp tiêu chí không đúng định dạng TOML: {error}") from error
    code = raw.get("code")
    top = Table(raw, f"Bộ tiêu chí {code}" if isinstance(code, str) else "Bộ tiêu chí")
    grades = tuple(_grade(table) for table in top.tables("grades", "mức"))
    classes = top.texts("annual_classes")
    criteria = Criteria(
        code=top.text("code"),
        subject=top.choice("subject", SUBJECTS),
        period=top.choice("period", PERIODS),
        title=top.text("title"),
        source=top.text("source"),
        valid_from=top.day("valid_from"),
        valid_to=top.day("valid_to") if "valid_to" in raw else None,
        grades=grades,
        annual_classes=classes,
        recognition=_recognition(top.table("recognition", "điều kiện công nhận"), classes),
        levels=tuple(_level(table) for table in top.tables("levels", "mức xếp loại")),
        groups=tuple(_group(table, grades) for table in top.tables("groups", "nhóm")),
        vetoes=tuple(_veto(t) for t in top.tables("vetoes", "điểm loại", required=False)),
        quota=_quota(top.table("quota", "trần")) if "quota" in raw else None,
    )
    top.close()
    _check(top, criteria)
    return criteria


def _grade(table: Table) -> Grade:
    share = table.exact("share")
    if share > 1:
        table.refuse("“share” không được lớn hơn 1")
    grade = Grade(table.text("code"), table.text("title"), share.as_integer_ratio())
    table.close()
    return grade


def _recognition(table: Table, classes: tuple[str, ...]) -> Recognition:
    total = table.number("total_gte", at_most=FULL)
    asked = "annual_class_gte" in table.raw
    lowest = table.choice("annual_class_gte", classes) if asked else None
    table.close()
    return Recognition(total, lowest)


def _level(table: Table) -> Level:
    level = Level(table.text("code"), table.text("title"), table.number("gte", at_most=FULL))
    table.close()
    return level


def _veto(table: Table) -> Veto:
    veto = Veto(*(table.text(key) for key in ("code", "slug", "title", "source")))
    table.close()
    return veto


def _quota(table: Table) -> Quota:
    if "rounding" in table.raw:
        table.choice("rounding", ["floor"])
    quota = Quota(
        percent=table.number("percent", at_most=FULL),
        base=cast(Base, table.choice("base", get_args(Base))),
        exception_percent=(
            table.number("exception_percent", at_most=FULL)
            if "exception_percent" in table.raw
            else None
        ),
        group_by=table.text("group_by", default=""),
    )
    table.close()
    return quota


def _group(table: Table, grades: tuple[Grade, ...]) -> Group:
    group = Group(
        code=table.text("code"),
        title=table.text("title"),
        max=table.number("max"),
        floor_percent=table.number("floor_percent", at_most=FULL),
        indicators=tuple(_indicator(t, grades) for t in table.tables("indicators", "chỉ báo")),
    )
    table.close()
    total = sum(line.max for line in group.indicators)
    if total != group.max:
        table.refuse(
            f"điểm tối đa là {spoken(group.max)} nhưng các chỉ báo cộng lại là {spoken(total)}"
        )
    return group


def _indicator(table: Table, grades: tuple[Grade, ...]) -> Indicator:
    kind = cast(Input, table.choice("input", get_args(Input)))
    most = table.number("max")
    if not most:
        table.refuse("điểm tối đa phải lớn hơn 0")
    ratio = kind == "ratio"
    indicator = Indicator(
        code=table.text("code"),
        slug=table.text("slug"),
        title=table.text("title"),
        max=most,
        input=kind,
        source=table.text("source"),
        guidance=table.text("guidance", default=""),
        num_label=table.text("num_label", default="") if kind in ("ratio", "count") else "",
        den_label=table.text("den_label", default="") if ratio else "",
        options=_options(table, kind, most, grades),
        bands=_bands(table, most) if kind in ("ratio", "count") else (),
        empty=cast(EmptyRule, table.choice("empty", get_args(EmptyRule))) if ratio else None,
        na=table.flag("na"),
        may_exceed_100=table.flag("may_exceed_100") if ratio else False,
    )
    table.close()
    return indicator


def _options(table: Table, kind: Input, most: int, grades: tuple[Grade, ...]) -> tuple[Option, ...]:
    if kind == "grade":
        return tuple(
            Option(g.code, g.title, half_up(most * g.share[0], g.share[1])) for g in grades
        )
    if kind != "choice":
        return ()
    options = []
    for row in table.tables("options", "lựa chọn"):
        options.append(
            Option(row.text("code"), row.text("title"), row.number("points", at_most=most))
        )
        row.close()
    table.unique((option.code for option in options), "lựa chọn")
    return tuple(options)


def _bands(table: Table, most: int) -> tuple[Band, ...]:
    bands = []
    for row in table.tables("bands", "mức điểm"):
        if ("gte" in row.raw) == ("gt" in row.raw):
            row.refuse("cần đúng một trong hai mục “gte” (từ) và “gt” (trên)")
        key = "gte" if "gte" in row.raw else "gt"
        bands.append(Band(row.number(key), key == "gt", row.number("points", at_most=most)))
        row.close()
    # "above 0" stands higher than "from 0".
    order = [(band.threshold, band.strict) for band in bands]
    if order != sorted(set(order), reverse=True):
        table.refuse("các mức điểm phải xếp từ cao xuống thấp và không lặp")
    return tuple(bands)


def _check(top: Table, criteria: Criteria) -> None:
    """Check what only the whole set can show."""
    lines = [line.code for group in criteria.groups for line in group.indicators]
    top.unique(lines, "chỉ báo")
    top.unique((group.code for group in criteria.groups), "nhóm")
    top.unique((veto.code for veto in criteria.vetoes), "điểm loại")
    top.unique((level.code for level in criteria.levels), "mức xếp loại")
    top.unique((grade.code for grade in criteria.grades), "mức")
    top.unique(criteria.annual_classes, "xếp loại năm")
    total = sum(group.max for group in criteria.groups)
    if total != FULL:
        top.refuse(f"các nhóm cộng lại phải là 100 điểm, đang là {spoken(total)}")
    bounds = [level.gte for level in criteria.levels]
    if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        top.refuse("các mức xếp loại phải xếp từ cao xuống thấp và kết thúc ở 0")
    if criteria.valid_to and criteria.valid_to < criteria.valid_from:
        top.refuse("“valid_to” không được trước “valid_from”")


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.toml"))]
    return {tomllib.loads(text)["code"]: text for text in texts}


def shipped_text(code: str) -> str:
    """Return the verbatim text of a set that comes with the project."""
    return _texts()[code]


@lru_cache(maxsize=1)
def load_shipped() -> dict[str, Criteria]:
    """Return the sets that come with the project, by code."""
    return {code: parse_criteria(text) for code, text in _texts().items()}
