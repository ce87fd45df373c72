"""Talking about a line, and marking one to be followed up."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from cells.models import AuditEntry, Door, Notice
from evaluations.models import LineComment, LineFlag, State
from evaluations.services.errors import RefusedError
from evaluations.services.line_talk import WordsError, comment_add, flag_clear, flag_raise
from tests import factories
from tests.evaluations import modes

pytestmark = pytest.mark.django_db
PERIOD = "2026-Q4"


@pytest.fixture
def draft(tree):
    return factories.sheet(tree.a)


def url(name, unit, line="1.2"):
    return reverse(f"evaluations:{name}", args=[PERIOD, unit.code, line])


def say(sheet, by, text="Xem lại số nhiệm vụ."):
    return comment_add(sheet=sheet, line="1.2", text=text, by=by)


def mark(sheet, by, reason="Chờ minh chứng"):
    return flag_raise(sheet=sheet, line="1.2", reason=reason, by=by, door=Door.WEB)


def test_comment_keeps_its_paragraphs_and_is_told_to_the_other_side(draft, people):
    comment = say(draft, people.canbo, "  Dòng một \r\n\r\n dòng  hai ")
    assert comment.text == "Dòng một\ndòng hai"
    told = Notice.objects.get(to=people.bithu)
    assert told.url.endswith("#dong-1-2")
    assert "Xem lại" not in told.text
    assert not Notice.objects.filter(to=people.canbo).exists()


def test_answer_of_the_cell_is_told_to_who_spoke(draft, people):
    say(draft, people.lanhdao)
    say(draft, people.bithu, "Đã bổ sung.")
    assert Notice.objects.filter(to=people.lanhdao).count() == 1


@pytest.mark.parametrize(("text", "words"), [(" \n ", "Hãy viết"), ("x" * 1001, "1.000 ký tự")])
def test_comment_that_cannot_be_kept_is_refused(draft, people, text, words):
    with pytest.raises(WordsError, match=words):
        say(draft, people.canbo, text)


def test_longest_comment_is_kept(draft, people):
    assert len(say(draft, people.canbo, "x" * 1000).text) == 1000


def test_comment_is_never_changed_or_deleted(draft, people):
    comment = say(draft, people.canbo)
    for change in (
        lambda: LineComment.objects.update(text="khác"),
        lambda: LineComment.objects.filter(pk=comment.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert LineComment.objects.get().text == "Xem lại số nhiệm vụ."


def test_comment_is_possible_in_every_state(draft, people, as_):
    for state in State.values:
        if state != State.DECIDED:
            draft.__class__.objects.filter(pk=draft.pk).update(
                state=state, submitted_at=factories.moment("2026-12-30")
            )
            answer = as_(people.bithu).post(url("line_talk", draft.unit), {"text": state})
            assert answer.status_code == 200
    assert LineComment.objects.count() == 4


def test_panel_shows_the_talk_and_its_count(as_, draft, people):
    assert "Chưa có trao đổi nào" in as_(people.kiemtra).get(url("line_talk", draft.unit)).text
    say(draft, people.canbo, "<b>Một</b>")
    page = as_(people.kiemtra).get(url("line_talk", draft.unit)).text
    assert "&lt;b&gt;Một" in page
    assert 'id="so-trao-doi-1-2" data-hx-swap-oob="true"> (1)<' in page
    assert "<textarea" not in page


def test_refused_comment_stays_as_typed(as_, draft, people):
    answer = as_(people.bithu).post(url("line_talk", draft.unit), {"text": "x" * 1001})
    assert answer.status_code == 422
    assert "x" * 1001 in answer.text
    assert 'aria-describedby="loi-noi-dung-1-2"' in answer.text


@pytest.mark.parametrize("name", ["line_talk", "line_flag"])
@pytest.mark.parametrize(
    ("who", "seen", "written"),
    [
        ("canbo", 200, 422),
        ("bithu", 200, 422),
        ("lanhdao", 200, 422),
        ("phutrach", 200, 422),
        ("thanhuy", 200, 422),
        ("kiemtra", 200, 404),
        ("nguoila", 404, 404),
        ("quantri", 404, 404),
    ],
)
def test_who_sees_reads_and_who_works_on_it_writes(as_, draft, people, name, who, seen, written):
    client = as_(getattr(people, who))
    assert client.get(url(name, draft.unit)).status_code == seen
    assert client.post(url(name, draft.unit)).status_code == written


def test_line_that_the_criteria_do_not_have_is_not_found(as_, draft, people):
    assert as_(people.canbo).get(url("line_talk", draft.unit, "9.9")).status_code == 404


def test_flag_stands_until_it_is_cleared_with_who_and_when(draft, people):
    mark(draft, people.canbo)
    with pytest.raises(RefusedError, match="đã đánh dấu dòng này rồi"):
        mark(draft, people.bithu)
    flag = flag_clear(sheet=draft, line="1.2", by=people.bithu, door=Door.WEB)
    assert (flag.by, flag.cleared_by) == (people.canbo, people.bithu)
    assert flag.cleared_at
    assert flag_clear(sheet=draft, line="1.2", by=people.bithu, door=Door.WEB) is None
    mark(draft, people.canbo, "Lần nữa")
    trail = AuditEntry.objects.of("evaluation", draft.pk).values_list("action", flat=True)
    assert list(trail) == ["line_flagged", "line_unflagged", "line_flagged"]


def test_database_keeps_one_open_flag_a_line(draft, people):
    mark(draft, people.canbo)
    with pytest.raises(IntegrityError), transaction.atomic():
        LineFlag.objects.create(evaluation=draft, line="1.2", reason="Khác", by=people.bithu)


def test_flag_without_a_reason_is_refused_beside_its_field(as_, draft, people):
    answer = as_(people.canbo).post(url("line_flag", draft.unit), {"reason": " "})
    assert answer.status_code == 422
    assert "vì sao cần theo dõi" in answer.text
    assert not LineFlag.objects.exists()


def test_flag_and_count_show_on_the_sheet_and_the_appraisal(as_, draft, people):
    mark(draft, people.canbo)
    say(draft, people.canbo)
    modes.fill(draft, people.canbo)
    modes.submit(draft, people.canbo)
    for who, name in ((people.bithu, "sheet"), (people.canbo2, "appraisal")):
        page = as_(who).get(reverse(f"evaluations:{name}", args=[PERIOD, draft.unit.code])).text
        assert page.count("Đang theo dõi") == 1
        assert 'id="so-trao-doi-1-2"> (1)<' in page


def test_cleared_flag_stays_in_the_panel_and_the_history(as_, draft, people):
    mark(draft, people.canbo)
    page = as_(people.bithu).post(url("line_flag_clear", draft.unit)).text
    assert "bỏ đánh dấu lúc" in page
    assert "line-tool__mark--on" not in page
    history = reverse("evaluations:history", args=[PERIOD, draft.unit.code])
    page = as_(people.bithu).get(history, {"line": "1.2"}).text
    assert page.count("Chờ minh chứng") == 2
