"""What holds on a day: the names of levels and kinds, and where units stand."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import Q

from cells.models import CellKind, Level, Placement

D = TypeVar("D", Level, CellKind)


def in_force(model: type[D], day: date) -> dict[str, D]:
    """Return the rows of a day by their code."""
    rows = model.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
    return {row.code: row for row in rows}


def not_in_force(model: type[D], code: str, day: date) -> str:
    """Say why a level or kind cannot be used on a day."""
    what = "cấp" if model is Level else "loại hình"
    if not code:
        return f"Thiếu {what}. Chọn {what} của đơn vị mới."
    known = model.objects.filter(code=code).order_by("-valid_from").first()
    return f"Ngày {day:%d/%m/%Y} không có {what} “{known or code}”. Chọn {what} khác."


def open_placements(units: Iterable[int]) -> dict[int, Placement]:
    """Return where units stand today, by the key of the unit."""
    rows = Placement.objects.filter(unit__in=list(units), valid_to__isnull=True)
    return {row.unit_id: row for row in rows}
