"""The invented tree of one scale, in memory and in the database."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from cells.models import CellKind, Level, Placement, Unit
from cells.vietnamese import fold, natural_key
from evaluations.demo import names, templates
from evaluations.demo.bulk import Batch
from evaluations.demo.scales import Scale

FOUNDED = date(2025, 7, 1)
FEWEST_MEMBERS = 3
# This cell of the first ward has so many members until it splits, where stories are told.
SPLITTING, SPLITTING_MEMBERS = 6, 40
# The level before and since the names changed; one placement where both are the same.
LEVELS = {
    "city": ("thanh_uy", "thanh_uy"),
    "country": ("trung_uong", "trung_uong"),
    "province": ("tinh_uy", "tinh_uy"),
    "ward": ("dang_bo_phuong", "dang_bo_phuong"),
    "commune": ("dang_bo_xa", "dang_bo_xa"),
    "branch": ("dang_bo_co_so", "dang_bo_truc_thuoc"),
    "cell": ("chi_bo_truc_thuoc", "chi_bo"),
}
LEVELS_CHANGED_BY = "chi_bo"


@dataclass(slots=True, eq=False)
class Node:
    """One unit of the demonstration."""

    id: int
    code: str
    path: str
    name: str
    role: str
    parent: "Node | None"
    ward: "Node | None" = None
    kind: str = ""
    members: int = 0
    exempt: int = 0
    leaders: int = 0
    secretary: str = ""

    @property
    def is_cell(self) -> bool:
        return self.role == "cell"


@dataclass
class Tree:
    """All units, and for each ward its cells of the time that is written."""

    nodes: list[Node] = field(default_factory=list)
    cells_of: dict[Node, list[Node]] = field(default_factory=dict)
    # The cell that splits, and from then on those that it became.
    splitting: Node | None = None
    founded: list[Node] = field(default_factory=list)

    @property
    def root(self) -> Node:
        return self.nodes[0]

    @property
    def wards(self) -> list[Node]:
        return list(self.cells_of)

    def cells(self) -> Iterator[Node]:
        for cells in self.cells_of.values():
            yield from cells

    def add(self, code: str, name: str, role: str, parent: Node | None, kind: str = "") -> Node:
        path = f"{parent.path if parent else '/'}{code}/"
        node = Node(len(self.nodes) + 1, code, path, name, role, parent, kind=kind)
        if parent:
            node.ward = parent if parent.role in ("ward", "commune") else parent.ward
        self.nodes.append(node)
        return node

    def succeed(self, old: Node, new: Sequence[Node]) -> None:
        """Let other cells stand in the place of one, in the periods written from now on."""
        assert old.ward is not None  # noqa: S101 - cells stand below a ward
        cells = self.cells_of[old.ward]
        self.cells_of[old.ward] = [*(cell for cell in cells if cell is not old), *new]
        self.founded += new


def grow(scale: Scale, rng: random.Random) -> Tree:
    """Invent the tree as founded; once a cell has split its counts are those of the scale."""
    tree = Tree()
    roles = ["ward"] * scale.wards + ["commune"] * scale.communes
    founded = scale.cells - scale.has_stories
    shares = apportion(founded, [rng.uniform(0.7, 1.3) for _ in roles], least=45)
    if scale.provinces:
        homes = _provinces(tree, scale, rng)
        rng.shuffle(roles)
    else:
        homes = [tree.add("TU", "Thành ủy (trình diễn)", "city", None)]
    counts: dict[str, int] = {}
    titles = {home: names.places(rng) for home in homes}
    for number, (role, cells) in enumerate(zip(roles, shares, strict=True)):
        home = homes[number * len(homes) // len(roles)]
        prefix = f"{home.code}-" if scale.provinces else ""
        letter, word = ("P", "phường") if role == "ward" else ("X", "xã")
        counts[prefix + letter] = counts.get(prefix + letter, 0) + 1
        code = f"{prefix}{letter}{counts[prefix + letter]:02d}"
        ward = tree.add(code, f"Đảng bộ {word} {titles[home].pop()}", role, home)
        _fill_ward(tree, ward, cells, scale.committees_per_ward, rng)
    if scale.has_stories:
        tree.splitting = tree.cells_of[tree.wards[0]][SPLITTING]
    _share_members(tree, scale.members, rng)
    return tree


def apportion(total: int, weights: Sequence[float], *, least: int) -> list[int]:
    """Split `total` by weight, at least `least` each; the parts add up exactly."""
    spare = total - least * len(weights)
    whole, given, shares = sum(weights), 0, []
    running = 0.0
    for weight in weights:
        running += weight
        upto = round(spare * running / whole)
        shares.append(least + upto - given)
        given = upto
    return shares


@dataclass(frozen=True)
class Era:
    """A stretch of time in which a unit bore the name of one level."""

    level: int
    starts_on: date
    ends_on: date | None
    decision: str


def eras_of(role: str, levels: dict[str, int], change: date) -> list[Era]:
    """Return the eras of a kind of unit; one where its level kept its name."""
    before, since = (levels[code] for code in LEVELS[role])
    founded, renamed = "Thành lập theo mô hình hai cấp", "Đổi tên gọi theo cấp"
    if before == since:
        return [Era(since, FOUNDED, None, founded)]
    return [Era(before, FOUNDED, change, founded), Era(since, change, None, renamed)]


def levels_now() -> tuple[dict[str, int], date]:
    """Return the keys of the levels, and the day from which some bear other names."""
    levels = dict(Level.objects.values_list("code", "pk"))
    return levels, Level.objects.get(code=LEVELS_CHANGED_BY).valid_from


def tree_write(tree: Tree, split_on: date) -> None:
    """Write units and their placements, with the names of each era.

    The cell that splits is written as it stood until then.
    """
    levels, change = levels_now()
    eras_by_role = {role: eras_of(role, levels, change) for role in LEVELS}
    kinds = {"": None, **dict(CellKind.objects.values_list("code", "pk"))}
    units = Batch(
        Unit,
        "id code path parent is_cell name level kind search organisation_code founded_on",
    )
    placements = Batch(
        Placement, "unit parent level kind name name_key valid_from valid_to decision"
    )
    for node in tree.nodes:
        parent, kind = node.parent and node.parent.id, kinds[node.kind]
        eras = eras_by_role[node.role]
        if node is tree.splitting:
            eras = [era for era in eras if era.starts_on < split_on]
            eras[-1] = replace(eras[-1], ends_on=None)
        search = fold(f"{node.code} {node.name}")[:300]
        identity = (node.id, node.code, node.path, parent, node.is_cell, node.name)
        units.add((*identity, eras[-1].level, kind, search, "", FOUNDED))
        names = node.name, natural_key(node.name)
        for era in eras:
            dates = era.starts_on, era.ends_on, era.decision
            placements.add((node.id, parent, era.level, kind, *names, *dates))
    units.flush()
    placements.flush()


def _provinces(tree: Tree, scale: Scale, rng: random.Random) -> list[Node]:
    country = tree.add("TW", "Trung ương (trình diễn)", "country", None)
    titles = names.places(rng)
    return [
        tree.add(f"T{number:02d}", f"Tỉnh ủy {titles.pop()} (trình diễn)", "province", country)
        for number in range(1, scale.provinces + 1)
    ]


def _fill_ward(tree: Tree, ward: Node, cells: int, branches: int, rng: random.Random) -> None:
    """Put residential cells and institutions directly below the ward, the rest into branches."""
    chosen = templates.BRANCHES[:branches]
    below = [(branch, name) for branch in chosen for name in branch.cells]
    residents = cells - len(below) - len(templates.INSTITUTIONS)
    listed: list[tuple[str, str, Node]] = []
    if ward.role == "ward":
        listed += [(f"Tổ dân phố số {n}", "to_dan_pho", ward) for n in range(1, residents + 1)]
    else:
        places = names.hamlets(rng)
        listed += [(_hamlet(places, n), "thon", ward) for n in range(residents)]
    listed += [
        (title.format(flower), kind, ward)
        for (title, kind), flower in zip(templates.INSTITUTIONS, names.FLOWERS, strict=True)
    ]
    for number, branch in enumerate(chosen, start=1):
        code = f"{ward.code}-D{number:02d}"
        committee = tree.add(code, f"Đảng bộ {branch.name}", "branch", ward)
        listed += [(name, branch.kind, committee) for name in branch.cells]
    tree.cells_of[ward] = [
        tree.add(f"{ward.code}-CB{number:03d}", f"Chi bộ {name}", "cell", parent, kind)
        for number, (name, kind, parent) in enumerate(listed, start=1)
    ]


def _hamlet(places: list[str], number: int) -> str:
    again, place = divmod(number, len(places))
    return f"Thôn {places[place]}" + (f" {again + 1}" if again else "")


def _share_members(tree: Tree, total: int, rng: random.Random) -> None:
    cells = [cell for cell in tree.cells() if cell is not tree.splitting]
    if tree.splitting:
        tree.splitting.members = SPLITTING_MEMBERS
        total -= SPLITTING_MEMBERS
    weights = [
        templates.SIZES.get(cell.kind, templates.OTHER_SIZE) * rng.uniform(0.5, 1.6)
        for cell in cells
    ]
    for cell, share in zip(cells, apportion(total, weights, least=FEWEST_MEMBERS), strict=True):
        cell.members = share
