"""Building a whole demonstration in one transaction."""

import hashlib
import random
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from cells.models import AuditEntry, Door, Placement, Unit, User
from cells.services.areas import AreaRefusedError
from cells.services.reorganisation import ReorganisationRefusedError
from evaluations.demo.accounts import USERNAMES, Cast, accounts_write
from evaluations.demo.areas import areas_write
from evaluations.demo.bulk import settle, unchecked
from evaluations.demo.evidence import evidence_tell
from evaluations.demo.life import life_tell
from evaluations.demo.open_quarter import open_quarter_tell
from evaluations.demo.people import People, count_only
from evaluations.demo.quarters import Quarters, quarters
from evaluations.demo.scales import SCALES
from evaluations.demo.split import Split, split_tell
from evaluations.demo.tree import Tree, grow, tree_write
from evaluations.models import Decision, Evaluation, Period, PeriodUnit, Score
from evaluations.services.criteria import criteria_publish_shipped
from evaluations.services.errors import RefusedError
from evaluations.services.periods import period_bounds
from evaluations.services.rankings import ranking_build, root_scope
from members.models import Exemption, Member, Membership, Post
from members.services.errors import MemberRefusedError

# The names of organisations that the invented tree bears today hold since then.
EARLIEST = date(2026, 7, 26)
MARK = "demo_built"
LOADED: tuple[type[Model], ...] = (
    Unit,
    Placement,
    Member,
    Membership,
    Exemption,
    Post,
    PeriodUnit,
    Evaluation,
    Score,
    AuditEntry,
)


def demo_found() -> dict[str, Any] | None:
    """Return what was printed when the demonstration in this database was built."""
    entry = AuditEntry.objects.filter(action=MARK).first()
    return entry.new if entry else None


@transaction.atomic
def demo_build(*, scale: str, seed: int, today: date) -> dict[str, Any]:
    """Fill an empty database; return counts, accounts and hash. Raises RefusedError."""
    _check(scale, today)
    size = SCALES[scale]
    rng = random.Random(f"{seed}/{scale}")  # noqa: S311
    criteria_publish_shipped(by=None)
    tree = grow(size, rng)
    codes = quarters(today)
    # The first day of the second of the two decided quarters.
    turn = period_bounds(codes[1])[1]
    split: dict[str, Any] = {}
    with unchecked(*LOADED):
        tree_write(tree, turn)
        if size.has_people:
            People(today, rng).write(tree)
        else:
            count_only(tree)
        cast = accounts_write(tree, for_every_ward=size.has_people, rng=rng)
        work = Quarters(size, seed, today, tree, cast)
        for code in codes:
            if size.has_stories and code == codes[1]:
                settle(*LOADED)
                split = {"split": _tell(tree, cast, turn).document()}
            work.write(code)
    settle(*LOADED)
    if size.has_people:
        _rank(codes[:-1])
    if size.has_stories:
        evidence_tell(codes[-1])
        open_quarter_tell(codes, cast.secretarys_cell.code, today)
    document = {
        "scale": scale,
        "seed": seed,
        "today": today.isoformat(),
        "period": codes[-1],
        "counts": _counts(),
        "accounts": cast.units,
        **split,
        "hash": demo_hash(),
    }
    _mark(document)
    return document


def _tell(tree: Tree, cast: Cast, day: date) -> Split:
    """Tell the stories of a ward; the services they go through know today by the clock."""
    try:
        areas_write(tree)
        split = split_tell(tree, cast, day)
        life_tell(tree, day)
    except (AreaRefusedError, MemberRefusedError, ReorganisationRefusedError) as error:
        raise RefusedError(
            f"Chọn ngày --today gần hôm nay hơn; ngày này quá xa để trình diễn. {error.message}"
        ) from error
    return split


def _rank(decided: list[str]) -> None:
    """Build the ranking of each decided quarter, so that the first look shows movement."""
    scope = root_scope()
    for code in decided:
        period = Period.objects.get(code=code)
        if scope:
            ranking_build(period=period, scope=scope, by=None)


def demo_hash() -> str:
    """Return SHA-256 over one line for each sheet, the same on every database."""
    rows = Evaluation.objects.order_by().values_list(
        "period__code", "unit__code", "state", "final_total", "self_total"
    )
    lines = sorted(
        ";".join("" if value is None else str(value) for value in row) for row in rows.iterator()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _check(scale: str, today: date) -> None:
    if Unit.objects.exists():
        raise RefusedError("Cơ sở dữ liệu đã có tổ chức; dữ liệu trình diễn chỉ ghi vào chỗ trống.")
    if User.objects.filter(username__in=USERNAMES).exists():
        raise RefusedError("Đã có tài khoản trùng tên với tài khoản trình diễn.")
    if today < EARLIEST:
        raise RefusedError(f"Ngày --today phải từ {EARLIEST:%d/%m/%Y} trở đi.")
    if not SCALES[scale].has_people and connection.vendor != "postgresql":
        raise RefusedError("Quy mô cả nước chỉ chạy trên PostgreSQL: hãy đặt DATABASE_URL.")


def _counts() -> dict[str, int]:
    """Count what is written; of organisations those that exist today."""
    counted = {
        "units": Unit.objects.active(),
        "committees": Unit.objects.active().committees(),
        "cells": Unit.objects.active().cells(),
        "members": Member.objects,
        "users": User.objects,
        "periods": Period.objects,
        "sheets": Evaluation.objects,
        "scores": Score.objects,
        "decisions": Decision.objects,
    }
    return {name: rows.count() for name, rows in counted.items()}


def _mark(document: dict[str, Any]) -> None:
    AuditEntry.objects.create(
        by=None,
        door=Door.DEMO,
        action=MARK,
        subject_type="demo",
        subject_id=document["seed"],
        new=document,
    )
