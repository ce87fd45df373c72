"""The sheets of a period as a workbook to fill in: one row per cell, the lines as columns."""

from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from evaluations.reports.class_column import class_column, class_validation
from evaluations.reports.sheet_book import SheetBook
from evaluations.reports.sheets_guide import HOW_TO, guidance, line_guide
from evaluations.reports.workbook_style import (
    GOODS,
    TINTS,
    Lists,
    Style,
    complaint,
    guide,
    new_workbook,
    prompt,
    protect,
    write,
)
from evaluations.rules.numbers import spoken
from evaluations.rules.structure import Indicator
from evaluations.services.sheet_basis import basis_rows
from evaluations.sheet_columns import (
    CLASS_KEY,
    DATA_SHEET,
    NOT_APPLICABLE,
    LineColumn,
    answer_text,
    cell_values,
    columns_of,
)

SHEET = "Phiếu chấm"
GROUP_ROW, TITLE_ROW, HEAD_ROW, FIRST_ROW = 2, 3, 4, 5
FIXED = (("Mã", 16), ("Tên chi bộ", 46), ("Trạng thái", 14))
BLANK_ROWS = 150
HINT = (
    "Điền các ô trắng rồi lưu tệp, sau đó chọn tệp ở mục “Nhập dữ liệu”. Ô trống: chưa chấm."
    f" {NOT_APPLICABLE}: lý do = không áp dụng (chỉ ở dòng cho phép). Ô xám: không sửa."
)


def sheets_xlsx(data: SheetBook) -> bytes:
    """Return the workbook; without rows it is an empty form."""
    target = BytesIO()
    with new_workbook(target) as book:
        style = Style(book)
        page = book.add_worksheet(SHEET)
        columns = columns_of(data.criteria.rules)
        _heads(page, style, data, columns)
        _rows(page, style, data, columns)
        guide(book, style, "Cách điền phiếu", [*HOW_TO, *line_guide(data.criteria.rules)])
        last = FIRST_ROW + (len(data.rows) or BLANK_ROWS) - 1
        lists = Lists(book)
        _validations(page, lists, columns, last)
        if data.criteria.rules.recognition.annual_class_gte:
            place = len(FIXED) + len(columns)
            class_column(page, style, place, HEAD_ROW, _classes(data))
            class_validation(page, lists, data.criteria.rules, place, (FIRST_ROW, last))
        _remember(book, data)
        protect(page)
    return target.getvalue()


def _heads(page: Worksheet, style: Style, data: SheetBook, columns: list[LineColumn]) -> None:
    write(page, 0, 0, f"Phiếu chấm {data.period.title} – {data.unit_name}", style.title)
    write(page, 1, 0, HINT, style.hint)
    for number, (name, width) in enumerate(FIXED):
        page.set_column(number, number, width)
        for row in (GROUP_ROW, TITLE_ROW):
            write(page, row, number, None, style.head())
        write(page, HEAD_ROW, number, name, style.head())
    page.set_default_row(22)
    page.set_row(0, 26)
    page.set_row(GROUP_ROW, 24)
    page.set_row(TITLE_ROW, 84)
    page.set_row(HEAD_ROW, 72)
    place = {column.key: len(FIXED) + n for n, column in enumerate(columns)}
    breaks = []
    for number, group in enumerate(data.criteria.rules.groups):
        keys = [column.key for column in columns if column.indicator in group.indicators]
        breaks.append(place[keys[0]])
        fill = GOODS[number % len(GOODS)]
        _span(page, GROUP_ROW, place[keys[0]], place[keys[-1]], group.title, style.head(fill))
        for indicator in group.indicators:
            own = [column for column in columns if column.indicator is indicator]
            _line_head(page, style, indicator, own, place, number)
    page.freeze_panes(FIRST_ROW, 2)
    page.set_landscape()
    page.set_paper(8)
    # On paper each good has a page of its own, beside code and name.
    page.set_print_scale(55)
    page.repeat_rows(GROUP_ROW, HEAD_ROW)
    page.repeat_columns(0, 1)
    page.set_v_pagebreaks(breaks[1:])


def _line_head(
    page: Worksheet,
    style: Style,
    indicator: Indicator,
    own: list[LineColumn],
    place: dict[str, int],
    number: int,
) -> None:
    tint = style(
        bold=True, border=1, bg_color=TINTS[number % len(TINTS)], align="center", font_size=11
    )
    first, last = place[own[0].key], place[own[-1].key]
    title = f"{indicator.code} {indicator.title} (tối đa {spoken(indicator.max)} điểm)"
    _span(page, TITLE_ROW, first, last, title, tint)
    for column in own:
        write(page, HEAD_ROW, place[column.key], column.header, tint)
        page.set_column(place[column.key], place[column.key], 16 if column.part else 28)
    page.write_comment(
        TITLE_ROW, first, guidance(indicator), {"x_scale": 3, "y_scale": 2, "font_size": 11}
    )


