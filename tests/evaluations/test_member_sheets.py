"""Members' year sheets: scored in the cell, closed by it, decided above it."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import AuditEntry
from evaluations.models import MemberSheet
from evaluations.rules.engine import AnswerError
from evaluations.services import member_sheets as services
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from members.models import Exemption
from tests import factories
from tests.evaluations.rules.sheets import full_answers

State = MemberSheet.State


@pytest.fixture
def year(db):
    factories.quarter_criteria()
    return factories.PeriodFactory(
        code="2026", kind="year", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
        due_on=date(2027, 1, 5),
    )  # fmt: skip


@pytest.fixture
def member(tree):
    return factories.MembershipFactory(cell=tree.a).member


@pytest.fixture
def save(year, tree, member, people):
    def save(line, answer, version=None, *, who="bithu", member=member, cell=tree.a):
        return services.line_save(
            period=year, cell=cell, member=member, line=line, answer=answer, version=version,
            by=getattr(people, who), door="web",
        )  # fmt: skip

    return save


@pytest.fixture
def whole(year, tree, save, people):
    """Return a function that answers every line of a member's sheet at its best."""

    def whole(member, cell=tree.a):
        criteria = services.criteria_of(cell, year)
        for line, answer in full_answers(criteria.rules).items():
            save(line, answer, member=member, cell=cell)
        return services.facts_save(
            period=year, cell=cell, member=member, vetoes=[], annual_class="HTTNV",
            by=people.bithu, door="web",
        )  # fmt: skip

    return whole


def test_first_answer_makes_the_sheet_and_scores_it(save, member):
    sheet = save("1.1", {"num": 9, "den": 10}, 0)
    assert (sheet.lines_done, sheet.version("1.1")) == (1, 1)
    assert sheet.total > 0
    assert "incomplete" in sheet.reasons
    entry = AuditEntry.objects.get(subject_type="membersheet")
    assert (entry.field, entry.old, entry.new) == ("1.1.self", None, {"num": 9, "den": 10})


def test_full_sheet_comes_to_a_hundred_and_is_eligible(whole, member):
    sheet = whole(member)
    assert (sheet.total, sheet.is_eligible, sheet.reasons) == (100_00, True, [])


@pytest.mark.parametrize(("annual_class", "eligible"), [("HTTNV", True), ("HTNV", False)])
def test_class_of_the_year_is_a_gate(year, tree, whole, member, people, annual_class, eligible):
    whole(member)
    sheet = services.facts_save(
        period=year, cell=tree.a, member=member, vetoes=[], annual_class=annual_class,
        by=people.bithu, door="web",
    )  # fmt: skip
    assert sheet.is_eligible is eligible
    assert sheet.total == 100_00


def test_second_author_of_a_line_is_told_and_overwrites_nothing(save, member):
    save("1.1", {"num": 9, "den": 10}, 0)
    with pytest.raises(services.LineConflictError):
        save("1.1", {"num": 5, "den": 10}, 0, who="canbo")
    assert MemberSheet.objects.get().answer("1.1") == {"num": 9, "den": 10}
    assert save("1.1", {"num": 5, "den": 10}, 1).version("1.1") == 2
    # The same value twice is no conflict, and no change.
    assert save("1.1", {"num": 5, "den": 10}, 0).version("1.1") == 2


@pytest.mark.parametrize("answer", [{"num": 11, "den": 10}, {"num": -1, "den": 10}])
def test_impossible_numbers_are_refused(save, answer):
    with pytest.raises(AnswerError):
        save("1.1", answer, 0)
    assert not MemberSheet.objects.exists()


def test_exempt_members_and_strangers_are_not_assessed(year, tree, save, member):
    stranger = factories.MembershipFactory(cell=tree.b).member
    with pytest.raises(RefusedError):
        save("1.1", {"num": 1, "den": 1}, 0, member=stranger)
    Exemption.objects.create(member=member, starts_on=date(2026, 2, 1))
    assert list(services.members_owed(tree.a, year)) == []
    with pytest.raises(RefusedError):
        save("1.1", {"num": 1, "den": 1}, 0)


def test_cell_closes_only_when_every_member_is_whole(year, tree, whole, member, people):
    other = factories.MembershipFactory(cell=tree.a).member
    whole(member)
    close = {"period": year, "cell": tree.a, "by": people.bithu, "door": "web"}
    with pytest.raises(RefusedError, match=other.full_name):
        services.cell_close(**close)
    whole(other)
    assert services.cell_close(**close) == 2
    with pytest.raises(LockedError):
        services.line_save(
            period=year, cell=tree.a, member=member, line="1.1", answer={"num": 1, "den": 1},
            version=None, by=people.bithu, door="web",
        )  # fmt: skip


