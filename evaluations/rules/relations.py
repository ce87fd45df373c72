"""How the lines of a set follow from those of the set before it and of its quarters."""

from collections import Counter
from collections.abc import Iterable

from evaluations.rules.structure import Criteria, Feed, Indicator, Relation
from evaluations.rules.table import Ledger, Table

# They give a share of sheets, not what the sheets say.
COUNTING = ("full", "eligible")


def relations_missing(criteria: Criteria, previous: Criteria) -> tuple[str, ...]:
    """Return in words which lines of either set no relation accounts for."""
    told = {relation.code for relation in criteria.relations}
    left = {relation.was for relation in criteria.relations}
    new = (f"dòng {code} của bộ mới" for code in criteria.indicators if code not in told)
    old = (f"dòng {code} của bộ trước" for code in previous.indicators if code not in left)
    strange = (
        f"dòng {was} (bộ trước không có)"
        for was in sorted(left - {""})
        if was not in previous.indicators
    )
    return (*new, *old, *strange)


def is_same_throughout(criteria: Criteria, previous: Criteria) -> bool:
    """Tell whether every line stayed what it was, so that totals compare like with like."""
    pairs = [
        (criteria.indicators.get(row.code), previous.indicators.get(row.was))
        for row in criteria.relations
    ]
    return (
        not relations_missing(criteria, previous)
        and all(row.relation == "same" for row in criteria.relations)
        and all(now and was and _scale(now) == _scale(was) for now, was in pairs)
    )


def check_relations(ledger: Ledger, top: Table, criteria: Criteria, known: list[Criteria]) -> None:
    """Note lines that a successor does not relate to the set before, and relations that clash."""
    if not criteria.succeeds or "relations" in {place for _, place, _ in ledger.errors}:
        return
    told = Counter(relation.code for relation in criteria.relations)
    for table, line in ledger.of(Indicator):
        if line.code and not told[line.code]:
            table.refuse("chưa ghi trong “relations” dòng này từ đâu mà có", "code")
    left = Counter(relation.was for relation in criteria.relations)
    for table, relation in ledger.of(Relation):
        whole = relation.relation != "partly"
        if whole and (told[relation.code] > 1 and relation.code):
            table.refuse(f"dòng {relation.code} có nhiều quan hệ thì đều phải là “partly”")
        if whole and (left[relation.was] > 1 and relation.was):
            table.refuse(f"dòng cũ {relation.was} có nhiều quan hệ thì đều phải là “partly”")
    previous = next((one for one in known if one.code == criteria.succeeds), None)
    if previous:
        _check_against(ledger, top, criteria, previous)


def _check_against(ledger: Ledger, top: Table, criteria: Criteria, previous: Criteria) -> None:
    left = {relation.was for relation in criteria.relations}
    for code in previous.indicators:
        if code not in left:
            top.refuse(f"chưa ghi dòng cũ {code} của {previous.code} đi về đâu", "relations")
    for table, relation in ledger.of(Relation):
        before = previous.indicators.get(relation.was)
        now = criteria.indicators.get(relation.code)
        if relation.was and before is None:
            table.refuse(f"{previous.code} không có dòng {relation.was}", "was")
        elif relation.relation == "same" and before and now and _scale(before) != _scale(now):
            table.note("warning", "ghi là “same” nhưng thang điểm khác bộ trước", "relation")


def _scale(line: Indicator) -> tuple[object, ...]:
    options = tuple((option.code, option.points) for option in line.options)
    return line.input, line.max, options, line.bands, line.empty, line.may_exceed_100


def check_feeds(table: Table, line: Indicator, criteria: Criteria, known: list[Criteria]) -> None:
    """Note lines of other sets that cannot feed this one."""
    subject, period = criteria.subject, criteria.period
    if line.from_month:
        if period != "quarter":
            table.refuse("chỉ bộ tiêu chí quý mới lấy gợi ý từ các tháng", "from_month")
        _check_feed(table, line, line.from_month, "from_month", _newest(subject, "month", known))
    if line.from_quarter:
        if period != "year":
            table.refuse("chỉ bộ tiêu chí năm mới lấy gợi ý từ các quý", "from_quarter")
        quarter = _newest(subject, "quarter", known)
        _check_feed(table, line, line.from_quarter, "from_quarter", quarter)
    if line.from_cells:
        if subject != "committee":
            table.refuse("chỉ bộ tiêu chí của đảng bộ mới lấy gợi ý từ các chi bộ", "from_cells")
        _check_feed(table, line, line.from_cells, "from_cells", _newest("cell", period, known))


def _check_feed(
    table: Table, line: Indicator, feed: Feed, key: str, other: Criteria | None
) -> None:
    if feed.how == "sum" and line.options:
        table.refuse("“sum” chỉ cộng được số liệu; lựa chọn thì dùng “last” hoặc “worst”", key)
    if feed.how in COUNTING and line.input != "ratio":
        table.refuse(f"“{feed.how}” cho một tỷ lệ nên dòng phải nhập theo tỷ lệ", key)
    if other is None or feed.how == "eligible":
        return
    source = other.indicators.get(feed.code)
    if source is None:
        table.note("warning", f"{other.code} không có dòng {feed.code}", key)
    elif feed.how in COUNTING:
        return
    elif source.input != line.input:
        table.note("warning", f"dòng {feed.code} của {other.code} nhập theo kiểu khác", key)
    elif any(line.option(option.code) is None for option in source.options):
        table.note("warning", f"dòng {feed.code} của {other.code} có lựa chọn khác", key)


def _newest(subject: str, period: str, known: Iterable[Criteria]) -> Criteria | None:
    """Return the newest set for a subject and a kind of period."""
    fit = [c for c in known if (c.subject, c.period) == (subject, period)]
    return max(fit, key=lambda one: one.valid_from, default=None)
