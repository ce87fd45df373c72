"""Building the demonstration: when it is refused, and that a seed decides all of it."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from cells.models import Unit
from evaluations.demo.build import demo_build
from evaluations.demo.quarters import quarters
from evaluations.demo.stories import past_calendar
from evaluations.demo.tree import apportion
from evaluations.services.errors import RefusedError
from members.models import Member
from members.services.errors import MemberRefusedError

TODAY = date(2026, 11, 24)


def run(*args):
    out, err = StringIO(), StringIO()
    try:
        call_command("demo_data", "--yes-this-database", *args, stdout=out, stderr=err)
    except SystemExit as stop:
        return stop.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_same_seed_gives_the_same_demo_and_another_a_different_one(db):
    built = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            digest = demo_build(scale="ward", seed=seed, today=TODAY)["hash"]
            built.append((digest, Member.objects.order_by("pk").values_list("pk").first()))
            transaction.set_rollback(True)
    assert built[0] == built[1]
    assert built[0][0] != built[2][0]
    assert built[0][0] == "67704c472698b5f3be6f42abb5f1aa59c45540bebb68fe0080ac29319083474f"


def test_a_database_in_use_is_refused(tree):
    status, out, err = run("--today", "2026-11-24")
    assert (status, out) == (1, "")
    assert "đã có tổ chức" in err


def test_outside_the_demo_it_asks_for_a_clear_word(db, settings):
    settings.DEMO = False
    err = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("demo_data", stdout=StringIO(), stderr=err)
    assert (stop.value.code, "--yes-this-database" in err.getvalue()) == (1, True)
    assert not Unit.objects.exists()


def test_the_country_needs_postgresql(db, monkeypatch):
    monkeypatch.setattr(connection, "vendor", "sqlite")
    status, out, err = run("--scale", "nation", "--today", "2026-11-24")
    assert (status, out) == (1, "")
    assert "PostgreSQL" in err


def test_day_too_far_ahead_of_the_clock_is_refused(db, monkeypatch):
    def refuse(*args):
        raise MemberRefusedError("Ngày 08/07/2026 chưa đến.")

    monkeypatch.setattr("evaluations.demo.build.life_tell", refuse)
    with pytest.raises(RefusedError, match="gần hôm nay hơn"):
        demo_build(scale="ward", seed=1, today=TODAY)
    assert not Unit.objects.exists()


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2026, 11, 24), ["2026-Q2", "2026-Q3", "2026-Q4"]),
        (date(2027, 1, 15), ["2026-Q2", "2026-Q3", "2026-Q4"]),
        (date(2027, 1, 16), ["2026-Q3", "2026-Q4", "2027-Q1"]),
        (date(2026, 8, 1), ["2026-Q1", "2026-Q2", "2026-Q3"]),
    ],
)
def test_the_open_quarter_is_the_one_people_still_enter(today, codes):
    assert quarters(today) == codes


@pytest.mark.parametrize(
    ("today", "decided_on"), [(TODAY, date(2026, 10, 20)), (date(2026, 10, 16), date(2026, 10, 15))]
)
def test_a_past_quarter_was_decided_before_today(today, decided_on):
    assert past_calendar(date(2026, 9, 30), today).decided_on == decided_on


def test_shares_add_up_exactly():
    assert apportion(10, [1, 1, 1], least=2) == [3, 4, 3]
    assert sum(apportion(500_000, [0.1 * n for n in range(1, 17_001)], least=3)) == 500_000