def test_returned_with_a_reason_it_is_open_again(year, tree, whole, save, member, people):
    whole(member)
    about = {"period": year, "cell": tree.a, "door": "web"}
    services.cell_close(**about, by=people.bithu)
    with pytest.raises(ReasonMissingError):
        services.cell_return(**about, by=people.canbo, reason=" ")
    assert services.cell_return(**about, by=people.canbo, reason="Sai số buổi") == 1
    assert save("1.1", {"num": 9, "den": 10}).state == State.DRAFT
    assert AuditEntry.objects.filter(reason="Sai số buổi", action="member_sheet_draft").exists()


def decide(year, tree, by, number="09-QĐ/ĐU"):
    return services.cells_decide(
        period=year, committee=tree.ward, cells=[tree.a], number=number,
        signed_on=date(2026, 12, 20), signer="Người ký", by=by, door="web",
    )  # fmt: skip


def test_decided_results_stay(year, tree, whole, save, member, people):
    whole(member)
    with pytest.raises(RefusedError):
        decide(year, tree, people.lanhdao)
    services.cell_close(period=year, cell=tree.a, by=people.bithu, door="web")
    made = decide(year, tree, people.lanhdao)
    sheet = MemberSheet.objects.get()
    assert (sheet.state, sheet.decision) == (State.DECIDED, made)
    with pytest.raises(LockedError):
        save("1.1", {"num": 1, "den": 10})
    with pytest.raises(RefusedError):
        services.cell_return(period=year, cell=tree.a, by=people.canbo, reason="Muộn", door="web")


def test_who_closed_does_not_decide(year, tree, whole, member, people):
    whole(member)
    services.cell_close(period=year, cell=tree.a, by=people.lanhdao, door="web")
    with pytest.raises(RefusedError, match="không quyết định"):
        decide(year, tree, people.lanhdao)


@pytest.mark.parametrize(("closed", "expected"), [(False, ""), (True, "khóa")])
def test_locked_period_takes_no_answers(year, closed, expected):
    if closed:
        year.closed_at = year.opened_at
    assert expected in services.lock_status(year, None)


def page(client, user, name, *args, **data):
    client.force_login(user)
    url = reverse(f"evaluations:{name}", args=args)
    return client.post(url, data) if data else client.get(url)


def test_pages_lead_from_the_cell_to_the_decision(client, people, year, tree, whole, member):
    body = page(client, people.canbo, "member_cell", "2026", tree.a.code).content.decode()
    assert member.full_name in body
    sheet_url = ("2026", tree.a.code, member.pk)
    assert "Còn thiếu" in page(client, people.bithu, "member_sheet", *sheet_url).content.decode()
    line = (*sheet_url, "1.1")
    wrong = page(client, people.bithu, "member_line", *line, num="11", den="10", version="0")
    assert wrong.status_code == 422
    assert "không được lớn hơn" in wrong.content.decode()
    saved = page(client, people.bithu, "member_line", *line, num="9", den="10", version="0")
    assert saved.status_code == 200
    stale = page(client, people.canbo, "member_line", *line, num="5", den="10", version="0")
    assert stale.status_code == 409
    assert "9/10" in stale.content.decode()
    whole(member)
    client.force_login(people.bithu)
    close = reverse("evaluations:member_cell_close", args=["2026", tree.a.code])
    assert client.post(close).status_code == 302
    locked = page(client, people.bithu, "member_line", *line, num="9", den="10", version="1")
    assert locked.status_code == 423
    decided = page(
        client, people.lanhdao, "member_decide", "2026",
        sheets=str(tree.a.pk), number="09-QĐ/ĐU", signed_on="20/11/2026", signer="Người ký",
    )  # fmt: skip
    assert decided.status_code == 302
    assert (
        "09-QĐ/ĐU"
        in page(client, people.canbo, "member_cell", "2026", tree.a.code).content.decode()
    )


def test_list_of_cells_asks_a_constant_number_of_queries(
    client, people, year, tree, member, django_assert_max_num_queries
):
    client.force_login(people.canbo)
    url = reverse("evaluations:member_cells", args=["2026"])
    with django_assert_max_num_queries(12):
        client.get(url)
    for _ in range(5):
        factories.UnitFactory(parent=tree.ward)
    with django_assert_max_num_queries(12):
        client.get(url)


def test_unknown_year_and_quarter_have_no_members_page(client, people, year):
    client.force_login(people.canbo)
    for code in ("2025", "2026-Q4"):
        url = reverse("evaluations:member_cells", args=[code])
        assert client.get(url).status_code == 404
