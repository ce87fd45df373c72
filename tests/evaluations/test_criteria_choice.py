"""Which criteria set applies where: that of the nearest committee above, the newest of its own."""

from datetime import date

import pytest

from cells.models import Door
from evaluations.models import CriteriaSet, PeriodUnit
from evaluations.rules.criteria import shipped_text
from evaluations.services.criteria import criteria_publish
from evaluations.services.criteria_choice import CriteriaChoice
from evaluations.services.periods import period_open
from tests import factories

DAY = date(2026, 12, 31)


@pytest.fixture
def publish(tree):
    factories.quarter_criteria()

    def publish(code, owner, valid_from="2026-01-01"):
        text = shipped_text("CB4T-QUY-2026").replace('"CB4T-QUY-2026"', f'"{code}"', 1)
        text = text.replace("valid_from = 2026-01-01", f"valid_from = {valid_from}", 1)
        return criteria_publish(text=text, owner=owner, by=None, door=Door.COMMAND)

    return publish


def chosen(unit, day=DAY):
    return CriteriaChoice("cell", "quarter", day).at(unit.path).code


def test_set_without_an_owner_holds_everywhere(tree, publish):
    assert chosen(tree.a) == chosen(tree.c) == "CB4T-QUY-2026"


def test_nearest_committee_above_decides(tree, publish):
    publish("CUA-THANH-UY", tree.city)
    assert chosen(tree.a) == chosen(tree.c) == "CUA-THANH-UY"
    publish("CUA-PHUONG", tree.ward)
    assert (chosen(tree.a), chosen(tree.c)) == ("CUA-PHUONG", "CUA-THANH-UY")


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2026, 9, 30), "CU"), (date(2026, 10, 1), "MOI")]
)
def test_newest_set_of_a_committee_holds_from_its_day(tree, publish, day, expected):
    publish("MOI", tree.ward, "2026-10-01")
    publish("CU", tree.ward)
    assert chosen(tree.a, day) == expected


def test_code_that_begins_like_another_is_no_ancestor(tree, publish):
    twin = factories.CommitteeFactory(code=f"{tree.ward.code}0", parent=tree.city)
    publish("CUA-PHUONG", tree.ward)
    assert chosen(factories.UnitFactory(parent=twin)) == "CB4T-QUY-2026"


def test_period_gives_each_cell_the_set_of_its_branch(tree, publish, people):
    publish("CUA-PHUONG", tree.ward)
    period_open(code="2026-Q4", by=people.thanhuy, door=Door.WEB)
    sets = dict(
        PeriodUnit.objects.filter(is_expected=True).values_list("unit__code", "criteria__code")
    )
    assert sets[tree.a.code] == "CUA-PHUONG"
    assert sets[tree.c.code] == "CB4T-QUY-2026"
    assert CriteriaSet.objects.get(code="CUA-PHUONG").evaluations.count() == 2
