"""Members from a file: match each row to a person, see what differs, write it in bulk."""

from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from cells import access
from cells.imports import CodeBook, Report, report_of
from cells.models import Unit, User
from cells.tables import find_table, recogniser
from cells.workbook import Grid
from members.models import Exemption, Member, Membership, Post
from members.services.member_rows import COLUMNS, NEEDED, NO_POST, Person, name_key, person_read
from members.services.member_writing import Change, members_write

CHUNK = 10_000


@dataclass
class Stored:
    """What is known of the people in the file, read in a fixed number of queries."""

    by_card: dict[str, Member] = field(default_factory=dict)
    by_identity: dict[tuple, list[Member]] = field(default_factory=dict)
    membership: dict[object, Membership] = field(default_factory=dict)
    left_on: dict[object, date] = field(default_factory=dict)
    posts: dict[object, list[Post]] = field(default_factory=dict)
    secretary: dict[int, Post] = field(default_factory=dict)
    exemption: dict[object, Exemption] = field(default_factory=dict)


def members_import(*, book: list[Grid], by: User, apply: bool) -> Report:
    """Read members and, if told to and nothing is wrong, write them."""
    table = find_table(book, recogniser(COLUMNS), NEEDED)
    report = report_of(table)
    today = timezone.localdate()
    within = access.reach(by, access.IMPORT)
    units = Unit.objects.allowed(by, access.IMPORT).only(
        "code", "path", "is_cell", "closed_on", "name"
    )
    cells = CodeBook((unit.code, unit) for unit in units)
    people = [
        person for row in table.rows if (person := person_read(report, table, row, cells, today))
    ]
    _check_twins(people)
    stored = _stored(people)
    changes: list[Change] = []
    matched: dict[object, Person] = {}
    for person in people:
        if person.reader.failed:
            continue
        change = _compare(person, stored, within, today)
        if change.member and matched.setdefault(change.member.pk, person) is not person:
            row = matched[change.member.pk].reader.row.number
            person.reader.fail("full_name", f"Cùng một đảng viên với dòng {row}. Bỏ một dòng.")
        if not person.reader.failed:
            report.count(change.outcome)
            changes.append(change)
    if apply and not report.errors:
        members_write(changes=changes, by=by)
    return report


def _check_twins(people: list[Person]) -> None:
    """Complain about rows that are the same person twice, and about two secretaries."""
    cards: dict[str, Person] = {}
    names: dict[tuple, Person] = {}
    secretaries: dict[int, Person] = {}
    for person in people:
        first = cards.setdefault(person.card_hash, person) if person.card_hash else person
        key = "card"
        if first is person:
            key, alike = "full_name", names.setdefault(person.identity, person)
            # Two people of one name and year are told apart by their cards only.
            if not (person.card_hash and alike.card_hash):
                first = alike
        if first is not person:
            person.reader.fail(
                key,
                f"Trùng với dòng {first.reader.row.number}. Mỗi đảng viên chỉ ghi một dòng;"
                " hai người trùng tên thì ghi số thẻ của cả hai.",
            )
        if person.post == Post.Kind.SECRETARY:
            other = secretaries.setdefault(person.cell.pk, person)
            if other is not person:
                row = other.reader.row.number
                person.reader.fail("post", f"Chi bộ này đã có bí thư ở dòng {row}.")


def _stored(people: list[Person]) -> Stored:
    stored = Stored()
    hashes = [person.card_hash for person in people if person.card_hash]
    for start in range(0, len(hashes), CHUNK):
        with_card = Member.objects.filter(card_hash__in=hashes[start : start + CHUNK])
        for member in with_card.select_related("merged_into"):
            # The card of a double means the record that was kept.
            stored.by_card[member.card_hash or ""] = member.merged_into or member
    cells = {person.cell.pk for person in people}
    here = Membership.objects.filter(cell__in=cells, left_on__isnull=True, is_temporary=False)
    for membership in here.select_related("member", "cell"):
        member = membership.member
        stored.membership[member.pk] = membership
        identity = (name_key(member.full_name), member.birth_year, membership.cell_id)
        stored.by_identity.setdefault(identity, []).append(member)
    ids = {m.pk for m in stored.by_card.values()} | set(stored.membership)
    _load_records(stored, list(ids), cells)
    return stored


def _load_records(stored: Stored, ids: list, cells: set[int]) -> None:
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        for membership in Membership.objects.filter(
            member__in=chunk, is_temporary=False
        ).select_related("cell"):
            if membership.left_on is None:
                stored.membership.setdefault(membership.member_id, membership)
            else:
                latest = stored.left_on.get(membership.member_id, membership.left_on)
                stored.left_on[membership.member_id] = max(latest, membership.left_on)
        for post in Post.objects.filter(member__in=chunk, ends_on__isnull=True):
            stored.posts.setdefault(post.member_id, []).append(post)
        for exemption in Exemption.objects.filter(member__in=chunk, ends_on__isnull=True):
            stored.exemption[exemption.member_id] = exemption
    secretaries = Post.objects.filter(
        unit__in=cells, kind=Post.Kind.SECRETARY, ends_on__isnull=True
    )
    stored.secretary = {post.unit_id: post for post in secretaries}


