"""The ranking page: who sees what, how it is filtered, and what it costs."""

import pytest

from cells.models import Job
from cells.services import jobs
from evaluations.models import Evaluation, RankingRow
from evaluations.services.rankings import ranking_build
from tests import factories
from tests.evaluations.decided import cells, decided, quarter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    monkeypatch.setattr(jobs, "send", lambda pk: None)


@pytest.fixture
def period():
    return quarter()


@pytest.fixture
def ranking(tree, period):
    """Return a ranking: a 10000, b and c 9600 (c vetoed); the ward itself reports nothing."""
    decided(tree.a, period)
    decided(tree.b, period, l1_1="no")
    decided(tree.c, period, l1_1="no", vetoes=["V2"], members=40)
    return ranking_build(period=period, scope=tree.city, by=None)


def page_of(client, user, query="", period="2026-Q3"):
    client.force_login(user)
    return client.get(f"/xep-hang/{period}/{query}")


def codes(response):
    return [line.code for line in response.context["page"].lines]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("thanhuy", "abc"),
        ("kiemtra", "abc"),
        ("canbo", "ab"),
        ("lanhdao", "ab"),
        ("bithu", "a"),
        ("nguoila", "c"),
    ],
)
def test_each_sees_the_rows_of_own_branch(client, tree, people, ranking, name, seen):
    response = page_of(client, getattr(people, name))
    assert set(codes(response)) == {getattr(tree, unit).code for unit in seen}
    assert ("Bên Cạnh" in response.text) is ("c" in seen)


def test_technical_administrator_sees_no_ranking(client, people, ranking):
    assert page_of(client, people.quantri).status_code == 404


def test_row_says_place_tie_movement_and_reasons(client, tree, people, ranking):
    text = page_of(client, people.thanhuy).text
    assert '<strong class="rank">2</strong>/3' in text
    assert "đồng hạng" in text
    assert "96,00" in text
    assert '<span class="badge-level tone-success">' in text
    assert "Điểm loại V2" in text
    assert "chưa có kỳ trước để so" in text
    assert f"/bang-diem/2026-Q3/{tree.a.code}/" in text


def test_movement_is_sign_and_words(client, tree, people, ranking):
    later = quarter("2026-Q4")
    decided(tree.a, later, l1_1="no", l3_1="kha")
    decided(tree.b, later)
    decided(tree.c, later, l1_1="no", l3_1="kha", members=40)
    ranking_build(period=later, scope=tree.city, by=None)
    text = page_of(client, people.thanhuy, period="2026-Q4").text
    assert "▲1" in text
    assert "lên 1 bậc" in text
    assert "▼1" in text
    assert "xuống 1 bậc" in text
    assert "giữ nguyên" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=duc giang", "b"),
        ("?q=Đức Giang", "b"),
        ("?q=khong co", ""),
        ("?eligible=1", "ab"),
        ("?eligible=0", "c"),
        ("?level=tot", "abc"),
        ("?level=kem", ""),
        ("?group=Thôn, từ 30 đảng viên", "c"),
        ("?kind=thon", "abc"),
        ("?kind=no-such-kind&level=x&group=y&unit=z&sort=;drop&page=x", "abc"),
        ("?sort=-rank", "bca"),
        ("?sort=total", "bca"),
        ("?page=999", "abc"),
    ],
)
def test_filters_live_in_the_address(client, tree, people, ranking, query, found):
    shown = codes(page_of(client, people.thanhuy, query))
    assert shown == [getattr(tree, unit).code for unit in found]


def test_unit_filter_takes_one_committee(client, tree, people, ranking):
    assert codes(page_of(client, people.thanhuy, f"?unit={tree.other.code}")) == [tree.c.code]


def test_choice_of_units_is_within_reach(client, tree, people, ranking):
    offered = page_of(client, people.canbo, f"?unit={tree.ward.code}").context["options"]["unit"]
    assert offered == f'<option value="{tree.ward.code}" selected>{tree.ward.name}</option>'


def test_every_column_sorts(client, people, ranking):
    for _, sort, _ in page_of(client, people.thanhuy).context["headers"]:
        for order in (sort, f"-{sort}"):
            assert len(codes(page_of(client, people.thanhuy, f"?sort={order}"))) == 3


