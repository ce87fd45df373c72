"""Posts in cells and committees from a file, by the same rules as on the pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from cells import access
from cells.imports import CodeBook, Report, RowReader, report_of
from cells.models import Door, Unit, User
from cells.services.audit import record
from cells.tables import find_table, recogniser
from cells.vietnamese import fold
from cells.workbook import Grid
from members.cards import card_hash, card_number
from members.models import Member, Membership, Post
from members.services import offices
from members.services.errors import MemberRefusedError
from members.services.member_import import CHUNK
from members.services.member_rows import COLUMNS as MEMBER_COLUMNS
from members.services.member_rows import POSTS, name_key

COLUMNS = {
    "unit": (*MEMBER_COLUMNS["cell"], "Mã chi bộ, đơn vị", "Mã đảng ủy"),
    "full_name": MEMBER_COLUMNS["full_name"],
    "birth_year": MEMBER_COLUMNS["birth_year"],
    "card": MEMBER_COLUMNS["card"],
    "kind": MEMBER_COLUMNS["post"],
    "starts_on": (*MEMBER_COLUMNS["post_from"], "Từ ngày", "Giữ từ ngày"),
    "ends_on": ("Đến ngày", "Thôi từ ngày", "Thôi giữ chức vụ từ ngày", "Đến", "Until"),
    "term": ("Nhiệm kỳ", "Khóa", "Term"),
    "decision": ("Số quyết định", "Quyết định số", "Quyết định", "Số QĐ", "Decision"),
}
NEEDED = {"unit": "Mã chi bộ", "full_name": "Họ và tên", "kind": "Chức vụ"}
FIELDS = {"starts_on": "starts_on", "ends_on": "ends_on", "kind": "kind"}
KINDS = {
    **{text: kind for text, kind in POSTS.items() if kind in Post.Kind.values},
    "bi thu dang uy": Post.Kind.SECRETARY,
    "pho bi thu dang uy": Post.Kind.DEPUTY,
    "uy vien ban thuong vu": Post.Kind.STANDING_MEMBER,
    "uy vien ban thuong vu dang uy": Post.Kind.STANDING_MEMBER,
    "uvbtv": Post.Kind.STANDING_MEMBER,
    "dang uy vien": Post.Kind.COMMITTEE_MEMBER,
    "uy vien ban chap hanh": Post.Kind.COMMITTEE_MEMBER,
    "uvbch": Post.Kind.COMMITTEE_MEMBER,
}
KIND_NAMES = "Bí thư, Phó bí thư, Chi ủy viên, Ủy viên ban thường vụ, Đảng ủy viên"


@dataclass(eq=False)
class PostRow:
    """What a row says about one post; blank fields say nothing."""

    reader: RowReader
    unit: Unit
    full_name: str
    birth_year: int | None
    card: str
    kind: str
    starts_on: date | None
    ends_on: date | None
    term: str
    decision: str


def posts_import(*, book: list[Grid], by: User, apply: bool) -> Report:
    """Read posts and, if told to and nothing is wrong, write them.

    The rows are carried out and taken back, so that a test run meets every rule in earnest.
    """
    table = find_table(book, recogniser(COLUMNS), NEEDED)
    report = report_of(table)
    units = CodeBook(
        (unit.code, unit) for unit in Unit.objects.allowed(by, access.IMPORT).order_by()
    )
    today = timezone.localdate()
    readers = [RowReader(report, table, row, private=True) for row in table.rows]
    rows = [row for reader in readers if (row := _row_read(reader, units, today))]
    people = _people(rows, by)
    with transaction.atomic():
        # What ends makes room for what begins.
        for row in sorted(rows, key=lambda one: one.ends_on is None):
            if member := _match(row, people):
                _carry_out(row, member, report, by, today)
        if report.errors or not apply:
            transaction.set_rollback(True)
    report.errors.sort(key=lambda error: error.row or 0)
    return report


def _row_read(reader: RowReader, units: CodeBook[Unit], today: date) -> PostRow | None:
    code = reader.text("unit", at_most=40, required="Thiếu mã chi bộ hoặc đơn vị.")
    unit = units.get(code) if code else None
    if code and unit is None:
        reader.fail("unit", "Không có đơn vị mang mã này trong phạm vi của đồng chí.")
    text = reader.text("kind", at_most=120, required="Thiếu chức vụ.")
    if text and fold(text) not in KINDS:
        reader.fail("kind", f"Chỉ ghi: {KIND_NAMES}.")
    value = reader.row.values.get("card")
    card = reader.text("card", at_most=40)
    if isinstance(value, int | float) and card.isdigit() and len(card) in (10, 11):
        card = card.zfill(12)
    number = card_number(card) if card else ""
    if number is None:
        reader.fail("card", "Số thẻ phải đủ 12 chữ số.")
    row = PostRow(
        reader=reader,
        unit=unit or Unit(),
        full_name=reader.text("full_name", at_most=120, required="Thiếu họ và tên."),
        birth_year=reader.whole("birth_year"),
        card=card_hash(number) if number else "",
        kind=KINDS.get(fold(text), ""),
        starts_on=reader.day("starts_on", not_after=today),
        ends_on=reader.day("ends_on", not_after=today),
        term=reader.text("term", at_most=20),
        decision=reader.text("decision", at_most=200),
    )
    return None if reader.failed else row


@dataclass
class People:
    """The members whom the file may mean, with the paths where each belongs."""

    by_card: dict[str, Member]
    by_name: dict[str, list[Member]]
    paths: dict[object, list[str]]


def _people(rows: list[PostRow], by: User) -> People:
    """Read them in a fixed number of queries for each ten thousand rows."""
    found = People({}, {}, {})
    within = access.reach(by, access.IMPORT).condition("cell__path")
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        names = {fold(row.full_name)[:150] for row in chunk}
        cards = {row.card for row in chunk if row.card}
        places = Membership.objects.filter(within, is_temporary=False).select_related(
            "member", "cell"
        )
        for condition in ({"member__search__in": names}, {"member__card_hash__in": cards}):
            _add(found, places.filter(**condition))
    return found


def _add(found: People, places: Iterable[Membership]) -> None:
    for place in places:
        member = place.member
        if member.pk not in found.paths:
            found.by_name.setdefault(name_key(member.full_name), []).append(member)
            if member.card_hash:
                found.by_card[member.card_hash] = member
        found.paths.setdefault(member.pk, []).append(place.cell.path)


def _match(row: PostRow, people: People) -> Member | None:
    """Return the member whom the row means: by card, else by name and birth year in the unit."""
    if row.card and row.card in people.by_card:
        return people.by_card[row.card]
    alike = [
        member
        for member in people.by_name.get(name_key(row.full_name), [])
        if any(path.startswith(row.unit.path) for path in people.paths[member.pk])
        and (row.birth_year is None or member.birth_year == row.birth_year)
        and not (row.card and member.card_hash)
    ]
    if len(alike) == 1:
        return alike[0]
    if alike:
        text = f"Đơn vị có {len(alike)} người trùng họ tên. Ghi thêm năm sinh hoặc số thẻ."
    else:
        text = "Không tìm thấy đảng viên này ở đơn vị. Kiểm tra tên, năm sinh, hoặc nhập trước."
    row.reader.fail("full_name", text)
    return None


def _carry_out(row: PostRow, member: Member, report: Report, by: User, today: date) -> None:
    held = Post.objects.filter(member=member, unit=row.unit, kind=row.kind)
    if row.starts_on:
        known = held.filter(starts_on=row.starts_on).first() or held.filter(ends_on=None).first()
    else:
        known = held.filter(ends_on=None).first()
    try:
        with transaction.atomic():
            if known and (known.starts_on == row.starts_on or row.starts_on is None):
                report.count("updated" if _post_change(known, row, by) else "unchanged")
            else:
                _post_take(member, row, by, today)
                report.count("created")
    except MemberRefusedError as error:
        row.reader.fail(FIELDS.get(error.field or "", "kind"), error.message)


def _post_change(post: Post, row: PostRow, by: User) -> bool:
    """End a post, or add term and decision that the file knows; return whether anything changed."""
    changed = [
        name
        for name in ("term", "decision")
        if getattr(row, name) and getattr(row, name) != getattr(post, name)
    ]
    for name in changed:
        record(
            by=by, door=Door.IMPORT, action="post_changed", subject=post, unit=row.unit,
            field=name, old=getattr(post, name), new=getattr(row, name),
        )  # fmt: skip
        setattr(post, name, getattr(row, name))
    if changed:
        post.save(update_fields=changed)
    if row.ends_on and row.ends_on != post.ends_on:
        offices.post_leave(post=post, ends_on=row.ends_on, by=by, door=Door.IMPORT)
        return True
    return bool(changed)


def _post_take(member: Member, row: PostRow, by: User, today: date) -> None:
    starts_on = row.starts_on or today
    if row.kind == Post.Kind.SECRETARY and row.ends_on is None:
        # A unit has one secretary: the new one takes over from the old.
        before = Post.objects.filter(unit=row.unit, kind=row.kind, ends_on=None).first()
        if before and before.starts_on < starts_on:
            offices.post_leave(post=before, ends_on=starts_on, by=by, door=Door.IMPORT)
    offices.post_take(
        member=member, unit=row.unit, kind=row.kind, starts_on=starts_on, ends_on=row.ends_on,
        term=row.term, decision=row.decision, by=by, door=Door.IMPORT,
    )  # fmt: skip
