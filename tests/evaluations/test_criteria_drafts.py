"""Drafts of criteria: begun from a set or a file, saved by two, published once, kept."""

import hashlib
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from cells.models import AuditEntry
from evaluations.models import CriteriaDraft, CriteriaSet
from evaluations.rules.criteria import parse_criteria
from evaluations.services import criteria_drafts as service
from evaluations.services.errors import RefusedError
from tests.factories import UserFactory, quarter_criteria

pytestmark = pytest.mark.django_db
CODE = "CB4T-QUY-2027"


@pytest.fixture
def source(db):
    return quarter_criteria()


@pytest.fixture
def author(tree):
    return UserFactory(roles=[("city_admin", tree.city)])


@pytest.fixture
def begin(tree, source, author):
    def make(owner=None, code=CODE, **options):
        options = {"is_successor": True, "by": author, "door": "web"} | options
        return service.draft_begin(source=source, owner=owner or tree.city, code=code, **options)

    return make


def save(draft, author, version=None, **changes):
    raw = service.raw_of(draft.text) | changes
    return service.draft_save(
        draft=draft, raw=raw, version=version or draft.version, by=author, door="web"
    )


def publish(draft, author):
    return service.draft_publish(draft=draft, version=draft.version, by=author, door="web")


def ready(begin, author, **options):
    """Return a draft of the next version that can be published."""
    return save(begin(**options), author, valid_from=date(2027, 1, 1))


def test_next_version_relates_each_line_to_itself(begin, source):
    draft = begin()
    raw = service.raw_of(draft.text)
    assert (raw["code"], raw["version"], raw["succeeds"]) == (CODE, 2, source.code)
    assert {row["relation"] for row in raw["relations"]} == {"same"}
    assert [row["was"] for row in raw["relations"]] == list(source.rules.indicators)
    assert "valid_from" not in raw


def test_own_set_succeeds_nothing(begin, tree, source):
    draft = begin(owner=tree.ward, is_successor=False)
    raw = service.raw_of(draft.text)
    assert "succeeds" not in raw
    assert "relations" not in raw
    assert (draft.owner, draft.base) == (tree.ward, source)


@pytest.mark.parametrize("code", ["", "ab", "a b c", "Đ-2027", "-AB", "X" * 41, "A/B/C"])
def test_code_that_is_none_is_refused(begin, code):
    with pytest.raises(RefusedError, match="Mã bộ tiêu chí gồm 3 đến 40"):
        begin(code=code)


def test_code_of_a_set_or_of_an_open_draft_is_taken(begin, author):
    draft = begin(code="cb4t-quy-2027 ")
    assert draft.code == CODE
    for code in ("CB4T-QUY-2026", CODE):
        with pytest.raises(RefusedError, match="đã có bộ tiêu chí hoặc bản nháp khác dùng"):
            begin(code=code)
    service.draft_discard(draft=draft, by=author, door="web")
    assert begin().code == CODE


def test_two_open_drafts_never_share_a_code_even_past_the_check(begin):
    draft = begin()
    with pytest.raises(IntegrityError), transaction.atomic():
        CriteriaDraft.objects.create(
            owner=draft.owner, code=CODE, text="", created_by_id=draft.created_by_id,
            updated_by_id=draft.created_by_id,
        )  # fmt: skip


def test_saving_counts_up_and_records_the_very_values(begin, author):
    draft = begin()
    saved = save(draft, author, title="Bộ mới")
    assert (saved.version, saved.title) == (2, "Bộ mới")
    row = AuditEntry.objects.get(action="criteria_draft_saved")
    assert (row.old["title"], row.new["title"]) == (draft.title, "Bộ mới")


def test_saving_the_same_again_changes_nothing(begin, author):
    draft = begin()
    assert save(draft, author).version == 1
    assert not AuditEntry.objects.filter(action="criteria_draft_saved").exists()


def test_second_of_two_authors_is_told_and_overwrites_nothing(begin, author, people):
    draft = begin()
    save(draft, people.thanhuy, title="Của người kia")
    with pytest.raises(service.DraftConflictError, match="vừa lưu bản nháp này"):
        save(draft, author, version=1, title="Của tôi")
    draft.refresh_from_db()
    assert draft.title == "Của người kia"


def test_code_follows_the_text_in_capitals(begin, author):
    saved = save(begin(), author, code="cb4t-quy-2028")
    assert saved.code == service.raw_of(saved.text)["code"] == "CB4T-QUY-2028"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"la": 1}, "hông có mục nào tên là “la”"),
        ({"title": "a\0b"}, "ký tự rỗng"),
        ({"title": "\ud800"}, "không ghi ra được"),
    ],
)
def test_what_cannot_be_written_down_is_refused(begin, author, changes, message):
    draft = begin()
    with pytest.raises(RefusedError, match=message):
        save(draft, author, **changes)
    draft.refresh_from_db()
    assert draft.version == 1


