"""Building a whole demonstration in one transaction."""

import hashlib
import random
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from cells.models import AuditEntry, Door, Placement, Unit, User
from evaluations.demo.accounts import USERNAMES, accounts_write
from evaluations.demo.bulk import settle, unchecked
from evaluations.demo.people import People, count_only
from evaluations.demo.quarters import Quarters, quarters
from evaluations.demo.scales import SCALES
from evaluations.demo.tree import grow, tree_write
from evaluations.models import Decision, Evaluation, Period, PeriodUnit, Score
from evaluations.services.criteria import criteria_publish_shipped
from evaluations.services.errors import RefusedError
from evaluations.services.rankings import ranking_build, root_scope
from members.models import Exemption, Member, Membership, Post

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
    with unchecked(*LOADED):
        tree_write(tree)
        if size.has_people:
            People(today, rng).write(tree)
        else:
            count_only(tree)
        cast = accounts_write(tree, for_every_ward=size.has_people, rng=rng)
        Quarters(size, seed, today, tree, cast).write()
    settle(*LOADED)
    if size.has_people:
        _rank(quarters(today)[:-1])
    document = {
        "scale": scale,
        "seed": seed,
        "today": today.isoformat(),
        "period": quarters(today)[-1],
        "counts": _counts(),
        "accounts": cast.units,
        "hash": demo_hash(),
    }
    _mark(document)
    return document


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
    counted = {
        "units": Unit.objects,
        "committees": Unit.objects.committees(),
        "cells": Unit.objects.cells(),
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
