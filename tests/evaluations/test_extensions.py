"""More time for single units: until when, why, by whom, and never past the closing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cells import access
from cells.models import AuditEntry, Door
from evaluations.models import Evaluation, PeriodUnit
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from evaluations.services.extensions import extension_revoke, extensions_of, units_extend
from evaluations.services.locks import lock_status
from evaluations.services.period_changes import period_close
from tests import factories
from tests.evaluations.reopened import appraise, stored, submit

SECOND = timedelta(seconds=1)
WHY = "Chi bộ mất điện hai ngày"


@pytest.fixture
def period():
    """Return a period that locked an hour ago."""
    return factories.PeriodFactory(locks_at=timezone.now() - timedelta(hours=1))


@pytest.fixture
def sheet(tree, period):
    return factories.sheet(tree.a, period)


def extend(period, sheets, by, until=None, reason=WHY):
    until = until or timezone.now() + timedelta(days=2)
    return units_extend(
        period=period, sheets=sheets, until=until, reason=reason, by=by, door=Door.WEB
    )


def lock(sheet, people, now=None):
    return lock_status(stored(sheet), access.ENTER, user=people.canbo, now=now)


def test_extended_unit_enters_until_its_own_moment(tree, people, period, sheet):
    other = factories.sheet(tree.b, period)
    until = timezone.now() + timedelta(days=2)
    assert "đã khóa nhập" in lock(sheet, people)
    assert extend(period, [sheet], people.thanhuy, until) == 1
    assert lock(sheet, people, until - SECOND) == ""
    assert "gia hạn riêng và đã hết hạn" in lock(sheet, people, until)
    assert "đã khóa nhập" in lock(other, people, until - SECOND)


def test_extension_before_the_lock_takes_no_time_away(people, sheet, period):
    until = timezone.now() + timedelta(days=2)
    extend(period, [sheet], people.thanhuy, until)
    type(period).objects.update(locks_at=until + timedelta(days=1))
    assert lock(sheet, people, until + SECOND) == ""
    assert "gia hạn" not in lock(sheet, people, until + timedelta(days=1)).split(".")[0]


def test_closing_ends_an_extension(people, sheet, period):
    extend(period, [sheet], people.thanhuy)
    period_close(period=period, by=people.thanhuy, door=Door.WEB)
    assert "đã đóng" in lock(sheet, people)
    with pytest.raises(LockedError, match="đã đóng"):
        extend(period, [sheet], people.thanhuy)


def test_extension_says_who_why_and_until_when(people, sheet, period):
    until = timezone.now() + timedelta(days=2)
    extend(period, [sheet], people.thanhuy, until)
    entry = AuditEntry.objects.get(action="extended")
    assert (entry.by, entry.reason, entry.new) == (people.thanhuy, WHY, until.isoformat())
    assert (entry.unit, entry.period) == (sheet.unit, period.code)
    place = extensions_of(period).get().period_unit
    assert (place.extended_until, place.extension_reason) == (until, WHY)


@pytest.mark.parametrize(("hours", "is_taken"), [(-1, False), (0, False), (1, True)])
def test_extension_has_to_end_after_the_lock(people, tree, hours, is_taken):
    period = factories.PeriodFactory(locks_at=timezone.now() + timedelta(days=3))
    sheet = factories.sheet(tree.a, period)
    until = period.locks_at + timedelta(hours=hours)
    if is_taken:
        assert extend(period, [sheet], people.thanhuy, until) == 1
    else:
        with pytest.raises(RefusedError, match="phải ở sau đó"):
            extend(period, [sheet], people.thanhuy, until)


def test_all_chosen_units_are_extended_or_none(tree, people, period, sheet):
    ended = factories.sheet(tree.b, period)
    PeriodUnit.objects.filter(unit=tree.b).update(is_expected=False, reason="Giải thể")
    with pytest.raises(RefusedError, match="còn phải nộp"):
        extend(period, [sheet, ended], people.thanhuy)
    assert not extensions_of(period).exists()
    with pytest.raises(ReasonMissingError):
        extend(period, [sheet], people.thanhuy, reason=" ")
    with pytest.raises(RefusedError, match="sau lúc này"):
        extend(period, [sheet], people.thanhuy, timezone.now() - SECOND)


def test_appraised_unit_needs_no_more_time(tree, people):
    sheet = factories.sheet(tree.a)
    appraise(submit(sheet, people.bithu), people.canbo)
    with pytest.raises(RefusedError, match="chưa được thẩm định xong"):
        extend(sheet.period, [sheet], people.thanhuy, timezone.now() + timedelta(days=90))


def test_revoked_extension_locks_at_once_and_stays_in_the_trail(people, sheet, period):
    extend(period, [sheet], people.thanhuy)
    extension_revoke(sheet=stored(sheet), by=people.thanhuy, door=Door.WEB)
    assert "đã khóa nhập" in lock(sheet, people)
    entry = AuditEntry.objects.get(action="extension_revoked")
    assert (entry.by, entry.new, bool(entry.old)) == (people.thanhuy, None, True)
    with pytest.raises(RefusedError, match="không có gì để thu hồi"):
        extension_revoke(sheet=stored(sheet), by=people.thanhuy, door=Door.WEB)


def test_ended_extension_stays_in_the_list(people, sheet, period):
    extend(period, [sheet], people.thanhuy)
    PeriodUnit.objects.update(extended_until=timezone.now() - SECOND)
    assert extensions_of(period).get() == sheet
    with pytest.raises(RefusedError, match="không có gì để thu hồi"):
        extension_revoke(sheet=stored(sheet), by=people.thanhuy, door=Door.WEB)


@pytest.mark.parametrize("left_out", ["extended_by", "extension_reason"])
def test_database_refuses_an_extension_without_who_or_why(people, sheet, left_out):
    fields = {
        "extended_until": timezone.now(),
        "extension_reason": WHY,
        "extended_by": people.thanhuy,
    } | {left_out: "" if left_out == "extension_reason" else None}
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodUnit.objects.update(**fields)


def test_lock_of_an_extended_unit_costs_no_query(people, sheet, period, django_assert_num_queries):
    extend(period, [sheet], people.thanhuy)
    held = Evaluation.objects.with_context().get(pk=sheet.pk)
    with django_assert_num_queries(0):
        assert lock_status(held, access.ENTER, user=people.canbo) == ""
