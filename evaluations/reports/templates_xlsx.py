"""Empty workbooks for units and members: headers with notes, drop-downs, instructions."""

from collections.abc import Sequence
from io import BytesIO

from django.db.models import Q
from django.utils import timezone

from cells import access
from cells.models import CellKind, Level, Unit, User
from evaluations.models import Evaluation, Period
from evaluations.reports.result_template import RESULT_GUIDE, result_fields
from evaluations.reports.sheets_xlsx import SheetBook, sheets_xlsx
from evaluations.reports.template_fields import DAY_HINT, Field
from evaluations.reports.workbook_style import (
    GUIDE,
    Lists,
    Style,
    complaint,
    guide,
    new_workbook,
    prompt,
    protect,
    write,
)
from members.models import Post
from members.services.offices import CELL_KINDS

ROWS = 2000
HEAD_ROW = 3
CODES_SHEET = "Mã đơn vị"
CODES_MOST = 3000
# What begins like this is no table to import.
EXAMPLES_SHEET = f"{GUIDE} - ví dụ"


def template_xlsx(kind: str, user: User) -> bytes | None:
    """Return the template of a kind of import, with the codes that `user` may use."""
    if kind == "sheets":
        return _sheets_template(user)
    within = Unit.objects.allowed(user, access.IMPORT).active().order_by("path")
    codes = list(within.values_list("code", "name")[:CODES_MOST])
    if kind == "units":
        return template_book("Danh sách đơn vị", _unit_fields(), codes, UNIT_GUIDE)
    if kind == "results":
        ever = Unit.objects.allowed(user, access.IMPORT).cells().order_by("path")
        codes = list(ever.values_list("code", "name")[:CODES_MOST])
        return template_book("Kết quả các kỳ trước", result_fields(), codes, RESULT_GUIDE)
    if kind == "posts":
        return template_book("Danh sách chức vụ", _post_fields(), codes, POST_GUIDE)
    return template_book("Danh sách đảng viên", _member_fields(), codes, MEMBER_GUIDE)


def _sheets_template(user: User) -> bytes | None:
    """Return the form of the newest period that `user` may enter, without rows."""
    period = (
        Period.objects.opened()
        .filter(pk__in=Evaluation.objects.allowed(user, access.ENTER).values("period"))
        .order_by("-ends_on", "kind")
        .first()
    )
    if period is None:
        return None
    sheet = (
        Evaluation.objects.allowed(user, access.ENTER)
        .filter(period=period, unit__is_cell=True)
        .select_related("criteria")
        .first()
    )
    if sheet is None:
        return None
    return sheets_xlsx(SheetBook(period, "ghi mã và tên chi bộ", sheet.criteria, ()))


def _in_force(model: type[Level] | type[CellKind]) -> tuple[str, ...]:
    today = timezone.localdate()
    open_ones = model.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today
    )
    return tuple(open_ones.values_list("name", flat=True))


def _unit_fields() -> list[Field]:
    return [
        Field("Mã", 16, "Mã riêng của đơn vị, dùng suốt đời. Chữ, số, dấu . - _.", True, True),
        Field("Tên", 40, "Tên đầy đủ của đảng ủy hoặc chi bộ.", True),
        Field(
            "Mã đơn vị cấp trên",
            18,
            "Mã của đảng ủy cấp trên; có thể ở dòng khác của tệp này.",
            True,
            True,
        ),
        Field("Loại tổ chức", 26, "Chọn trong danh sách.", True, choices=_in_force(Level)),
        Field("Loại hình", 30, "Chỉ ghi cho chi bộ.", choices=_in_force(CellKind)),
        Field("Ngày thành lập", 16, DAY_HINT, True, True),
        Field("Mã tổ chức đảng", 20, "14 chữ số; để trống nếu chưa có.", text=True),
        Field("Số quyết định", 22, "Quyết định thành lập hoặc thay đổi.", text=True),
        Field(
            "Ngày hiệu lực",
            16,
            f"Ngày thay đổi có hiệu lực; trống là hôm nay. {DAY_HINT}",
            text=True,
        ),
    ]


