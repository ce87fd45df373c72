"""Residential areas: founded, split, renamed, closed; and which cells work there, from when.

What happens to an area changes no cell, and what happens to a cell changes no area.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from cells.models import AreaCell, ResidentialArea, Unit, User
from cells.services import audit
from cells.vietnamese import fold, tidy

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
# An address of its own.
TAKEN = {"moi"}
FEWEST_PARTS = 2


class AreaRefusedError(Exception):
    """What cannot be done to an area; `field` is the field of the form to blame."""

    def __init__(self, message: str, field: str = ""):
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True)
class Part:
    """An area that begins."""

    code: str
    name: str


@transaction.atomic
def area_establish(
    *, part: Part, committee: Unit, on: date, decision: str, by: User, door: str
) -> ResidentialArea:
    area = _begin(part, committee, on, decision)
    _record("area_established", area, by, door, new={"name": area.name, "valid_from": str(on)})
    return area


@transaction.atomic
def area_split(
    *, area: ResidentialArea, parts: Sequence[Part], on: date, decision: str, by: User, door: str
) -> list[ResidentialArea]:
    """End an area and begin its parts; the cells that worked there go on in each part."""
    if len(parts) < FEWEST_PARTS:
        raise AreaRefusedError("Chia tách cần ít nhất hai địa bàn mới.")
    codes = [part.code for part in parts]
    if len(set(codes)) < len(codes):
        raise AreaRefusedError("Các địa bàn mới phải có mã khác nhau.")
    return _replace(area, parts, on, decision, by, door, "area_split")


@transaction.atomic
def area_rename(
    *, area: ResidentialArea, part: Part, on: date, decision: str, by: User, door: str
) -> ResidentialArea:
    """End an area and begin one under another name: the old name stays with its time."""
    return _replace(area, [part], on, decision, by, door, "area_renamed")[0]


@transaction.atomic
def area_close(*, area: ResidentialArea, on: date, by: User, door: str) -> ResidentialArea:
    held = _end(area, on)
    _record("area_closed", held, by, door, field="valid_to", new=str(on))
    return held


@transaction.atomic
def area_cell_assign(
    *, area: ResidentialArea, cell: Unit, on: date, by: User, door: str
) -> AreaCell:
    """Let a cell work in an area from a day on; others may work there too."""
    held = _open(area)
    if not cell.is_cell:
        raise AreaRefusedError("Chỉ giao địa bàn cho chi bộ.", "cell")
    if on < held.valid_from or on < cell.founded_on:
        begun = max(held.valid_from, cell.founded_on)
        raise AreaRefusedError(
            f"Địa bàn hoặc chi bộ có từ {begun:%d/%m/%Y}; chọn từ ngày đó trở đi.", "on"
        )
    if cell.closed_on is not None:
        raise AreaRefusedError("Chi bộ này đã kết thúc. Chọn chi bộ khác.", "cell")
    clash = held.area_cells.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), cell=cell)
    if clash.exists():
        raise AreaRefusedError("Chi bộ này đã phụ trách địa bàn vào ngày đó.", "cell")
    row = AreaCell.objects.create(area=held, cell=cell, valid_from=on)
    _record("area_cell_assigned", held, by, door, unit=cell, field="cell", new=str(on))
    return row


@transaction.atomic
def area_cell_end(*, row: AreaCell, on: date, by: User, door: str) -> AreaCell:
    held = AreaCell.objects.select_for_update().get(pk=row.pk)
    if held.valid_to is not None:
        raise AreaRefusedError("Chi bộ đã thôi phụ trách địa bàn này rồi.")
    if on <= held.valid_from:
        raise AreaRefusedError(f"Chọn ngày sau {held.valid_from:%d/%m/%Y}.", "on")
    held.valid_to = on
    held.save(update_fields=["valid_to"])
    _record("area_cell_ended", held.area, by, door, unit=held.cell, field="cell", new=str(on))
    return held


def _begin(part: Part, committee: Unit, on: date, decision: str) -> ResidentialArea:
    code, name = tidy(part.code), tidy(part.name)
    if not CODE.fullmatch(code) or code in TAKEN:
        raise AreaRefusedError(
            f"Mã “{code}” không dùng được. Dùng chữ không dấu, số, dấu . - _ và tối đa 40 ký tự.",
            "code",
        )
    if not name:
        raise AreaRefusedError("Ghi tên thôn, tổ dân phố.", "name")
    if ResidentialArea.objects.filter(code__iexact=code).exists():
        raise AreaRefusedError(f"Mã “{code}” đã có địa bàn dùng. Chọn mã khác.", "code")
    if committee.is_cell:
        raise AreaRefusedError("Chọn đảng ủy, không chọn chi bộ.", "committee")
    return ResidentialArea.objects.create(
        code=code,
        name=name,
        search=fold(f"{code} {name}")[:200],
        committee=committee,
        valid_from=on,
        decision=tidy(decision),
    )


def _open(area: ResidentialArea) -> ResidentialArea:
    held = ResidentialArea.objects.select_for_update().get(pk=area.pk)
    if held.valid_to is not None:
        raise AreaRefusedError(f"Địa bàn này đã kết thúc ngày {held.valid_to:%d/%m/%Y}.")
    return held


def _end(area: ResidentialArea, on: date) -> ResidentialArea:
    """End an area and the work of cells in it; nothing of the cells themselves changes."""
    held = _open(area)
    last = max([held.valid_from, *_open_rows(held).values_list("valid_from", flat=True)])
    if on <= last:
        raise AreaRefusedError(f"Chọn ngày sau {last:%d/%m/%Y}.", "on")
    held.valid_to = on
    held.save(update_fields=["valid_to"])
    _open_rows(held).update(valid_to=on)
    return held


def _open_rows(area: ResidentialArea) -> QuerySet[AreaCell]:
    return AreaCell.objects.filter(area=area, valid_to__isnull=True)


def _replace(
    area: ResidentialArea,
    parts: Sequence[Part],
    on: date,
    decision: str,
    by: User,
    door: str,
    action: str,
) -> list[ResidentialArea]:
    cells = list(_open_rows(area).values_list("cell_id", flat=True))
    held = _end(area, on)
    made = [_begin(part, held.committee, on, decision) for part in parts]
    for new in made:
        new.predecessors.add(held)
    AreaCell.objects.bulk_create(
        AreaCell(area=new, cell_id=cell, valid_from=on) for new in made for cell in cells
    )
    names = {new.code: new.name for new in made}
    _record(action, held, by, door, old={held.code: held.name}, new=names)
    for new in made:
        _record("area_established", new, by, door, new={"name": new.name, "valid_from": str(on)})
    return made


def _record(
    action: str,
    area: ResidentialArea,
    by: User,
    door: str,
    *,
    unit: Unit | None = None,
    field: str = "",
    old: object = None,
    new: object = None,
) -> None:
    audit.record(
        by=by,
        door=door,
        action=action,
        subject=area,
        unit=unit or area.committee,
        field=field,
        old=old,
        new=new,
    )
