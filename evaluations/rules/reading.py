"""Turn the tables of a criteria file into the structure, noting every fault."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, cast, get_args

from evaluations.rules.numbers import half_up, spoken
from evaluations.rules.quota import Base, Quota
from evaluations.rules.structure import (
    Band,
    Criteria,
    EmptyRule,
    Evidence,
    Feed,
    Grade,
    Group,
    HowFed,
    Indicator,
    Input,
    Level,
    Likeness,
    Option,
    Recognition,
    Relation,
    Veto,
)
from evaluations.rules.table import Ledger, Table

SUBJECTS = ("cell", "committee", "member")
PERIODS = ("quarter", "year", "month")
FULL = 100_00
IN_TIME: tuple[HowFed, ...] = ("sum", "last", "worst", "full")
FROM_BELOW: tuple[HowFed, ...] = ("sum", "full", "eligible")
MEASURES = ("num_label", "den_label", "options", "bands", "empty", "may_exceed_100")


class Reading(NamedTuple):
    """A set as far as it could be read; only without errors is `criteria` to be used."""

    criteria: Criteria
    ledger: Ledger
    top: Table


def read_criteria(raw: dict[str, Any]) -> Reading:
    """Read a set, going on after every fault."""
    ledger = Ledger()
    top = Table(raw, ledger)
    grades = tuple(_grade(table) for table in top.tables("grades"))
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
        recognition=_recognition(top.table("recognition"), classes),
        levels=_levels(top.tables("levels")),
        groups=tuple(_group(table, grades) for table in top.tables("groups")),
        vetoes=tuple(_veto(table) for table in top.tables("vetoes", required=False)),
        quota=_quota(top.table("quota")) if "quota" in raw else None,
        legal_basis=top.texts("legal_basis", required=False),
        version=top.integer("version", default=1),
        succeeds=top.text("succeeds") if "succeeds" in raw else None,
        relations=tuple(
            _relation(t) for t in top.tables("relations", required=False, unique=False)
        ),
    )
    top.close()
    _check_totals(top, criteria)
    _check_codes(top, criteria)
    return Reading(criteria, ledger, top)


def _grade(table: Table) -> Grade:
    share = table.exact("share")
    if share is not None and share > 1:
        table.refuse("“share” không được lớn hơn 1", "share")
    ratio = share.as_integer_ratio() if share is not None else (0, 1)
    grade = Grade(table.text("code"), table.text("title"), ratio)
    table.close()
    return grade


def _recognition(table: Table, classes: tuple[str, ...]) -> Recognition:
    total = table.number("total_gte", at_most=FULL)
    asked = "annual_class_gte" in table.raw
    lowest = table.choice("annual_class_gte", classes) if asked else None
    table.close()
    return Recognition(total, lowest)


def _levels(tables: Sequence[Table]) -> tuple[Level, ...]:
    levels: list[Level] = []
    for table in tables:
        level = Level(table.text("code"), table.text("title"), table.number("gte", at_most=FULL))
        table.close()
        if levels and level.gte >= levels[-1].gte and table.ledger.is_sound(table):
            table.refuse("các mức xếp loại phải xếp từ cao xuống thấp và không lặp", "gte")
        table.ledger.keep(table, level)
        levels.append(level)
    if levels and levels[-1].gte:
        tables[-1].refuse("các mức xếp loại phải kết thúc ở 0", "gte")
    return tuple(levels)


def _veto(table: Table) -> Veto:
    veto = Veto(*(table.text(key) for key in ("code", "slug", "title", "source")))
    table.close()
    table.ledger.keep(table, veto)
    return veto


def _quota(table: Table) -> Quota:
    if "rounding" in table.raw:
        table.choice("rounding", ["floor"])
    special = "exception_percent" in table.raw
    quota = Quota(
        percent=table.number("percent", at_most=FULL),
        base=cast(Base, table.choice("base", get_args(Base))),
        exception_percent=table.number("exception_percent", at_most=FULL) if special else None,
        group_by=table.text("group_by", default=""),
    )
    table.close()
    table.ledger.keep(table, quota)
    return quota


def _relation(table: Table) -> Relation:
    relation = cast(Likeness, table.choice("relation", get_args(Likeness)))
    code, was = table.text("code", default=""), table.text("was", default="")
    if (relation != "dropped") != bool(code):
        table.refuse("“code” (dòng mới) cần có, trừ khi dòng cũ bị bỏ (“dropped”)", "code")
    if (relation != "new") != bool(was):
        table.refuse("“was” (dòng cũ) cần có, trừ khi dòng là mới (“new”)", "was")
    table.close()
    made = Relation(code, was, relation)
    table.ledger.keep(table, made)
    return made


def _group(table: Table, grades: tuple[Grade, ...]) -> Group:
    group = Group(
        code=table.text("code"),
        title=table.text("title"),
        max=table.number("max", positive=True),
        floor_percent=table.number("floor_percent", at_most=FULL),
        indicators=tuple(_indicator(line, grades) for line in table.tables("indicators")),
    )
    table.close()
    parts = [line.max for line in group.indicators]
    # A maximum that could not be read is 0 and was refused by itself.
    if group.max and parts and all(parts) and sum(parts) != group.max:
        most, sums = spoken(group.max), spoken(sum(parts))
        table.refuse(f"điểm tối đa là {most} nhưng các dòng cộng lại là {sums}", "max")
    table.ledger.keep(table, group)
    return group


def _indicator(table: Table, grades: tuple[Grade, ...]) -> Indicator:
    kind = cast(Input, table.choice("input", get_args(Input)))
    most = table.number("max", positive=True)
    ratio, counted = kind == "ratio", kind in ("ratio", "count")
    if table.raw.get("input") != kind:
        table.taken.update(MEASURES)  # which of them belong to the line is not known
    indicator = Indicator(
        code=table.text("code"),
        slug=table.text("slug"),
        title=table.text("title"),
        max=most,
        input=kind,
        source=table.text("source"),
        guidance=table.text("guidance", default=""),
        num_label=table.text("num_label", default="") if counted else "",
        den_label=table.text("den_label", default="") if ratio else "",
        options=_options(table, kind, most, grades),
        bands=_bands(table, most) if counted else (),
        empty=cast(EmptyRule, table.choice("empty", get_args(EmptyRule))) if ratio else None,
        na=table.flag("na"),
        may_exceed_100=table.flag("may_exceed_100") if ratio else False,
        kinds=table.texts("kinds", required=False),
        data_source=table.text("data_source", default=""),
        cutoff=table.text("cutoff", default=""),
        evidence=cast(Evidence, table.choice("evidence", get_args(Evidence), default="optional")),
        from_month=_feed(table, "from_month", IN_TIME),
        from_quarter=_feed(table, "from_quarter", IN_TIME),
        from_cells=_feed(table, "from_cells", FROM_BELOW),
    )
    table.close()
    table.ledger.keep(table, indicator)
    return indicator


def _feed(line: Table, key: str, ways: tuple[HowFed, ...]) -> Feed | None:
    if key not in line.raw:
        return None
    table = line.table(key)
    how = cast(HowFed, table.choice("how", ways))
    feed = Feed("" if how == "eligible" else table.text("code"), how)
    table.close()
    return feed


def _options(table: Table, kind: Input, most: int, grades: tuple[Grade, ...]) -> tuple[Option, ...]:
    if kind == "grade":
        return tuple(
            Option(g.code, g.title, half_up(most * g.share[0], g.share[1])) for g in grades
        )
    if kind != "choice":
        return ()
    options = []
    for row in table.tables("options"):
        points = row.number("points", at_most=most or None)
        options.append(Option(row.text("code"), row.text("title"), points))
        row.close()
    return tuple(options)


def _bands(table: Table, most: int) -> tuple[Band, ...]:
    bands: list[Band] = []
    for row in table.tables("bands"):
        edges = [key for key in ("gte", "gt") if key in row.raw]
        if len(edges) != 1:
            row.refuse("cần đúng một trong hai mục “gte” (từ) và “gt” (trên)")
        thresholds = [row.number(key) for key in edges] or [0]
        points = row.number("points", at_most=most or None)
        band = Band(thresholds[0], edges[:1] == ["gt"], points)
        row.close()
        # "above 0" stands higher than "from 0".
        if bands and not _edge(band) < _edge(bands[-1]) and table.ledger.is_sound(row):
            row.refuse("phải thấp hơn mức đứng trên: xếp từ cao xuống thấp và không lặp")
        bands.append(band)
    return tuple(bands)


def _edge(band: Band) -> tuple[int, bool]:
    return band.threshold, band.strict


def _check_totals(top: Table, criteria: Criteria) -> None:
    # A day that could not be read is the first of all days and was refused by itself.
    if criteria.valid_to and date.min < criteria.valid_to < criteria.valid_from:
        top.refuse("“valid_to” không được trước “valid_from”", "valid_to")
    parts = [group.max for group in criteria.groups]
    if parts and all(parts) and sum(parts) != FULL:
        top.refuse(f"các nhóm cộng lại phải là 100 điểm, đang là {spoken(sum(parts))}", "groups")


def _check_codes(top: Table, criteria: Criteria) -> None:
    """Refuse a line code in two groups, and relations that lead nowhere."""
    seen: dict[str, str] = {}
    for table, line in top.ledger.of(Indicator):
        group = table.path.split("/")[1]
        if seen.setdefault(line.code, group) != group:
            table.refuse(f"mã “{line.code}” đã có ở nhóm {seen[line.code]}", "code")
    if criteria.succeeds is None and criteria.relations:
        top.refuse("có “relations” thì phải có “succeeds” (mã bộ tiêu chí trước)", "succeeds")
    if criteria.succeeds and criteria.succeeds == criteria.code:
        top.refuse("“succeeds” phải là mã của một bộ tiêu chí khác", "succeeds")
    paired: set[tuple[str, str]] = set()
    for table, relation in top.ledger.of(Relation):
        if relation.code and relation.code not in seen:
            table.refuse(f"bộ này không có dòng “{relation.code}”", "code")
        if (relation.code, relation.was) in paired:
            table.refuse("bị lặp")
        paired.add((relation.code, relation.was))