def _member_fields() -> list[Field]:
    posts = (*(kind.label for kind in CELL_KINDS), "Đảng viên")
    return [
        Field("Họ và tên", 30, "Họ, đệm, tên có dấu.", True),
        Field("Năm sinh", 12, "Bốn chữ số. Nếu ghi ngày sinh thì chỉ năm được lưu."),
        Field(
            "Số thẻ",
            18,
            "12 chữ số. Phần mềm chỉ giữ 4 số cuối và một mã băm, không giữ cả số.",
            text=True,
        ),
        Field("Mã chi bộ", 16, f"Xem trang “{CODES_SHEET}”.", True, True),
        Field("Ngày vào Đảng", 16, DAY_HINT, text=True),
        Field("Ngày chính thức", 16, f"Để trống nếu còn dự bị. {DAY_HINT}", text=True),
        Field("Ngày về chi bộ", 16, f"Trống là hôm nay. {DAY_HINT}", text=True),
        Field("Chức vụ", 18, "Chức vụ trong chi bộ.", choices=posts),
        Field("Ngày giữ chức vụ", 16, f"Trống là hôm nay. {DAY_HINT}", text=True),
        Field("Miễn công tác từ ngày", 16, f"Để trống nếu không miễn. {DAY_HINT}", text=True),
    ]


def _post_fields() -> list[Field]:
    return [
        Field("Mã chi bộ", 16, f"Mã chi bộ hoặc đảng ủy; xem trang “{CODES_SHEET}”.", True, True),
        Field("Họ và tên", 30, "Như trong danh sách đảng viên.", True),
        Field("Năm sinh", 12, "Để phân biệt người trùng tên."),
        Field("Số thẻ", 18, "12 chữ số, nếu cả năm sinh cũng trùng.", text=True),
        Field("Chức vụ", 26, "Chọn trong danh sách.", True, choices=tuple(Post.Kind.labels)),
        Field("Từ ngày", 16, f"Trống là hôm nay. {DAY_HINT}", text=True),
        Field("Đến ngày", 16, f"Ngày đầu tiên không còn giữ; trống là đang giữ. {DAY_HINT}",
              text=True),
        Field("Nhiệm kỳ", 16, "Ví dụ 2025-2030.", text=True),
        Field("Số quyết định", 22, "Quyết định chuẩn y hoặc chỉ định.", text=True),
    ]  # fmt: skip


UNIT_GUIDE = [
    ("Mỗi dòng một đơn vị", "Đảng ủy và chi bộ ghi chung một bảng, thứ tự dòng không quan trọng."),
    ("Đơn vị mới", "Mã chưa có trong phần mềm: đơn vị được thêm vào."),
    (
        "Đơn vị đã có",
        "Đổi tên, cấp trên, loại tổ chức, loại hình: phần mềm ghi thêm một mốc từ “Ngày hiệu lực”;"
        " thông tin cũ và kết quả các kỳ trước giữ nguyên.",
    ),
    ("Ô trống", "Ô trống nghĩa là không thay đổi; không xóa thông tin đang có."),
]
MEMBER_GUIDE = [
    ("Mỗi dòng một đảng viên", "Hai người trùng họ tên, năm sinh, chi bộ thì ghi số thẻ cả hai."),
    (
        "Số thẻ",
        "Ghi dạng văn bản để không mất số 0 ở đầu. Phần mềm chỉ giữ 4 số cuối và một mã băm.",
    ),
    (
        "Chuyển chi bộ",
        "Ghi mã chi bộ mới, số thẻ và ngày về chi bộ mới: phần mềm đóng lần sinh hoạt ở chi bộ cũ"
        " từ ngày đó.",
    ),
    (
        "Chức vụ",
        "Bí thư, Phó bí thư, Chi ủy viên. Ghi “Đảng viên” để thôi chức vụ; để trống là giữ nguyên."
        " Bí thư mới thay bí thư cũ.",
    ),
    ("Ô trống", "Ô trống nghĩa là không thay đổi; không xóa thông tin đang có."),
    (
        "Bí mật",
        "Không ghi thông tin thuộc danh mục bí mật nhà nước, lý do y tế, nội dung vi phạm.",
    ),
]