def test_sheets_apart_have_a_tab_with_reasons(client, tree, people, period):
    decided(tree.a, period, without=["1.3"])
    factories.sheet(tree.b, period)
    ranking_build(period=period, scope=tree.city, by=None)
    response = page_of(client, people.thanhuy, "?tab=chua-du")
    assert sorted(codes(response)) == sorted([tree.a.code, tree.b.code])
    assert "Còn dòng chưa chấm" in response.text
    assert "Chưa có quyết định của cấp ủy" in response.text


def test_difference_is_an_alarm_within_reach(client, tree, people, ranking, period):
    Evaluation.objects.filter(unit=tree.c).update(final_total=9999)
    ranking_build(period=period, scope=tree.city, by=None)
    assert "khác kết quả tính lại" in page_of(client, people.thanhuy).text
    assert "khác kết quả tính lại" not in page_of(client, people.canbo).text


def test_page_before_the_first_ranking_says_what_to_do(client, people, period):
    assert "Bấm “Lập bảng xếp hạng”" in page_of(client, people.thanhuy).text
    assert "tự lập mỗi đêm" in page_of(client, people.canbo).text


def test_address_without_a_period_leads_to_the_newest_ranking(client, people, ranking):
    quarter("2026-Q4")
    client.force_login(people.canbo)
    assert client.get("/xep-hang/").url == "/xep-hang/2026-Q3/"


def test_only_who_administers_the_whole_tree_builds(client, tree, people, ranking):
    for user in (people.canbo, people.lanhdao, people.kiemtra, people.bithu, people.quantri):
        client.force_login(user)
        assert client.post("/xep-hang/2026-Q3/lap-lai/").status_code == 404
        if user != people.quantri:
            assert "Lập lại bảng xếp hạng" not in client.get("/xep-hang/2026-Q3/").text
    assert not Job.objects.exists()


def test_build_shows_progress_until_the_table_is_there(client, tree, people, ranking):
    client.force_login(people.thanhuy)
    client.post("/xep-hang/2026-Q3/lap-lai/")
    text = client.get("/xep-hang/2026-Q3/").text
    assert "Đang chờ đến lượt" in text
    assert "/xep-hang/2026-Q3/tien-do/" in text
    assert "HX-Refresh" not in client.get("/xep-hang/2026-Q3/tien-do/")
    jobs.job_run(Job.objects.get().pk)
    assert client.get("/xep-hang/2026-Q3/tien-do/")["HX-Refresh"] == "true"
    assert "job-progress" not in client.get("/xep-hang/2026-Q3/").text


def test_failed_build_is_told_until_one_succeeds(client, tree, people, ranking, monkeypatch):
    client.force_login(people.thanhuy)
    client.post("/xep-hang/2026-Q3/lap-lai/")
    monkeypatch.setitem(jobs.HANDLERS, "ranking", lambda job, progress: 1 // 0)
    jobs.job_run(Job.objects.get().pk)
    assert "Không chạy được" in client.get("/xep-hang/2026-Q3/").text


# Session, user, roles, periods with job and ranking; once per snapshot its facts and its rows.
PAGE_QUERIES = 4
NEW_SNAPSHOT = 2


@pytest.mark.parametrize("query", ["", "?q=chi bo&sort=-total", "?tab=chua-du"])
def test_page_costs_six_queries_whatever_the_number_of_cells(
    client, tree, people, ranking, period, django_assert_num_queries, query
):
    client.force_login(people.canbo)
    client.get(f"/xep-hang/2026-Q3/{query}")  # what a process reads once
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(f"/xep-hang/2026-Q3/{query}")
    for unit in cells(tree.ward, 60):
        decided(unit, period)
    ranking_build(period=period, scope=tree.city, by=None)
    with django_assert_num_queries(PAGE_QUERIES + NEW_SNAPSHOT):
        response = client.get(f"/xep-hang/2026-Q3/{query}")
    assert len(response.context["page"].lines) <= 50


def test_pages_hold_fifty_rows(client, tree, people, period):
    for unit in cells(tree.ward, 51):
        decided(unit, period)
    ranking_build(period=period, scope=tree.city, by=None)
    assert RankingRow.objects.filter(rank=1).count() == 51
    first, second = (page_of(client, people.canbo, f"?page={n}") for n in (1, 2))
    assert (len(codes(first)), len(codes(second))) == (50, 1)
    assert "Trang 1/2" in first.text