def test_draft_with_errors_is_saved_and_not_published(begin, author):
    draft = ready(begin, author)
    draft = save(draft, author, groups=[])
    with pytest.raises(RefusedError, match="lỗi phải sửa trước khi ban hành"):
        publish(draft, author)
    assert not CriteriaSet.objects.filter(code=CODE).exists()


def test_published_text_is_that_of_the_draft_and_known_by_its_hash(begin, author, tree, source):
    draft = ready(begin, author)
    published = publish(draft, author)
    assert published.text == draft.text
    assert published.sha256 == hashlib.sha256(draft.text.encode()).hexdigest()
    assert (published.owner, published.succeeds) == (tree.city, source)
    assert AuditEntry.objects.filter(action="criteria_published").count() >= 1


def test_ended_draft_is_kept_and_takes_nothing_more(begin, author):
    published, discarded = ready(begin, author), begin(code="BO-KHAC")
    publish(published, author)
    service.draft_discard(draft=discarded, by=author, door="web")
    for draft, why in ((published, "đã được ban hành"), (discarded, "đã bỏ")):
        for act in (
            lambda one: save(one, author, title="Muộn"),
            lambda one: publish(one, author),
            lambda one: service.draft_discard(draft=one, by=author, door="web"),
        ):
            with pytest.raises(RefusedError, match=why):
                act(draft)
    assert not CriteriaDraft.objects.editable_by(author).exists()
    assert CriteriaDraft.objects.visible_to(author).count() == 2


def test_check_knows_the_published_sets_that_hold_here(begin, author, tree):
    """A line that the set before does not have is found, although that set is not a shipped one."""
    publish(ready(begin, author), author)
    second = CriteriaSet.objects.get(code=CODE)
    draft = service.draft_begin(
        source=second, owner=tree.ward, code="QUY-2028", is_successor=True, by=author, door="web"
    )
    rows = service.raw_of(draft.text)["relations"]
    rows[0]["was"] = "9.9"
    draft = save(draft, author, relations=rows, valid_from=date(2028, 1, 1))
    messages = [finding.message for finding in service.draft_check(draft)]
    assert any(f"{CODE} không có dòng 9.9" in message for message in messages)


def test_set_of_a_neighbour_is_not_known(begin, author, tree):
    publish(ready(begin, author, owner=tree.ward), author)
    draft = begin(owner=tree.other, code="BO-KHAC", is_successor=False)
    assert all(one.code != CODE for one in service.sets_known(draft))


def test_successor_must_begin_after_the_one_before(begin, author):
    draft = save(begin(), author, valid_from=date(2026, 1, 1))
    with pytest.raises(RefusedError, match="có hiệu lực sau ngày 01/01/2026"):
        publish(draft, author)


def test_next_version_without_an_old_line_is_not_published(begin, author):
    draft = ready(begin, author)
    draft = save(draft, author, relations=service.raw_of(draft.text)["relations"][1:])
    with pytest.raises(RefusedError, match="lỗi phải sửa"):
        publish(draft, author)


def test_uploaded_file_becomes_a_draft_in_the_canonical_form(tree, author, source):
    text = source.text.replace('code = "CB4T-QUY-2026"', 'code="moi-2027"   # ghi chú')
    draft = service.draft_upload(text=text, owner=tree.ward, by=author, door="web")
    assert draft.code == "MOI-2027"
    assert "ghi chú" not in draft.text
    assert parse_criteria(draft.text).groups == source.rules.groups


@pytest.mark.parametrize("text", ["a = [", "code = 1", "\0", 'code = "ABC"\nla = 1', "[" * 3000])
def test_file_that_is_no_set_is_refused(tree, author, text):
    with pytest.raises(RefusedError):
        service.draft_upload(text=text, owner=tree.ward, by=author, door="web")
    assert not CriteriaDraft.objects.exists()


def test_points_keep_their_hundredths(begin, author):
    draft = begin()
    groups = service.raw_of(draft.text)["groups"]
    groups[0]["indicators"][0]["max"] = Decimal("8.50")
    saved = save(draft, author, groups=groups)
    assert "max = 8.5\n" in saved.text


def test_other_author_reaches_the_drafts_of_the_own_branch_only(begin, tree):
    own, foreign = begin(owner=tree.ward), begin(owner=tree.other, code="BO-KHAC")
    begin(owner=tree.city, code="BO-CHUNG")
    writer = UserFactory(roles=[("criteria_author", tree.ward)])
    assert list(CriteriaDraft.objects.editable_by(writer)) == [own]
    assert foreign not in CriteriaDraft.objects.visible_to(writer)
    clerk = UserFactory(roles=[("staff", tree.ward)])
    assert not CriteriaDraft.objects.visible_to(clerk).exists()
