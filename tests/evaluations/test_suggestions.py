"""Quarters feed the sheet of the year, months that of the quarter; nothing is typed twice."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import AuditEntry, Door
from evaluations.models import Score, Stage
from evaluations.services.errors import ConflictError, LockedError
from evaluations.services.lines import Change, lines_save
from evaluations.services.suggestion_parts import shorter
from evaluations.services.suggestion_taking import suggestion_take, suggestions_take
from evaluations.services.suggestions import suggestions_of
from tests import factories
from tests.evaluations import modes
from tests.evaluations.lineages import close, event

pytestmark = pytest.mark.django_db
QUARTERS = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
ATTENDANCE = {"2026-Q1": (9, 10), "2026-Q2": (8, 10), "2026-Q3": (10, 10), "2026-Q4": (7, 10)}


def attended(code):
    num, den = ATTENDANCE[code]
    return {"2.3": {"num": num, "den": den}}


@pytest.fixture
def year(tree, people):
    """Three quarters are decided, the fourth is not handed in; the year is open."""
    for code in QUARTERS:
        modes.opened(code)
    for code in QUARTERS[:3]:
        modes.decided(tree.a, code, people, attended(code))
    modes.opened("2026")
    return modes.sheet_of(tree.a, "2026")


def suggested(sheet, line="2.3"):
    return suggestions_of(sheet).lines.get(line)


def hand_in_the_fourth(tree, people):
    fourth = modes.sheet_of(tree.a, "2026-Q4")
    modes.fill(fourth, people.canbo, attended("2026-Q4"))
    modes.submit(fourth, people.canbo)


def take(sheet, by, **more):
    services = suggestion_take if "line" in more else suggestions_take
    return services(sheet=sheet, by=by, door=Door.WEB, **more)


def test_a_quarter_that_is_not_handed_in_does_not_count(year):
    assert suggested(year).words == "Theo các quý: 27/30 (Quý I–III/2026)"
    (source,) = suggestions_of(year).sources
    assert [(part.label, part.why_not) for part in source.left_out] == [("Quý IV", "chưa nộp")]


def test_a_quarter_that_is_handed_in_counts(year, tree, people):
    hand_in_the_fourth(tree, people)
    assert suggested(year).words == "Theo các quý: 34/40 (Quý I–IV/2026)"


def test_the_decided_figure_counts_not_the_own_one(year, tree):
    second = modes.sheet_of(tree.a, "2026-Q2")
    Score.objects.filter(evaluation=second, line="2.3", stage=Stage.SELF).update(num=1)
    assert suggested(year).text == "27/30"


def test_each_line_follows_its_own_rule(year, tree, people):
    assert suggested(year, "2.2").text == "3/3"
    assert suggested(year, "1.5").answer == {"choice": "none_open"}
    assert suggested(year, "4.1") is None


def test_a_quarter_that_was_never_opened_is_missing(tree, people):
    modes.opened("2026-Q1")
    modes.opened("2026-Q3")
    for code in ("2026-Q1", "2026-Q3"):
        modes.decided(tree.a, code, people, attended(code))
    modes.opened("2026")
    sheet = modes.sheet_of(tree.a, "2026")
    assert suggested(sheet).words == "Theo các quý: 19/20 (Quý I, III/2026)"
    (source,) = suggestions_of(sheet).sources
    assert {part.why_not for part in source.left_out} == {"chưa mở kỳ"}


def test_without_quarters_nothing_is_suggested(tree):
    modes.opened("2026")
    assert suggestions_of(modes.sheet_of(tree.a, "2026")).sources == ()


def test_taking_a_line_marks_its_source_and_leaves_a_trail(year, people):
    assert take(year, people.canbo, line="2.3", version=0) == 1
    row = Score.objects.get(evaluation=year, line="2.3")
    assert (row.num, row.den, row.source, row.by) == (27, 30, "quarters", people.canbo)
    entry = AuditEntry.objects.of("evaluation", year.pk).get()
    assert (entry.field, entry.new) == ("2.3.self", {"num": 27, "den": 30})
    assert entry.reason == "Theo các quý: 27/30 (Quý I–III/2026)"


def test_what_is_entered_afterwards_is_no_longer_taken(year, people):
    take(year, people.canbo, line="2.3", version=0)
    changes = [Change("2.3", {"num": 26, "den": 30}, 1)]
    lines_save(sheet=year, changes=changes, by=people.canbo, door=Door.WEB)
    assert Score.objects.get(evaluation=year, line="2.3").source == ""


def test_a_line_somebody_else_changed_is_a_conflict(year, people):
    changes = [Change("2.3", {"num": 20, "den": 30})]
    lines_save(sheet=year, changes=changes, by=people.canbo2, door=Door.WEB)
    with pytest.raises(ConflictError):
        take(year, people.canbo, line="2.3", version=0)
    assert take(year, people.canbo, line="2.3", version=1) == 1


def test_all_that_are_not_answered_are_taken_and_no_other(year, people):
    changes = [Change("2.3", {"num": 20, "den": 30})]
    lines_save(sheet=year, changes=changes, by=people.canbo, door=Door.WEB)
    lines = suggestions_of(year).lines
    assert len(take(year, people.canbo)) == len(lines) - 1
    rows = {row.line: row for row in Score.objects.filter(evaluation=year)}
    assert (rows["2.3"].num, rows["2.3"].source) == (20, "")
    assert set(rows) == set(lines)
    assert take(year, people.canbo) == []


def test_a_submitted_sheet_takes_nothing_more(year, people):
    modes.fill(year, people.canbo)
    modes.submit(year, people.canbo)
    with pytest.raises(LockedError):
        take(year, people.canbo, line="2.3", version=1)


SPLIT_ON = date(2026, 7, 1)


@pytest.fixture
def split(year, tree, people):
    """The cell splits on 1 July; a new one has quarters of its own from the third on."""
    new = factories.UnitFactory(parent=tree.ward, founded_on=SPLIT_ON)
    event("split", SPLIT_ON, [(tree.a, new)])
    close(tree.a, SPLIT_ON)
    for code in ("2026-Q3", "2026-Q4", "2026"):
        modes.opened(code)
    modes.decided(new, "2026-Q3", people, {"2.3": {"num": 4, "den": 5}}, number="99-QĐ")
    return modes.sheet_of(new, "2026")


def test_quarters_of_the_cell_before_a_split_are_not_added(split, tree):
    assert suggested(split).words == "Theo các quý: 4/5 (Quý III/2026)"
    (source,) = suggestions_of(split).sources
    whose = f"kết quả của {tree.a.name}, trước khi chia tách 01/07/2026"
    assert [(part.label, part.why_not) for part in source.left_out] == [
        ("Quý I", whose),
        ("Quý II", whose),
        ("Quý IV", "chưa nộp"),
    ]


def test_quarters_of_an_absorbed_cell_stay_where_they_were_earned(year, tree, people):
    modes.decided(tree.b, "2026-Q1", people, {"2.3": {"num": 0, "den": 50}}, number="98-QĐ")
    event("absorb", SPLIT_ON, [(tree.b, tree.a)])
    assert suggested(year).text == "27/30"
    (source,) = suggestions_of(year).sources
    assert [origin.unit.name for origin in source.apart] == [tree.b.name]


def address(name, sheet, *more):
    return reverse(f"evaluations:{name}", args=[sheet.period.code, sheet.unit.code, *more])


@pytest.fixture
def clerk(client, people):
    client.force_login(people.canbo)
    return client


def test_the_sheet_shows_what_the_quarters_say(clerk, year):
    page = clerk.get(address("sheet", year)).content.decode()
    assert "Theo các quý: 27/30 (Quý I–III/2026)" in page
    assert "Quý IV (chưa nộp)" in page
    count = len(suggestions_of(year).lines)
    assert f'<span data-suggested-count="fed">{count}</span> dòng chưa chấm' in page


def test_who_only_reads_is_offered_nothing(client, people, year):
    client.force_login(people.kiemtra)
    page = client.get(address("sheet", year)).content.decode()
    assert "Theo các quý" not in page
    assert "Nhận tất cả" not in page


def test_one_line_is_taken_in_place(clerk, year):
    answer = clerk.post(address("suggestion_take", year), {"line": "2.3", "version": "0"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="dong-2-3"' in html
    assert 'value="27"' in html
    assert "Đã nhận" in html
    assert 'id="thanh-diem"' in html


@pytest.mark.parametrize(("version", "status"), [("0", 409), ("x", 409), ("1", 200)])
def test_a_stale_page_is_told_so(clerk, people, year, version, status):
    changes = [Change("2.3", {"num": 20, "den": 30})]
    lines_save(sheet=year, changes=changes, by=people.canbo2, door=Door.WEB)
    answer = clerk.post(address("suggestion_take", year), {"line": "2.3", "version": version})
    assert answer.status_code == status
    if status == 409:
        assert "vừa sửa dòng này" in answer.content.decode()
        assert 'value="20"' in answer.content.decode()


def test_a_locked_sheet_answers_423(clerk, people, year):
    modes.fill(year, people.canbo)
    modes.submit(year, people.canbo)
    answer = clerk.post(address("suggestion_take", year), {"line": "2.3", "version": "1"})
    assert answer.status_code == 423
    assert "đã nộp" in answer.content.decode()


def test_all_are_taken_with_one_button(clerk, year):
    count = len(suggestions_of(year).lines)
    page = clerk.post(address("suggestion_take", year), follow=True).content.decode()
    assert f"Đã nhận {count} dòng theo gợi ý" in page
    assert "data-suggested-count" not in page


def test_an_unknown_line_is_not_found(clerk, year):
    assert clerk.post(address("suggestion_take", year), {"line": "9.9"}).status_code == 404
    assert clerk.get(address("suggestion_source", year, "9.9")).status_code == 404
    assert clerk.get(address("suggestion_source", year, "4.1")).status_code == 404


def test_the_source_names_every_quarter(clerk, year):
    page = clerk.get(address("suggestion_source", year, "2.3")).content.decode()
    for said in ("9/10", "8/10", "10/10", "Không: chưa nộp", "Cộng số liệu của các quý"):
        assert said in page
    assert reverse("evaluations:scorecard", args=["2026-Q1", year.unit.code]) in page


def test_the_appraiser_sees_where_a_figure_was_taken_from(client, people, year):
    take(year, people.canbo)
    modes.fill(year, people.canbo, without=set(suggestions_of(year).lines))
    modes.submit(year, people.canbo)
    client.force_login(people.canbo2)
    assert "lấy theo các quý" in client.get(address("appraisal", year)).content.decode()


@pytest.mark.parametrize("count", [1, 4])
def test_the_sheet_costs_the_same_for_one_quarter_as_for_four(
    clerk, people, tree, count, django_assert_num_queries
):
    for code in QUARTERS[:count]:
        modes.opened(code)
        modes.decided(tree.a, code, people, attended(code))
    modes.opened("2026")
    url = address("sheet", modes.sheet_of(tree.a, "2026"))
    clerk.get(url)
    # Session, user, roles, sheet, rows, sheet before, lineage, comments, flags, evidence; periods,
    # sheets, places, answers, origins of the suggestions.
    with django_assert_num_queries(15):
        clerk.get(url)


def test_a_quarter_without_months_asks_for_them_once(clerk, tree, django_assert_num_queries):
    modes.opened("2026-Q4")
    url = address("sheet", modes.sheet_of(tree.a, "2026-Q4"))
    clerk.get(url)
    # Session, user, roles, sheet, rows, sheet before, lineage, comments, flags, evidence;
    # months.
    with django_assert_num_queries(11):
        clerk.get(url)


MONTHS = ["2026-M10", "2026-M11", "2026-M12"]


def test_months_in_order_are_counted_for_the_quarter(tree, people):
    for code in MONTHS:
        modes.opened(code)
    modes.decided(tree.a, "2026-M10", people)
    modes.decided(tree.a, "2026-M11", people, {"2.1": {"choice": "khong_dat"}})
    modes.opened("2026-Q4")
    sheet = modes.sheet_of(tree.a, "2026-Q4")
    assert suggested(sheet, "2.1").words == "Theo các tháng: 1/2 (Tháng 10–11/2026)"
    assert suggested(sheet, "2.4").text == "2/2"


@pytest.mark.parametrize(
    ("code", "kind", "labels"),
    [
        ("2026", "quarters", ["Quý I", "Quý II", "Quý III", "Quý IV"]),
        ("2026-Q4", "months", ["Tháng 10", "Tháng 11", "Tháng 12"]),
        ("2026-Q1", "quarters", ["Quý I"]),
    ],
)
def test_shorter_periods_lie_within(code, kind, labels):
    period = modes.opened(code)
    assert list(shorter(period, kind).values()) == labels
