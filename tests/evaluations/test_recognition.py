"""Recognising cells for a year: board, draft, decision, correction, and what stays."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from cells.models import AuditEntry, Door
from evaluations.models import Evaluation, Recognition, RecognitionChoice, State
from evaluations.services.errors import ReasonMissingError, RefusedError
from evaluations.services.recognition import NotReadyError, recognition_correct
from evaluations.services.recognition_board import Choice, board_of
from evaluations.services.recognition_drafts import (
    StaleError,
    recognition_discard,
    recognition_save,
)
from evaluations.services.recognition_problems import problems_of
from tests import factories
from tests.evaluations.recognised import (
    SIGNED,
    issue,
    recognised,
    save,
    ward_sheets,
    year,
    year_set,
    year_sheet,
)

TWENTY = 'percent = 20\nbase = "{}"'


@pytest.fixture
def ward(tree):
    return tree.ward


@pytest.fixture
def leader(people):
    return people.lanhdao


def board(ward):
    return board_of(ward, year())


def correct(recognition, leader, reason="Tính nhầm điểm."):
    return recognition_correct(recognition=recognition, reason=reason, by=leader, door=Door.WEB)


def test_board_holds_decided_eligible_cells_the_best_first(ward, tree):
    lower, best = ward_sheets(ward, 85_00, 92_50)
    year_sheet(tree.a, 84_99, reasons=["total_below"])
    factories.sheet(tree.b, year(), criteria=year_set(), state=State.DRAFT)
    year_sheet(tree.c, 99_00)
    found = board(ward)
    assert [one.sheet for one in found.candidates] == [best, lower]
    assert [sheet.unit for sheet in found.ineligible] == [tree.a]
    assert [sheet.unit for sheet in found.undecided] == [tree.b]


def test_nobody_is_chosen_until_somebody_chooses(ward):
    ward_sheets(ward, 99_00, 98_00)
    assert board(ward).chosen == ()


def test_set_without_quota_has_no_cap(ward):
    ward_sheets(ward, 99_00, 98_00)
    found = board(ward)
    assert (found.cap, found.left) == (None, 2)


@pytest.mark.parametrize(("base", "cap"), [("good_only", 5), ("good_or_better", 6), ("all", 7)])
def test_cap_follows_the_reading_of_the_quota(ward, base, cap):
    criteria = year_set(TWENTY.format(base))
    ward_sheets(ward, *[90_00] * 30, criteria=criteria)
    ward_sheets(ward, *[60_00] * 5, criteria=criteria, annual_class="HTNV", reasons=["total_below"])
    assert board(ward).cap == cap


@pytest.mark.parametrize(("count", "cap"), [(5, 0), (6, 1)])
def test_literal_cap_at_its_boundary(ward, count, cap):
    ward_sheets(ward, *[90_00] * count, criteria=year_set(TWENTY.format("good_only")))
    assert board(ward).cap == cap


def test_quota_by_group_caps_each_kind_of_cell(ward):
    criteria = year_set(TWENTY.format("good_or_better") + '\ngroup_by = "kind"')
    ward_sheets(ward, *[90_00] * 9, criteria=criteria)
    school = factories.CellKindFactory(code="truong_hoc", name="Trường học")
    for _ in range(5):
        year_sheet(factories.UnitFactory(parent=ward, kind=school), 90_00, criteria=criteria)
    found = board(ward)
    assert [(pool.label, pool.cap.cap) for pool in found.pools] == [
        ("CB4T-TRAN, Thôn", 1),
        ("CB4T-TRAN, Trường học", 1),
    ]
    assert found.cap == 2


def test_cap_is_full_at_its_number_and_over_one_later(ward, leader):
    sheets = ward_sheets(ward, *[90_00] * 10, criteria=year_set(TWENTY.format("good_or_better")))
    reasons = dict.fromkeys(sheets[:3], "Hoàn thành nhiệm vụ khó.")
    save(ward, leader, sheets[:2], reasons=reasons)
    assert (board(ward).left, problems_of(board(ward)).general) == (0, ())
    save(ward, leader, sheets[:3], reasons=reasons)
    (said,) = problems_of(board(ward)).general
    assert said == "Vượt trần 1 chi bộ: trần 2, đang chọn 3. Bỏ bớt 1 chi bộ."
    with pytest.raises(NotReadyError, match="Vượt trần 1"):
        issue(ward, leader)


def test_exception_raises_the_cap_and_needs_a_reason(ward, leader):
    criteria = year_set(TWENTY.format("good_or_better") + "\nexception_percent = 30")
    sheets = ward_sheets(ward, *[90_00] * 10, criteria=criteria)
    reasons = dict.fromkeys(sheets[:3], "Tiêu biểu.")
    save(ward, leader, sheets[:3], reasons=reasons, exception=(True, " "))
    with pytest.raises(NotReadyError, match="mức ngoại lệ thì phải ghi lý do"):
        issue(ward, leader)
    save(ward, leader, sheets[:3], reasons=reasons, exception=(True, "Kết quả nổi bật."))
    made = issue(ward, leader)
    (pool,) = made.quota
    assert (pool["cap"], pool["percent"], pool["is_exception"]) == (3, 3000, True)


def test_issue_freezes_choice_points_and_quota(ward, leader):
    criteria = year_set(TWENTY.format("good_only"))
    sheets = ward_sheets(ward, *[90_00 - n for n in range(12)], criteria=criteria)
    made = recognised(ward, leader, sheets[:2])
    assert (made.state, made.number, made.signed_on) == ("issued", "07-QĐ/ĐU", SIGNED)
    assert (made.issued_by, made.signer) == (leader, "Phạm Văn Ký")
    rows = made.choices.all()
    assert len(rows) == 12
    assert [row.total for row in rows if row.is_chosen] == [90_00, 89_99]
    assert [row.is_open for row in rows] == [True] * 2 + [False] * 10
    (pool,) = made.quota
    assert (pool["percent"], pool["base"], pool["number"], pool["cap"]) == (
        2000,
        "good_only",
        12,
        2,
    )
    assert (pool["chosen"], pool["eligible"]) == (2, 12)
    assert "20 % × (12 − 2) = 2" in pool["formula"]


def test_lower_one_is_chosen_only_with_a_reason(ward, leader):
    best, lower = ward_sheets(ward, 95_00, 90_00)
    save(ward, leader, [lower])
    with pytest.raises(NotReadyError) as refused:
        issue(ward, leader)
    assert list(refused.value.problems.rows) == [lower.pk]
    assert "95,00 điểm, cao hơn và đủ điều kiện" in refused.value.problems.rows[lower.pk]
    save(ward, leader, [lower], reasons={lower: "Hoàn thành nhiệm vụ khó."})
    made = issue(ward, leader)
    assert made.choices.get(evaluation=lower).reason == "Hoàn thành nhiệm vụ khó."
    assert not made.choices.get(evaluation=best).is_chosen


def test_reason_for_passing_over_the_better_one_is_enough(ward, leader):
    best, lower = ward_sheets(ward, 95_00, 90_00)
    save(ward, leader, [lower], reasons={best: "Đang bị kiểm tra dấu hiệu vi phạm."})
    assert issue(ward, leader).choices.get(evaluation=lower).is_open


def test_tie_at_the_border_needs_a_word_too(ward, leader):
    first, second = ward_sheets(ward, 90_00, 90_00)
    save(ward, leader, [first])
    with pytest.raises(NotReadyError, match="Bằng điểm với"):
        issue(ward, leader)
    save(ward, leader, [first, second])
    assert issue(ward, leader).choices.open().count() == 2


def test_empty_choice_is_no_decision(ward, leader):
    (only,) = ward_sheets(ward, 90_00)
    save(ward, leader, [], reasons={only: "Chờ xem xét."})
    with pytest.raises(NotReadyError, match="Chưa chọn"):
        issue(ward, leader)


def test_result_is_not_touched(ward, leader):
    (sheet,) = ward_sheets(ward, 90_00)
    before = Evaluation.objects.filter(pk=sheet.pk).values().get()
    recognised(ward, leader, [sheet])
    assert Evaluation.objects.filter(pk=sheet.pk).values().get() == before


def test_every_choice_leaves_old_and_new(ward, people):
    (sheet,) = ward_sheets(ward, 90_00)
    save(ward, people.canbo, [sheet])
    save(ward, people.canbo2, [])
    rows = AuditEntry.objects.filter(action="recognition_draft", field="choice", unit=sheet.unit)
    assert [(row.by, row.old["is_chosen"], row.new["is_chosen"]) for row in rows] == [
        (people.canbo2, True, False),
        (people.canbo, False, True),
    ]


def test_saving_the_same_again_changes_nothing(ward, people):
    (sheet,) = ward_sheets(ward, 90_00)
    first = save(ward, people.canbo, [sheet])
    assert save(ward, people.canbo2, [sheet]).version == first.version
    assert AuditEntry.objects.filter(action="recognition_draft").count() == 1


def test_save_keeps_what_it_was_not_told_of(ward, people):
    first, second = ward_sheets(ward, 90_00, 89_00)
    made = save(ward, people.canbo, [first, second])
    recognition_save(
        committee=ward, period=year(), choices={second.pk: Choice(False, "")},
        has_exception=False, exception_reason="", version=made.version, by=people.canbo,
        door=Door.WEB,
    )  # fmt: skip
    assert [one.sheet for one in board(ward).chosen] == [first]


def test_second_editor_does_not_overwrite_the_first(ward, people):
    (sheet,) = ward_sheets(ward, 90_00)
    save(ward, people.canbo, [sheet], version=0)
    with pytest.raises(StaleError, match=people.canbo.full_name):
        save(ward, people.canbo2, [], version=0)
    assert [one.sheet for one in board(ward).chosen] == [sheet]


def test_sheet_of_another_committee_or_not_decided_is_refused(ward, tree, people):
    foreign = year_sheet(tree.c, 95_00)
    open_ = factories.sheet(tree.a, year(), criteria=year_set())
    for sheet in (foreign, open_):
        with pytest.raises(RefusedError, match="vừa thay đổi"):
            recognition_save(
                committee=ward, period=year(), choices={sheet.pk: Choice(True, "")},
                has_exception=False, exception_reason="", version=0, by=people.canbo,
                door=Door.WEB,
            )  # fmt: skip
    assert not Recognition.objects.exists()


def test_only_what_the_signer_read_is_issued(ward, leader):
    first, second = ward_sheets(ward, 90_00, 89_00)
    save(ward, leader, [first])
    with pytest.raises(RefusedError, match="vừa thay đổi"):
        issue(ward, leader, chosen=[first.pk, second.pk])
    with pytest.raises(StaleError):
        issue(ward, leader, version=0)


def test_cell_that_lost_its_result_drops_out_in_sight(ward, leader):
    first, second = ward_sheets(ward, 90_00, 89_00)
    save(ward, leader, [first, second])
    Evaluation.objects.filter(pk=first.pk).update(is_eligible=False, reasons=["veto:V2"])
    found = board(ward)
    assert [one.sheet for one in found.chosen] == [second]
    assert list(found.lost) == [first]
    assert issue(ward, leader).choices.open().get().evaluation == second


def test_number_is_used_once_a_day(ward, leader):
    first, second = ward_sheets(ward, 90_00, 89_00)
    recognised(ward, leader, [first])
    save(ward, leader, [second])
    with pytest.raises(RefusedError, match="Đã có quyết định công nhận số 07-QĐ/ĐU"):
        issue(ward, leader)
    assert board(ward).draft
    issue(ward, leader, signed_on=SIGNED + timedelta(days=1))


def test_later_decision_adds_cells_under_what_is_left_of_the_cap(ward, leader):
    sheets = ward_sheets(
        ward, *[90_00 - n for n in range(10)], criteria=year_set(TWENTY.format("good_or_better"))
    )
    recognised(ward, leader, sheets[:1])
    found = board(ward)
    assert ([one.sheet for one in found.held], found.left) == (sheets[:1], 1)
    save(ward, leader, sheets[1:3])
    with pytest.raises(NotReadyError, match="trần 2, đang chọn 3"):
        issue(ward, leader, number="08-QĐ/ĐU")
    save(ward, leader, sheets[1:2])
    issue(ward, leader, number="08-QĐ/ĐU")
    assert RecognitionChoice.objects.open().count() == 2


def test_correction_replaces_the_decision_and_says_why(ward, leader):
    first, second = ward_sheets(ward, 95_00, 90_00)
    wrong = recognised(ward, leader, [first, second])
    draft = correct(wrong, leader)
    assert [one.sheet for one in board(ward).chosen] == [first, second]
    assert RecognitionChoice.objects.open().filter(recognition=wrong).count() == 2
    save(ward, leader, [first])
    made = issue(ward, leader, number="09-QĐ/ĐU")
    wrong.refresh_from_db()
    assert (made.pk, made.revokes, made.revoke_reason) == (draft.pk, wrong, "Tính nhầm điểm.")
    assert wrong.state == Recognition.State.REVOKED
    assert [row.evaluation for row in RecognitionChoice.objects.open()] == [first]
    assert wrong.choices.filter(is_chosen=True).count() == 2


def test_correction_may_take_the_title_from_all(ward, leader):
    (sheet,) = ward_sheets(ward, 95_00)
    correct(recognised(ward, leader, [sheet]), leader)
    save(ward, leader, [])
    issue(ward, leader, number="09-QĐ/ĐU")
    assert not RecognitionChoice.objects.open().exists()


def test_correction_needs_a_reason_and_a_decision_in_force(ward, leader):
    (sheet,) = ward_sheets(ward, 95_00)
    made = recognised(ward, leader, [sheet])
    with pytest.raises(ReasonMissingError):
        correct(made, leader, reason=" ")
    correct(made, leader)
    with pytest.raises(RefusedError, match="Đang có một bản dự thảo"):
        correct(made, leader)
    issue(ward, leader, number="09-QĐ/ĐU")
    with pytest.raises(RefusedError, match="không còn hiệu lực"):
        correct(made, leader)


def test_draft_that_is_given_up_stays_in_the_trail(ward, leader):
    (sheet,) = ward_sheets(ward, 95_00)
    made = save(ward, leader, [sheet], reasons={sheet: "Tiêu biểu."})
    given = {"committee": ward, "period": year(), "by": leader, "door": Door.WEB}
    with pytest.raises(StaleError):
        recognition_discard(**given, version=made.version + 1)
    recognition_discard(**given, version=made.version)
    assert not Recognition.objects.exists()
    entry = AuditEntry.objects.get(action="recognition_discarded")
    assert entry.old == {sheet.unit.code: {"is_chosen": True, "reason": "Tiêu biểu."}}


@pytest.fixture
def made(ward, leader):
    return recognised(ward, leader, ward_sheets(ward, 95_00, 90_00))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evaluations_recognition SET number = 'khác'",
        "UPDATE evaluations_recognition SET state = 'revoked', signer = 'khác'",
        "UPDATE evaluations_recognition SET state = 'draft'",
        "DELETE FROM evaluations_recognition",
        "UPDATE evaluations_recognitionchoice SET reason = 'khác'",
        "UPDATE evaluations_recognitionchoice SET is_chosen = (1 = 0), is_open = (1 = 0)",
        "DELETE FROM evaluations_recognitionchoice",
        "INSERT INTO evaluations_recognitionchoice (recognition_id, evaluation_id, is_chosen,"
        " reason, is_open) SELECT recognition_id, evaluation_id, is_chosen, 'x', (1 = 0)"
        " FROM evaluations_recognitionchoice",
    ],
)
def test_plain_sql_cannot_touch_what_was_issued(made, statement):
    with (
        pytest.raises(DatabaseError, match="never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert made.choices.open().count() == 2


def test_database_refuses_a_second_title_for_the_same_cell_and_year(made, ward):
    other = Recognition.objects.create(committee=ward, period=year())
    with pytest.raises(IntegrityError), transaction.atomic():
        other.choices.create(
            evaluation=made.choices.first().evaluation, is_chosen=True, is_open=True, total=1
        )


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "issued"},
        {"state": "issued", "number": "1", "signer": "Ký", "issued_at": timezone.now()},
        {"state": "draft"},
    ],
)
def test_database_refuses_a_decision_without_number_and_a_second_draft(ward, changed):
    Recognition.objects.create(committee=ward, period=year())
    with pytest.raises(IntegrityError), transaction.atomic():
        Recognition.objects.create(committee=ward, period=year(), **changed)


def test_board_costs_the_same_for_many_cells(ward, leader, django_assert_num_queries):
    ward_sheets(ward, 95_00)
    save(ward, leader, [board(ward).candidates[0].sheet])
    period = year()
    # draft, whom it judges, sheets, criteria sets, titles held, choices of the draft
    with django_assert_num_queries(6):
        board_of(ward, period)
    ward_sheets(ward, *[90_00] * 20)
    with django_assert_num_queries(6):
        board_of(ward, period)
