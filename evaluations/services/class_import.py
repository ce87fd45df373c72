"""The class of the year from a workbook of sheets: written beside the lines of each cell."""

from django.utils import timezone

from cells.imports import RowReader
from cells.models import AuditEntry, Door, User
from evaluations.models import Evaluation
from evaluations.reasons import class_name
from evaluations.services.sheet_basis import Basis
from evaluations.sheet_columns import CLASS_KEY, PartError, read_class


def class_given(reader: RowReader, sheet: Evaluation, basis: Basis | None, by: User) -> str:
    """Return the class that a row gives to a sheet; "" where it changes nothing or complained."""
    try:
        code = read_class(sheet.criteria.rules, reader.row.values.get(CLASS_KEY))
    except PartError as error:
        reader.fail(CLASS_KEY, error.message, error.kind)
        return ""
    if code in ("", sheet.annual_class):
        return ""
    _, before = basis.values.get((sheet.unit.code, CLASS_KEY), (0, "")) if basis else (0, code)
    if basis and code == before:
        return ""
    if basis and sheet.annual_class != before:
        return _of_both(reader, sheet, code, by)
    return code


def _of_both(reader: RowReader, sheet: Evaluation, code: str, by: User) -> str:
    """Complain of a class that was changed on both sides, unless by this very import before."""
    last = (
        AuditEntry.objects.of("evaluation", sheet.pk)
        .filter(field="annual_class")
        .select_related("by")
        .first()
    )
    if last and last.by_id == by.pk and last.door == Door.IMPORT:
        return code
    who = f", {last.by or 'người khác'} đã ghi" if last else " đã ghi"
    when = f" lúc {timezone.localtime(last.at):%H:%M %d/%m/%Y}" if last else ""
    reader.fail(
        CLASS_KEY,
        f"Sau khi xuất tệp{who} xếp loại năm “{class_name(sheet.annual_class)}”{when}; trong tệp"
        f" là “{class_name(code)}”. Xuất lại phiếu rồi điền, hoặc sửa trên trang phiếu.",
        "conflict",
    )
    return ""
