"""The workbook in which a clerk writes many events: columns, instructions, examples."""

from cells import access
from cells.models import CellKind, Level, Reorganisation, Unit, User
from evaluations.reports.template_fields import DAY_HINT, Field
from evaluations.reports.templates_xlsx import CODES_MOST, CODES_SHEET, template_book

Kind = Reorganisation.Kind


def reorganisation_template(user: User) -> bytes:
    """Return the template with the codes of what `user` may reorganise."""
    within = Unit.objects.allowed(user, access.REORGANISE).active().order_by("path")
    codes = list(within.values_list("code", "name")[:CODES_MOST])
    return template_book("Các sự kiện sắp xếp tổ chức", _fields(), codes, GUIDE, EXAMPLES)


def _fields() -> list[Field]:
    return [
        Field("Loại", 16, "Chọn trong danh sách.", True, choices=tuple(Kind.labels)),
        Field("Ngày hiệu lực", 16, f"Ngày đầu tiên theo tổ chức mới. {DAY_HINT}", True, True),
        Field("Số quyết định", 20, "Ví dụ 12-QĐ/ĐU.", True, True),
        Field("Ngày ký", 16, DAY_HINT, True, True),
        Field("Người ký", 24, "Họ tên người ký quyết định.", True),
        Field("Mã trước", 22,
              f"Mã đơn vị trước sắp xếp; nhiều mã thì cách nhau bằng dấu ; (xem “{CODES_SHEET}”)."
              " Thành lập thì để trống.", text=True),
        Field("Mã sau", 22,
              "Mã đơn vị sau sắp xếp. Giải thể, giải tán thì để trống; đổi tên, chuyển giao không"
              " cần ghi.", text=True),
        Field("Tên sau", 36, "Tên đơn vị mới hoặc tên mới."),
        Field("Mã cấp trên", 18, "Đảng ủy cấp trên của đơn vị mới, hoặc nơi chuyển đến.",
              text=True),
        Field("Cấp", 26, "Trống là giữ như trước. Thành lập thì phải chọn.",
              choices=_ever(Level)),
        Field("Loại hình", 30, "Chỉ ghi cho chi bộ; trống là giữ như trước.",
              choices=_ever(CellKind)),
        Field("Địa bàn", 20, "Mã thôn, tổ dân phố mà chi bộ sau phụ trách, cách nhau bằng dấu ;",
              text=True),
        Field("Chuyển đảng viên", 36,
              "Họ tên người về chi bộ ở cột “Mã sau”, cách nhau bằng dấu ;. “còn lại” là mọi người"
              " không ghi tên. Về chi bộ khác thì ghi: Họ tên=MÃ.", text=True),
        Field("Ghi chú", 30, "Trống cũng được."),
    ]  # fmt: skip


def _ever(model: type[Level] | type[CellKind]) -> tuple[str, ...]:
    """Return every name that ever held: an event may lie before today's rules."""
    rows = model.objects.order_by("order", "code", "valid_from")
    return tuple(dict.fromkeys(rows.values_list("name", flat=True)))


GUIDE = [
    (
        "Mỗi dòng một sự kiện",
        "Các sự kiện được làm theo thứ tự dòng: sự kiện sau dùng được đơn vị mà sự kiện trước vừa"
        " lập. Còn một lỗi thì cả tệp không được ghi.",
    ),
    ("Thành lập", "Mã sau, Tên sau, Mã cấp trên, Cấp. Đảng viên chuyển đến: không bắt buộc."),
    (
        "Chia tách",
        "Mỗi đơn vị mới một dòng, cùng Mã trước, cùng ngày hiệu lực và số quyết định. Ghi người về"
        " đơn vị nào ở dòng của đơn vị đó; một dòng ghi “còn lại”.",
    ),
    ("Sáp nhập", "Mã trước nhập vào Mã sau; đơn vị Mã sau vẫn giữ mã, tên của mình."),
    (
        "Hợp nhất",
        "Các đơn vị Mã trước thành một đơn vị mới: Mã sau, Tên sau. Có thể ghi mỗi đơn vị cũ một"
        " dòng.",
    ),
    ("Giải thể, giải tán", "Mã trước. “Chuyển đảng viên” ghi mã chi bộ nhận mọi người."),
    ("Chuyển giao", "Mã trước về dưới đảng ủy ghi ở Mã cấp trên, cùng mọi đơn vị bên dưới."),
    ("Đổi tên", "Mã trước, và Tên sau, Cấp hoặc Loại hình mới."),
    (
        "Kết quả đã có",
        "Phiếu và kết quả các kỳ giữ nguyên ở đơn vị đã đạt được, không chuyển sang đơn vị mới.",
    ),
]
_PAPER = ("01/08/2026", "12-QĐ/ĐU", "20/07/2026", "Nguyễn Văn Mẫu")
_CELL = ("Chi bộ", "Tổ dân phố, khu dân cư")
EXAMPLES = [
    ("Thành lập", *_PAPER, "", "VD-01", "Chi bộ Tổ dân phố Mẫu", "VD", *_CELL, "VD-TDP01", "", ""),
    ("Chia tách", *_PAPER, "VD-02", "VD-02A", "Chi bộ Mẫu 2A", "", "", "", "VD-TDP02",
     "Trần Thị Ví Dụ; Lê Văn Ví Dụ (1980)", "Hai người về chi bộ 2A"),
    ("Chia tách", *_PAPER, "VD-02", "VD-02B", "Chi bộ Mẫu 2B", "", "", "", "VD-TDP03", "còn lại",
     "Mọi người khác về chi bộ 2B"),
    ("Sáp nhập", *_PAPER, "VD-03", "VD-04", "", "", "", "", "", "", "Chi bộ VD-04 giữ tên"),
    ("Hợp nhất", *_PAPER, "VD-05; VD-06", "VD-07", "Chi bộ Mẫu 7", "", "", "", "", "", ""),
    ("Giải thể", *_PAPER, "VD-08", "", "", "", "", "", "", "VD-04", "Đảng viên về VD-04"),
    ("Chuyển giao", *_PAPER, "VD-09", "", "", "VD2", "", "", "", "", ""),
    ("Đổi tên", *_PAPER, "VD-10", "", "Chi bộ Mẫu Tên Mới", "", "", "", "", "", ""),
]  # fmt: skip
