"""The vote of a meeting: as in the minutes, corrected by a new record, never rewritten."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cells.models import AuditEntry, Door
from evaluations.models import CellVote, State
from evaluations.services.errors import LockedError, RefusedError
from evaluations.services.votes import Ballot, BallotError, vote_record, vote_withdraw
from tests import factories

FORM = {
    "held_on": "28/12/2026", "chaired_by": "Nguyễn Văn Chủ", "entitled": "30", "present": "28",
    "in_favour": "27", "against": "1", "other": "", "points": "", "note": "", "version": "0",
}  # fmt: skip


@pytest.fixture
def sheet(tree):
    return factories.sheet(tree.a)


@pytest.fixture
def record(sheet, people):
    def record(by=None, version=0, **changed):
        values = {
            "held_on": sheet.period.starts_on, "entitled": 30, "present": 28, "in_favour": 27,
            "against": 1, "other": 0, "chaired_by": "Nguyễn Văn Chủ",
        }  # fmt: skip
        ballot = Ballot(**{**values, **changed})
        return vote_record(
            sheet=sheet, ballot=ballot, version=version, by=by or people.canbo, door=Door.WEB
        )

    return record


@pytest.fixture
def post(client, people, sheet):
    client.force_login(people.canbo)
    url = reverse("evaluations:vote", args=[sheet.period.code, sheet.unit.code])

    def post(**changed):
        day = f"{sheet.period.starts_on:%d/%m/%Y}"
        return client.post(url, {**FORM, "held_on": day, **changed})

    post.url = url
    return post


def test_vote_says_its_share(record):
    assert record().words == "27/28 đảng viên có mặt tán thành (96,43 %), 1 không tán thành"


def test_correction_is_a_new_record_and_the_old_one_stays(record, sheet):
    record()
    record(version=1, in_favour=26, other=1)
    assert list(CellVote.objects.values_list("version", "in_favour")) == [(2, 26), (1, 27)]
    assert CellVote.objects.standing_of(sheet).in_favour == 26
    entry = AuditEntry.objects.filter(action="vote_recorded").latest("pk")
    assert (entry.old["in_favour"], entry.new["in_favour"]) == (27, 26)


def test_same_vote_again_makes_no_record(record):
    record()
    record(version=1)
    assert CellVote.objects.count() == 1


def test_vote_recorded_by_another_meanwhile_is_not_written_over(record, people):
    record(by=people.canbo2)
    with pytest.raises(RefusedError, match=f"{people.canbo2.full_name} vừa ghi"):
        record(in_favour=20, against=0)
    assert CellVote.objects.get().in_favour == 27


def test_vote_taken_back_no_longer_stands(record, sheet, people):
    record()
    vote_withdraw(sheet=sheet, version=1, by=people.canbo, door=Door.WEB)
    assert CellVote.objects.standing_of(sheet) is None
    assert CellVote.objects.count() == 2
    with pytest.raises(RefusedError, match="chưa ghi"):
        vote_withdraw(sheet=sheet, version=2, by=people.canbo, door=Door.WEB)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"present": 31}, "present"),
        ({"present": 0, "in_favour": 0, "against": 0}, "present"),
        ({"in_favour": 28}, "in_favour"),
        ({"other": 1}, "in_favour"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_their_field(record, changed, field):
    with pytest.raises(BallotError) as refused:
        record(**changed)
    assert refused.value.field == field
    assert not CellVote.objects.exists()


def test_everybody_voting_is_allowed(record):
    assert record(entitled=28, in_favour=27, against=1, other=0).silent == 0


def test_meeting_lies_in_the_period_and_not_in_the_future(record, sheet):
    with pytest.raises(BallotError, match="tương lai"):
        record(held_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(BallotError, match="trước khi kỳ bắt đầu"):
        record(held_on=sheet.period.starts_on - timedelta(days=1))


def test_submitted_sheet_takes_no_vote(record, sheet, people):
    sheet.state, sheet.submitted_by = State.SUBMITTED, people.bithu
    sheet.submitted_at = timezone.now()
    sheet.save()
    with pytest.raises(LockedError):
        record()


def test_database_refuses_more_votes_than_people_and_any_rewriting(record):
    made = record()
    for wrong in ({"version": 2, "present": 27}, {"version": 2, "entitled": 27}, {"version": 1}):
        values = {name: getattr(made, name) for name in Ballot.__dataclass_fields__}
        row = CellVote(evaluation=made.evaluation, **{**values, **wrong})
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        CellVote.objects.filter(pk=made.pk).update(in_favour=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        CellVote.objects.filter(pk=made.pk).delete()


def test_form_records_what_the_minutes_say(post, sheet):
    assert post(points="87,5", note="Đề nghị rà soát dòng 1.2").status_code == 302
    vote = CellVote.objects.standing_of(sheet)
    assert (vote.points, vote.other, vote.note) == (87_50, 0, "Đề nghị rà soát dòng 1.2")


def test_form_keeps_what_was_typed_and_names_the_field(post):
    answer = post(present="31", chaired_by="Lê Thị Mẫu")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "nhiều hơn số được biểu quyết 30" in page
    assert 'value="Lê Thị Mẫu"' in page


def test_form_shows_what_another_recorded_and_lets_it_be_replaced_knowingly(post, record, people):
    record(by=people.canbo2)
    answer = post(in_favour="20")
    assert answer.status_code == 409
    assert "27/28 đảng viên" in answer.content.decode()
    assert answer.context["form"]["version"].value() == 1
    assert post(in_favour="20", version="1").status_code == 302


def test_page_of_a_locked_sheet_says_why_and_has_no_form(client, post, sheet, people):
    sheet.state, sheet.submitted_by = State.SUBMITTED, people.bithu
    sheet.submitted_at = timezone.now()
    sheet.save()
    assert "<textarea" not in client.get(post.url).content.decode()
    assert post().status_code == 423


@pytest.mark.parametrize("page", ["submit", "scorecard", "history"])
def test_vote_shows_where_people_judge(client, record, people, sheet, page):
    record()
    client.force_login(people.canbo)
    answer = client.get(reverse(f"evaluations:{page}", args=[sheet.period.code, sheet.unit.code]))
    assert "27/28 đảng viên có mặt tán thành" in answer.content.decode()


def test_appraiser_sees_the_vote_and_that_another_total_was_voted_on(client, record, people, sheet):
    record(points=90_00)
    sheet.state, sheet.submitted_by, sheet.self_total = State.SUBMITTED, people.bithu, 85_00
    sheet.submitted_at = timezone.now()
    sheet.save()
    client.force_login(people.canbo)
    url = reverse("evaluations:appraisal", args=[sheet.period.code, sheet.unit.code])
    page = client.get(url).content.decode()
    assert "27/28 đảng viên có mặt tán thành" in page
    assert "biểu quyết thông qua 90,00 điểm, trên phiếu đang là 85,00" in page