def _match(person: Person, stored: Stored, within: access.Reach) -> Member | None:
    """Return the member whom the row means: by card, else by name, birth year and cell."""
    if member := stored.by_card.get(person.card_hash):
        membership = stored.membership.get(member.pk)
        if membership and not within.covers(membership.cell.path):
            person.reader.fail(
                "card", "Không nhập được đảng viên có số thẻ này. Liên hệ quản trị Thành ủy."
            )
        return member
    alike = stored.by_identity.get(person.identity, [])
    if person.card_hash:
        # Another card is another person of the same name.
        alike = [member for member in alike if not member.card_hash]
    if len(alike) > 1:
        person.reader.fail(
            "full_name", f"Chi bộ có {len(alike)} người trùng họ tên, năm sinh. Ghi thêm số thẻ."
        )
    return alike[0] if alike else None


def _compare(person: Person, stored: Stored, within: access.Reach, today: date) -> Change:
    member = _match(person, stored, within)
    change = Change(person, member, stored.membership.get(member.pk) if member else None)
    if member is None:
        change.new_from = person.joined_on or today
        change.post_from = _post_start(person, [], today)
    else:
        _compare_fields(person, member, change)
        _compare_place(person, change, stored, today)
        change.ending = _posts_ending(person, change, stored, today)
        change.post_from = _post_start(person, stored.posts.get(member.pk, []), today)
    _check_ending(person, change, stored)
    _compare_exemption(person, change, stored)
    return change


def _compare_fields(person: Person, member: Member, change: Change) -> None:
    wanted = {
        "full_name": person.full_name,
        "birth_year": person.birth_year,
        "admitted_on": person.admitted_on,
        "full_on": person.full_on,
        "card_hash": person.card_hash,
    }
    for name, value in wanted.items():
        old = getattr(member, name)
        if value and value != old:
            change.fields[name] = (old, value)
    admitted = person.admitted_on or member.admitted_on
    full = person.full_on or member.full_on
    if admitted and full and full < admitted:
        key = "full_on" if person.full_on else "admitted_on"
        person.reader.fail(
            key,
            f"Ngày chính thức ({full:%d/%m/%Y}) trước ngày vào Đảng ({admitted:%d/%m/%Y}).",
        )


def _compare_place(person: Person, change: Change, stored: Stored, today: date) -> None:
    """See whether the member moves, comes back, or joined on another day than was known."""
    current = change.membership
    start = person.joined_on or today
    left = stored.left_on.get(change.member.pk) if change.member else None
    if current and current.cell_id == person.cell.pk:
        if not person.joined_on or person.joined_on == current.joined_on:
            return
        change.joined_on = start
    else:
        change.new_from = start
        left = current.joined_on if current else left
        if current and start <= current.joined_on:
            person.reader.fail(
                "joined_on",
                f"Ngày về chi bộ mới phải sau ngày về chi bộ cũ ({current.joined_on:%d/%m/%Y}).",
            )
            return
    if left and start < left:
        person.reader.fail(
            "joined_on", f"Đảng viên còn ở chi bộ trước đó đến {left:%d/%m/%Y}. Ghi ngày sau đó."
        )


def _posts_ending(
    person: Person, change: Change, stored: Stored, today: date
) -> list[tuple[Post, date]]:
    """Return the open posts that the row ends: on moving, or by naming another post or none."""
    open_posts = stored.posts.get(change.member.pk, []) if change.member else []
    if change.new_from:
        return [(post, change.new_from) for post in open_posts]
    if not person.post:
        return []
    return [(post, person.post_from or today) for post in open_posts if post.kind != person.post]


def _post_start(person: Person, held: list[Post], today: date) -> date | None:
    """Return since when the row gives a post that is not held yet."""
    if person.post in ("", NO_POST):
        return None
    if any(post.kind == person.post and post.unit_id == person.cell.pk for post in held):
        return None
    return person.post_from or today


def _check_ending(person: Person, change: Change, stored: Stored) -> None:
    if person.post == Post.Kind.SECRETARY and change.post_from:
        # A cell has one secretary: the new one takes over from the old.
        before = stored.secretary.get(person.cell.pk)
        if before and before.pk not in {post.pk for post, _ in change.ending}:
            change.ending.append((before, change.post_from))
    for post, day in change.ending:
        if day <= post.starts_on:
            person.reader.fail(
                "post",
                f"Chức vụ hiện nay mới ghi từ {post.starts_on:%d/%m/%Y}. Ghi cột “Ngày giữ chức"
                " vụ” là một ngày sau đó.",
            )


def _compare_exemption(person: Person, change: Change, stored: Stored) -> None:
    if not person.exempt_from:
        return
    open_one = stored.exemption.get(change.member.pk) if change.member else None
    if open_one and open_one.starts_on == person.exempt_from:
        return
    if open_one:
        person.reader.fail(
            "exempt_from",
            f"Đã ghi miễn công tác từ {open_one.starts_on:%d/%m/%Y}. Sửa ở trang Đảng viên.",
        )
    change.exempt_from = person.exempt_from
