"""How to fill in a workbook of sheets, in words."""

from evaluations.rules.numbers import spoken
from evaluations.rules.structure import Criteria, Indicator
from evaluations.sheet_columns import NOT_APPLICABLE

HOW_TO = [
    ("Mỗi dòng một chi bộ", "Mỗi dòng ở trang “Phiếu chấm” là phiếu của một chi bộ."),
    ("Ô có danh sách", "Bấm vào ô, chọn một mục trong danh sách thả xuống."),
    (
        "Ô tử số, mẫu số",
        "Ghi số đếm được, là số nguyên: ví dụ 27 người đạt trong 30 người thì tử số 27, mẫu số 30."
        " Không ghi phần trăm.",
    ),
    (
        NOT_APPLICABLE,
        f"Ghi {NOT_APPLICABLE} khi chỉ báo không áp dụng cho chi bộ; chỉ những dòng có ghi"
        f" “được phép KAD” mới nhận. Ghi lý do ngay sau đó: “{NOT_APPLICABLE}: không được giao"
        f" chỉ tiêu”. Với tỷ lệ, ghi ở cả hai ô (lý do ở ô tử số).",
    ),
    (
        "Ô trống",
        "Ô trống là chưa chấm, không phải là 0 điểm. Xóa trắng một ô không xóa giá trị đã lưu;"
        " muốn bỏ giá trị thì sửa trên trang phiếu.",
    ),
    ("Ô xám", "Mã, tên chi bộ và các phiếu đã nộp, đã thẩm định, đã quyết định: không sửa ở đây."),
    (
        "Điền xong",
        "Lưu tệp (.xlsx), vào mục “Nhập dữ liệu”, chọn tệp. Phần mềm kiểm tra thử trước, báo từng"
        " ô sai; chỉ ghi khi đồng chí bấm “Nhập thật”. Có ô sai thì tải lại chính tệp này đã đánh"
        " dấu (cột “Lỗi”, ô đỏ), sửa rồi nhập lại; không cần xóa cột “Lỗi”.",
    ),
    (
        "Người khác cùng sửa",
        "Nếu sau khi xuất tệp có người sửa đúng ô đó trên trang phiếu, phần mềm sẽ báo cả hai giá"
        " trị, ai sửa, lúc nào và không ghi đè.",
    ),
]


def guidance(indicator: Indicator) -> str:
    """Return what to know before filling in a line."""
    parts = [indicator.guidance]
    if indicator.options:
        options = "; ".join(f"{o.title}: {spoken(o.points)} điểm" for o in indicator.options)
        parts.append(options + ".")
    if indicator.bands:
        unit = " %" if indicator.input == "ratio" else ""
        bands = "; ".join(
            f"{'trên' if band.strict else 'từ'} {spoken(band.threshold)}{unit}:"
            f" {spoken(band.points)} điểm"
            for band in indicator.bands
        )
        parts.append(bands[0].upper() + bands[1:] + ".")
    if indicator.na:
        parts.append("Được phép KAD.")
    return " ".join(part for part in parts if part)


def line_guide(rules: Criteria) -> list[tuple[str, str]]:
    return [
        (f"{line.code} (tối đa {spoken(line.max)} điểm)", f"{line.title}\n{guidance(line)}")
        for line in rules.indicators.values()
    ]