def _span(page: Worksheet, row: int, first: int, last: int, text: str, style: Any) -> None:
    if first == last:
        write(page, row, first, text, style)
    else:
        page.merge_range(row, first, row, last, "", style)
        write(page, row, first, text, style)


def _rows(page: Worksheet, style: Style, data: SheetBook, columns: list[LineColumn]) -> None:
    goods = {
        line.code: TINTS[number % len(TINTS)]
        for number, group in enumerate(data.criteria.rules.groups)
        for line in group.indicators
    }
    for number, row in enumerate(data.rows, start=FIRST_ROW):
        for place, value in enumerate((row.code, row.name, row.state)):
            write(page, number, place, value, style.fixed())
        for place, column in enumerate(columns, start=len(FIXED)):
            line = column.indicator
            values = cell_values(row.answers.get(line.code, {}), line, row.notes.get(line.code, ""))
            align = {"align": "center"} if column.part else {}
            is_closed = row.lock or line.code in row.closed
            cell = style.fixed(**align) if is_closed else style.entry(**align)
            write(page, number, place, values.get(column.part), cell)
        if row.lock:
            page.write_comment(number, 2, row.lock, {"x_scale": 2})
    if not data.rows:
        for number in range(FIRST_ROW, FIRST_ROW + BLANK_ROWS):
            for place in range(len(FIXED) + len(columns)):
                write(page, number, place, None, style.entry())
    # A stripe of the colour of its good below the last row closes each column.
    end = FIRST_ROW + (len(data.rows) or BLANK_ROWS)
    for place, column in enumerate(columns, start=len(FIXED)):
        write(page, end, place, None, style(bg_color=goods[column.indicator.code]))


def _classes(data: SheetBook) -> list[tuple[str, str]]:
    blank = [("", "")] * BLANK_ROWS
    return [(row.annual_class, row.lock) for row in data.rows] or blank


def _validations(page: Worksheet, lists: Lists, columns: list[LineColumn], last: int) -> None:
    for place, column in enumerate(columns, start=len(FIXED)):
        line = column.indicator
        shown = prompt(f"Dòng {line.code}", f"{line.title}. {line.guidance}")
        if line.options:
            choices = tuple(option.title for option in line.options)
            choices += (NOT_APPLICABLE,) if line.na else ()
            also = f" Không áp dụng thì ghi {NOT_APPLICABLE}: lý do." if line.na else ""
            rule: dict[str, Any] = {
                "validate": "list",
                "source": lists.source(choices),
                # Only a warning where words of one's own may stand behind KAD.
                "error_type": "warning" if line.na else "stop",
                **complaint(f"Chọn một mục trong danh sách.{also}"),
            }
        else:
            rule = _number_rule(place, line)
        page.data_validation(FIRST_ROW, place, last, place, {**rule, **shown})


def _number_rule(place: int, line: Indicator) -> dict[str, Any]:
    """Return the check for a whole number from 0 up, or KAD where the line allows it."""
    cell = f"INDIRECT(ADDRESS(ROW(),{place + 1}))"
    number = f"IF(ISNUMBER({cell}),AND({cell}>=0,{cell}=INT({cell})),FALSE)"
    na = f'LEFT({cell},{len(NOT_APPLICABLE)})="{NOT_APPLICABLE}"'
    formula = f"=OR({na},{number})" if line.na else f"={number}"
    also = f" hoặc {NOT_APPLICABLE}: lý do" if line.na else ""
    return {
        "validate": "custom",
        "value": formula,
        **complaint(f"Ghi một số nguyên từ 0 trở lên{also}. Không ghi phần trăm."),
    }


def _remember(book: Workbook, data: SheetBook) -> None:
    """Add the hidden sheet by which the import knows period, criteria and what stood where."""
    hidden = book.add_worksheet(DATA_SHEET)
    hidden.hide()
    asks_class = data.criteria.rules.recognition.annual_class_gte
    values = {
        row.code: {
            line: (row.versions[line], answer_text(answer, row.notes.get(line, "")))
            for line, answer in row.answers.items()
        }
        | ({CLASS_KEY: (0, row.annual_class)} if asks_class else {})
        for row in data.rows
    }
    rows = basis_rows(
        period=data.period.code,
        criteria=data.criteria.code,
        sha256=data.criteria.sha256,
        values=values,
    )
    for number, texts in enumerate(rows):
        for place, text in enumerate(texts):
            hidden.write_string(number, place, text)
