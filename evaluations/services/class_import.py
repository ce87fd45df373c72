"""The class of the year from a workbook of sheets: written beside the lines of each cell."""

from cells.imports import RowReader
from evaluations.models import Evaluation
from evaluations.reasons import class_name
from evaluations.services.sheet_basis import Basis
from evaluations.sheet_columns import CLASS_KEY, PartError, read_class


def class_given(reader: RowReader, sheet: Evaluation, basis: Basis | None) -> str:
    """Return the class that a row gives to a sheet; "" where it changes nothing or complained."""
    try:
        code = read_class(sheet.criteria.rules, reader.row.values.get(CLASS_KEY))
    except PartError as error:
        reader.fail(CLASS_KEY, error.message)
        return ""
    if code in ("", sheet.annual_class):
        return ""
    _, before = basis.values.get((sheet.unit.code, CLASS_KEY), (0, "")) if basis else (0, code)
    if basis and code == before:
        return ""
    if basis and sheet.annual_class != before:
        reader.fail(
            CLASS_KEY,
            f"Sau khi xuất tệp, xếp loại năm đã được ghi là “{class_name(sheet.annual_class)}”."
            " Xuất lại phiếu rồi điền, hoặc sửa trên trang phiếu.",
        )
        return ""
    return code