POST_GUIDE = [
    ("Mỗi dòng một chức vụ", "Một người giữ hai chức vụ thì ghi hai dòng. Đảng viên phải có sẵn."),
    ("Bí thư mới", "Thay bí thư đang giữ chức từ ngày ghi ở cột “Từ ngày”."),
    ("Thôi giữ chức", "Ghi lại dòng đó và điền cột “Đến ngày”."),
    (
        "Chi ủy",
        "Chi bộ từ 9 đảng viên chính thức mới bầu chi ủy, nhiều nhất 7 người kể cả bí thư, phó"
        " bí thư.",
    ),
    ("Ô trống", "Ô trống nghĩa là không thay đổi; không xóa thông tin đang có."),
]


def template_book(
    title: str,
    fields: Sequence[Field],
    codes: Sequence[tuple[str, str]],
    how_to: list[tuple[str, str]],
    examples: Sequence[Sequence[str]] = (),
) -> bytes:
    """Return a workbook to fill in; `examples` are rows shown on a sheet that is not imported."""
    target = BytesIO()
    with new_workbook(target) as book:
        style = Style(book)
        page = book.add_worksheet("Danh sách")
        write(page, 0, 0, title, style.title)
        hint = "Điền từ dòng 5. Cột có dấu * bắt buộc với dòng mới. Xem trang “Hướng dẫn”."
        write(page, 1, 0, hint, style.hint)
        for row, height in enumerate((26, 20, 10, 40)):
            page.set_row(row, height, style(text_wrap=False))
        fill = [(field.header + (" *" if field.required else ""), field.hint) for field in fields]
        guide(book, style, "Cách điền", [*how_to, *fill])
        if examples:
            _examples(book.add_worksheet(EXAMPLES_SHEET), style, fields, examples)
        listed = book.add_worksheet(CODES_SHEET)
        _codes(listed, style, codes)
        lists = Lists(book)
        for column, field in enumerate(fields):
            header = fill[column][0]
            page.set_column(
                column, column, field.width, style.entry(num_format="@" if field.text else "0")
            )
            write(page, HEAD_ROW, column, header, style.head("#1d4e9e"))
            page.write_comment(HEAD_ROW, column, field.hint, {"x_scale": 2})
            page.data_validation(HEAD_ROW + 1, column, HEAD_ROW + ROWS, column, _rule(field, lists))
        page.freeze_panes(HEAD_ROW + 1, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.print_area(0, 0, HEAD_ROW + 30, len(fields) - 1)
        protect(page)
    return target.getvalue()


def _rule(field: Field, lists: Lists) -> dict[str, str]:
    shown = prompt(field.header, field.hint)
    if not field.choices:
        return {"validate": "any", **shown}
    return {
        "validate": "list",
        "source": lists.source(field.choices),
        **complaint("Chọn một mục trong danh sách."),
        **shown,
    }


def _codes(sheet, style: Style, codes: Sequence[tuple[str, str]]) -> None:  # type: ignore[no-untyped-def]
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 60)
    # Not “Mã”, “Tên”: this list must not be taken for a table to import.
    for column, text in enumerate(("Mã để tra cứu", "Đơn vị hiện có")):
        write(sheet, 0, column, text, style.head("#1d4e9e"))
    for row, pair in enumerate(codes, start=1):
        for column, text in enumerate(pair):
            write(sheet, row, column, text, style(border=1))
    sheet.freeze_panes(1, 0)


def _examples(  # type: ignore[no-untyped-def]
    sheet, style: Style, fields: Sequence[Field], rows: Sequence[Sequence[str]]
) -> None:
    for column, field in enumerate(fields):
        sheet.set_column(column, column, field.width)
        write(sheet, 0, column, field.header, style.head("#333333"))
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            write(sheet, number, column, text, style(border=1, valign="top"))
    sheet.freeze_panes(1, 1)
