"""The residential areas in which the invented cells work."""

from cells.models import AreaCell, ResidentialArea
from cells.vietnamese import fold
from evaluations.demo.tree import FOUNDED, Tree

RESIDENTIAL = ("to_dan_pho", "thon")
OF_CELL = "Chi bộ "


def areas_write(tree: Tree) -> None:
    """Give each residential cell an area of the name that it bears."""
    for ward, cells in tree.cells_of.items():
        residential = [cell for cell in cells if cell.kind in RESIDENTIAL]
        areas = ResidentialArea.objects.bulk_create(
            _area(f"{ward.code}-TDP{number:02d}", cell.name.removeprefix(OF_CELL), ward.id)
            for number, cell in enumerate(residential, start=1)
        )
        AreaCell.objects.bulk_create(
            AreaCell(area=area, cell_id=cell.id, valid_from=FOUNDED)
            for area, cell in zip(areas, residential, strict=True)
        )


def _area(code: str, name: str, committee: int) -> ResidentialArea:
    return ResidentialArea(
        code=code,
        name=name,
        search=fold(f"{code} {name}")[:200],
        committee_id=committee,
        valid_from=FOUNDED,
    )
