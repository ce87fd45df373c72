"""The scorecard page: who sees it, and what it says."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.answers import fields_of
from evaluations.models import Decision, Evaluation, PeriodUnit, Ranking, RankingRow, Score, State
from evaluations.reports.scorecard import scorecard_of
from evaluations.rules.engine import score_line
from evaluations.services.sheets import apply_outcome, outcome_of
from tests import factories


def best(indicator):
    """Return an answer that gives every point of a line."""
    if indicator.input in ("choice", "grade"):
        option = max(indicator.options, key=lambda option: option.points)
        return {indicator.input: option.code}
    return {"count": 99} if indicator.input == "count" else {"num": 40, "den": 40}


def fill(sheet, stage="self", *, note="", **changed):
    """Answer every line with full points but for `changed` (l1_2={…}; None: not scored)."""
    rules = sheet.criteria.rules
    for code, line in rules.indicators.items():
        answer = changed.get(f"l{code.replace('.', '_')}", best(line))
        if answer is not None:
            Score.objects.create(
                evaluation=sheet,
                line=code,
                stage=stage,
                points=score_line(line, answer).points,
                note=note if f"l{code.replace('.', '_')}" in changed else "",
                **fields_of(answer),
            )
    sheet.save(update_fields=apply_outcome(sheet, stage, outcome_of(sheet, stage)))
    return sheet


def decide(sheet, number="05-QĐ/ĐU"):
    """Make the state of `sheet` decided, with its decision."""
    sheet.decision, _ = Decision.objects.get_or_create(
        committee=sheet.period_unit.committee,
        period=sheet.period,
        number=number,
        signed_on=date(2026, 10, 12),
        signer="Phạm Văn Ký",
    )
    sheet.state, sheet.submitted_at = State.DECIDED, timezone.now()
    sheet.save()
    return sheet


def quarter(number, **fields):
    ends = date(2026, 3 * number, 30)
    return factories.PeriodFactory(
        code=f"2026-Q{number}",
        starts_on=date(2026, 3 * number - 2, 1),
        ends_on=ends,
        due_on=ends + timedelta(days=5),
        **fields,
    )


def page(client, user, unit, period="2026-Q4"):
    client.force_login(user)
    return client.get(reverse("evaluations:scorecard", args=[period, unit.code]))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("thanhuy", 200),
        ("canbo", 200),
        ("lanhdao", 200),
        ("bithu", 200),
        ("kiemtra", 200),
        ("phutrach", 200),
        ("nguoila", 404),
        ("quantri", 404),
    ],
)
def test_scorecard_is_seen_within_reach_only(client, tree, people, name, status):
    factories.sheet(tree.a)
    assert page(client, getattr(people, name), tree.a).status_code == status


def test_secretary_does_not_see_the_cell_next_door(client, tree, people):
    factories.sheet(tree.b)
    assert page(client, people.bithu, tree.b).status_code == 404


@pytest.mark.parametrize("period", ["2025-Q1", "khong-co"])
def test_unknown_period_is_404(client, tree, people, period):
    factories.sheet(tree.a)
    assert page(client, people.canbo, tree.a, period).status_code == 404


def test_unknown_code_is_404(client, tree, people):
    factories.sheet(tree.a)
    client.force_login(people.canbo)
    assert client.get("/bang-diem/2026-Q4/KHONG-CO/").status_code == 404


def test_ward_keeps_the_scorecard_of_a_cell_that_moved_away(client, tree, people):
    factories.sheet(tree.a)
    tree.a.path = f"{tree.other.path}{tree.a.code}/"
    tree.a.save()
    assert page(client, people.canbo, tree.a).status_code == 200
    assert page(client, people.nguoila, tree.a).status_code == 200


def test_quarter_with_every_point_reaches_the_level_of_the_quarter(client, tree, people):
    decide(fill(fill(factories.sheet(tree.a)), "final"))
    html = page(client, people.bithu, tree.a).content.decode()
    assert "100,00 <small>/ 100 điểm" in html
    assert "Đạt mức quý" in html
    assert "05-QĐ/ĐU" in html
    assert "12/10/2026" in html
    assert "Phạm Văn Ký" in html
    assert "công nhận" not in html


def test_all_reasons_are_said_with_their_numbers(client, tree, people):
    sheet = factories.sheet(tree.a, vetoes=["V2"])
    fill(sheet, l1_1=None, l2_6={"choice": "kem"})
    html = page(client, people.canbo, tree.a).content.decode()
    assert "Chưa đạt mức quý, vì:" in html
    assert "Còn 1 dòng chưa chấm: 1.1" in html
    assert "Nhóm 2 đạt 15,00/20, dưới mức sàn 16,00 (80 %)" in html
    assert "Điểm loại V2" in html
    assert "công nhận" not in html


def test_line_says_input_percent_band_points_loss_and_next(tree, people):
    fill(factories.sheet(tree.a), l1_2={"num": 38, "den": 40})
    card = scorecard_of(user=people.bithu, period="2026-Q4", code=tree.a.code)
    line = card.groups[0].lines[1]
    said = line.explanation
    assert (said.line, said.input, said.percent) == ("1.2", "38/40", 9500)
    assert line.applied == "từ 95 % trở lên"
    assert (said.points, said.lost) == (800, 200)
    assert said.next == "cần 40/40 (100 %) để được 10 điểm: thêm 2"


def test_line_that_does_not_apply_differs_from_one_not_scored(client, tree, people):
    fill(factories.sheet(tree.a), l4_4={"na": True}, l3_1=None)
    card = scorecard_of(user=people.bithu, period="2026-Q4", code=tree.a.code)
    lines = {line.indicator.code: line for group in card.groups for line in group.lines}
    assert (lines["4.4"].is_na, lines["4.4"].is_absent) == (True, False)
    assert (lines["3.1"].is_na, lines["3.1"].is_absent) == (False, True)
    html = page(client, people.bithu, tree.a).content.decode()
    assert html.count("Không áp dụng") == 1
    assert html.count("Chưa chấm") == 1


def test_changed_line_shows_both_values_and_the_reason(client, tree, people):
    sheet = fill(factories.sheet(tree.a))
    fill(sheet, "appraised", note="Biên bản chỉ ghi 38", l1_2={"num": 38, "den": 40})
    Evaluation.objects.filter(pk=sheet.pk).update(
        state=State.APPRAISED, submitted_at=timezone.now()
    )
    html = page(client, people.bithu, tree.a).content.decode()
    assert "Dòng 1.2: tự chấm 40/40 (10,00 điểm); thẩm định 38/40 (8,00 điểm)." in html
    assert "Lý do: Biên bản chỉ ghi 38" in html
    assert "98,00 <small>" in html


def test_sheet_under_appraisal_still_shows_the_whole_self_scored_result(tree, people):
    sheet = fill(factories.sheet(tree.a))
    Score.objects.create(
        evaluation=sheet, line="1.1", stage="appraised", option="no", points=0, note="Chưa có"
    )
    sheet.state, sheet.submitted_at = State.SUBMITTED, timezone.now()
    sheet.save(
        update_fields=[
            "state",
            "submitted_at",
            *apply_outcome(sheet, "appraised", outcome_of(sheet, "appraised")),
        ]
    )
    card = scorecard_of(user=people.bithu, period="2026-Q4", code=tree.a.code)
    assert (card.stage, card.total, card.is_eligible) == ("self", 10000, True)
    assert card.appraised_lines == 1
    assert card.groups[0].lines[0].change.reason == "Chưa có"


def test_answer_given_anew_after_the_appraisal_is_no_difference(tree, people):
    sheet = fill(factories.sheet(tree.a))
    fill(sheet, "appraised", l1_2={"num": 38, "den": 40})
    later = timezone.now() + timedelta(minutes=1)
    sheet.scores.filter(stage="self", line="1.2").update(at=later)
    card = scorecard_of(user=people.bithu, period="2026-Q4", code=tree.a.code)
    assert card.groups[0].lines[1].change is None


def test_decided_sheet_keeps_what_was_decided_and_says_when_it_no_longer_adds_up(
    client, tree, people
):
    sheet = decide(fill(fill(factories.sheet(tree.a)), "final"))
    Evaluation.objects.filter(pk=sheet.pk).update(final_total=9000, level="kha")
    html = page(client, people.bithu, tree.a).content.decode()
    assert "90,00 <small>" in html
    assert "Điểm đã lưu khác điểm tính lại" in html


def test_last_four_quarters_end_with_the_one_shown(tree, people):
    for number in (1, 2, 3, 4):
        sheet = factories.sheet(tree.a, quarter(number))
        if number < 4:
            decide(fill(fill(sheet, l1_2={"num": 38, "den": 40}), "final"), f"{number}-QĐ/ĐU")
    card = scorecard_of(user=people.bithu, period="2026-Q3", code=tree.a.code)
    assert [item.code for item in card.recent] == ["2026-Q1", "2026-Q2", "2026-Q3"]
    assert card.recent[0].total == 10000
    card = scorecard_of(user=people.bithu, period="2026-Q4", code=tree.a.code)
    assert [item.total for item in card.recent] == [10000, 10000, 10000, None]
    assert [item.is_current for item in card.recent] == [False, False, False, True]


def test_sheet_not_begun_claims_no_total_and_no_reasons(client, tree, people):
    factories.sheet(tree.a)
    html = page(client, people.bithu, tree.a).content.decode()
    assert "Chưa có kết quả" in html
    assert "Chưa xếp mức" in html


def test_newest_rank_is_shown(client, tree, people):
    sheet = decide(fill(fill(factories.sheet(tree.a)), "final"))
    for age, rank in ((2, 9), (1, 3)):
        ranking = Ranking.objects.create(
            period=sheet.period,
            scope=tree.city,
            built_at=timezone.now() - timedelta(hours=age),
            ranked=120,
            incomplete=0,
            seconds=1,
            sha256="0" * 64,
        )
        RankingRow.objects.create(
            ranking=ranking,
            evaluation=sheet,
            unit=tree.a,
            path=tree.a.path,
            code=tree.a.code,
            name=tree.a.name,
            search="",
            group="Thôn, 10–29",
            criteria_code=sheet.criteria.code,
            total=10000,
            level="tot",
            is_eligible=True,
            rank=rank,
            competitors=120,
            group_rank=2,
            group_competitors=30,
        )
    html = page(client, people.bithu, tree.a).content.decode()
    assert "Hạng 3/120 trong Thành ủy thử nghiệm" in html
    assert "hạng 2/30 trong nhóm Thôn, 10–29" in html


@pytest.mark.parametrize(("name", "offered"), [("bithu", True), ("kiemtra", False)])
def test_entry_sheet_is_offered_to_those_who_may_enter(client, tree, people, name, offered):
    factories.sheet(tree.a)
    html = page(client, getattr(people, name), tree.a).content.decode()
    link = f'href="{reverse("evaluations:sheet", args=["2026-Q4", tree.a.code])}"'
    assert (link in html) is offered


def test_unit_without_a_sheet_says_why_and_leads_to_other_periods(client, tree, people):
    factories.sheet(tree.a, quarter(3))
    PeriodUnit.objects.create(
        period=factories.PeriodFactory(),
        unit=tree.a,
        path=tree.a.path,
        name=tree.a.name,
        is_cell=True,
        level=tree.a.level,
        is_expected=False,
        reason="Mới thành lập",
    )
    answer = page(client, people.bithu, tree.a)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "Lý do: Mới thành lập." in html
    assert reverse("evaluations:scorecard", args=["2026-Q3", tree.a.code]) in html
    assert page(client, people.nguoila, tree.a).status_code == 404


@pytest.mark.parametrize("quarters", [[4], [1, 2, 3, 4]])
def test_page_costs_the_same_queries_for_any_history(
    client, tree, people, quarters, django_assert_num_queries
):
    for number in quarters:
        decide(fill(fill(factories.sheet(tree.a, quarter(number))), "final"), f"{number}-QĐ/ĐU")
    client.force_login(people.bithu)
    # Session, user, roles, sheet, scores, sheets of the unit, origins, past results, rank,
    # recomputes, vote, request to open again, results opened again, evidence.
    with django_assert_num_queries(14):
        client.get(reverse("evaluations:scorecard", args=["2026-Q4", tree.a.code]))
