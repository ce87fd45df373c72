"""Attaching evidence: what one file may serve, who may take it off, what stays for ever."""

import hashlib
from datetime import date

import pytest
from django.utils import timezone

from cells.models import AuditEntry, Door
from evaluations.models import CriteriaSet, Evidence, EvidenceFile, EvidenceUse, State
from evaluations.reports.evidence import choices_for, panel_of, sheet_evidence
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from evaluations.services.evidence import (
    About,
    evidence_attach,
    evidence_describe,
    evidence_detach,
    evidence_revise,
)
from evaluations.services.evidence_files import FileRefusedError, file_take
from evaluations.services.evidence_lock import evidence_lock
from evaluations.services.sheets import sheet_submit
from tests import factories
from tests.evaluations.evidence_world import PDF, attached, pdf
from tests.evaluations.test_sheet_services import fill

NONE_ASKED = "3.5"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def sheet(tree):
    return factories.sheet(tree.a)


def earlier(unit):
    period = factories.PeriodFactory(
        code="2026-Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30)
    )
    return factories.sheet(unit, period)


def hand_in(sheet, by):
    sheet.state, sheet.submitted_by, sheet.submitted_at = State.SUBMITTED, by, timezone.now()
    sheet.save()
    return sheet


def newer(use, by, content=PDF + b" ban 2"):
    return evidence_revise(use=use, taken=file_take(pdf(content=content)), by=by, door=Door.WEB)


def taken_off(use, by, reason="Nhầm tệp."):
    return evidence_detach(use=use, reason=reason, by=by, door=Door.WEB)


def test_title_is_that_of_the_file_unless_it_is_typed(sheet, people):
    assert attached(sheet, people.bithu).use.evidence.title == "bien-ban"
    other = attached(sheet, people.bithu, title="Nghị quyết", file=pdf(content=PDF + b"2"))
    assert other.use.evidence.title == "Nghị quyết"


def test_line_holds_several_files(sheet, people):
    for end in (b"1", b"2"):
        attached(sheet, people.bithu, file=pdf(content=PDF + end))
    assert sheet.evidence_counts == {"1.1": 2}


def test_one_file_serves_several_lines_and_quarters_as_one_document(sheet, tree, people):
    first = attached(earlier(tree.a), people.bithu).use
    for line in ("1.1", "1.2", ""):
        said = attached(sheet, people.bithu, line=line)
        assert "dùng lại" in said.note
    assert Evidence.objects.get().uses.count() == 4
    assert EvidenceFile.objects.get() == first.file


def test_same_file_twice_on_a_line_is_one_use(sheet, people):
    first = attached(sheet, people.bithu)
    again = attached(sheet, people.bithu)
    assert (again.use, again.is_new) == (first.use, False)
    assert "đã gắn ở đây từ trước" in again.note


def test_same_file_of_another_cell_is_another_document(sheet, tree, people):
    attached(sheet, people.canbo)
    attached(factories.sheet(tree.b), people.canbo)
    assert Evidence.objects.count() == 2


def test_file_of_another_cell_cannot_be_attached(sheet, tree, people):
    foreign = attached(factories.sheet(tree.b), people.canbo).use.file
    with pytest.raises(RefusedError, match="đơn vị khác"):
        evidence_attach(sheet=sheet, line="1.1", file=foreign, by=people.canbo, door=Door.WEB)


def test_detached_evidence_stays_on_record_and_may_come_back(sheet, people):
    use = attached(sheet, people.bithu).use
    taken_off(use, people.bithu)
    panel = panel_of(sheet, "1.1", people.bithu)
    assert (panel.rows, [one.reason for one in panel.detached]) == ((), ["Nhầm tệp."])
    assert attached(sheet, people.bithu).use.pk != use.pk
    assert EvidenceUse.objects.count() == 2


def test_detaching_needs_a_reason_and_happens_once(sheet, people):
    use = attached(sheet, people.bithu).use
    with pytest.raises(ReasonMissingError):
        taken_off(use, people.bithu, reason="  ")
    taken_off(use, people.bithu)
    with pytest.raises(LockedError, match="đã được gỡ"):
        taken_off(use, people.bithu)


def test_new_revision_takes_the_place_of_the_old_on_every_line_of_the_sheet(sheet, people):
    use = attached(sheet, people.bithu).use
    attached(sheet, people.bithu, line="1.2")
    newer(use, people.bithu)
    standing = sheet.evidence_uses.open().values_list("line", "file__revision")
    assert sorted(standing) == [("1.1", 2), ("1.2", 2)]
    assert EvidenceFile.objects.count() == 2


def test_other_sheet_keeps_its_revision_and_is_offered_the_new_one(sheet, tree, people):
    before = earlier(tree.a)
    attached(before, people.bithu)
    newer(attached(sheet, people.bithu).use, people.bithu)
    row = panel_of(before, "1.1", people.bithu).rows[0]
    assert (row.use.file.revision, row.newer.revision) == (1, 2)
    evidence_attach(sheet=before, line="1.1", file=row.newer, by=people.bithu, door=Door.WEB)
    row = panel_of(before, "1.1", people.bithu).rows[0]
    assert (row.use.file.revision, row.newer) == (2, None)


def test_revision_that_changes_nothing_is_refused(sheet, people):
    use = attached(sheet, people.bithu).use
    with pytest.raises(FileRefusedError, match="giống hệt"):
        newer(use, people.bithu, content=PDF)


def test_sheet_holds_so_much_and_no_more(sheet, people, settings):
    settings.EVIDENCE_SHEET_BYTES = 2 * len(PDF) + 1
    attached(sheet, people.bithu)
    attached(sheet, people.bithu, file=pdf(content=PDF + b"1"))
    with pytest.raises(FileRefusedError, match="cho một phiếu"):
        attached(sheet, people.bithu, file=pdf(content=PDF + b"2"))


def test_description_is_corrected_and_found_again_without_marks(sheet, people):
    use = attached(sheet, people.bithu).use
    about = About("Nghị quyết tháng 11", "12-NQ/CB", date(2026, 11, 5), "Chi bộ")
    evidence_describe(use=use, about=about, by=people.bithu, door=Door.WEB)
    found = Evidence.objects.search("nghi quyet 12-nq").get()
    assert found.details == "số 12-NQ/CB ngày 05/11/2026, Chi bộ"
    assert not Evidence.objects.search("bien ban").exists()
    assert AuditEntry.objects.get(action="evidence_described").old["title"] == "bien-ban"


def test_description_is_final_once_a_decision_rests_on_it(sheet, tree, people):
    use = attached(sheet, people.bithu).use
    before = earlier(tree.a)
    attached(before, people.bithu)
    decision = before.period.decisions.create(
        committee=tree.ward, number="1", signed_on=date(2026, 10, 9), signer="Người Ký"
    )
    hand_in(before, people.bithu)
    before.state, before.decision, before.final_total = State.DECIDED, decision, 1
    before.save()
    with pytest.raises(RefusedError, match="có quyết định"):
        evidence_describe(use=use, about=About("Khác"), by=people.bithu, door=Door.WEB)


def test_line_that_asks_for_none_takes_none(sheet, people):
    with pytest.raises(LockedError, match="không dùng minh chứng"):
        attached(sheet, people.bithu, line=NONE_ASKED)


@pytest.mark.parametrize(
    ("who", "state", "may"),
    [
        ("bithu", State.DRAFT, True),
        ("canbo", State.DRAFT, True),
        ("bithu", State.RETURNED, True),
        ("lanhdao", State.DRAFT, False),
        ("kiemtra", State.DRAFT, False),
        ("phutrach", State.DRAFT, False),
        ("thanhuy", State.DRAFT, False),
        ("bithu", State.SUBMITTED, False),
        ("canbo", State.SUBMITTED, False),
        ("canbo2", State.SUBMITTED, True),
        ("thanhuy", State.SUBMITTED, False),
        ("bithu", State.APPRAISED, False),
        ("canbo2", State.APPRAISED, False),
    ],
)
def test_who_attaches_when(sheet, people, who, state, may):
    sheet.state, sheet.submitted_by, sheet.submitted_at = state, people.canbo, timezone.now()
    assert (evidence_lock(sheet, "", user=getattr(people, who)) == "") is may


def test_line_that_was_not_sent_back_is_closed(sheet, people):
    hand_in(sheet, people.bithu)
    sheet.state = State.RETURNED
    sheet.save()
    sheet.line_returns.create(line="1.2", reason="Thiếu biên bản.", by=people.canbo, round=1)
    assert evidence_lock(sheet, "1.2", user=people.bithu) == ""
    assert evidence_lock(sheet, "1.1", user=people.bithu) != ""
    assert evidence_lock(sheet, "", user=people.bithu) == ""


def test_appraiser_adds_evidence_but_leaves_that_of_the_cell(sheet, people):
    own = attached(sheet, people.bithu).use
    hand_in(sheet, people.bithu)
    added = attached(sheet, people.canbo2, file=pdf(content=PDF + b" kiem tra")).use
    assert added.stage == "appraised"
    with pytest.raises(LockedError, match="chi bộ gắn"):
        taken_off(own, people.canbo2)
    taken_off(added, people.canbo2)


def test_cell_cannot_take_off_what_the_appraiser_added(sheet, people):
    hand_in(sheet, people.bithu)
    added = attached(sheet, people.canbo2).use
    sheet.state = State.RETURNED
    sheet.save()
    with pytest.raises(LockedError, match="người thẩm định gắn"):
        taken_off(added, people.bithu)


def test_signed_scan_belongs_to_the_whole_sheet_only(sheet, people):
    assert attached(sheet, people.bithu, line="", kind="scan").use.kind == "scan"
    assert attached(sheet, people.bithu, line="1.1", kind="scan").use.kind == "normal"


def test_every_action_is_in_the_trail(sheet, people):
    use = newer(attached(sheet, people.bithu).use, people.bithu)
    taken_off(use, people.bithu)
    trail = AuditEntry.objects.of("evaluation", sheet.pk).filter(field="1.1.evidence")
    assert [entry.action for entry in trail] == [
        "evidence_detached",
        "evidence_revised",
        "evidence_attached",
    ]
    assert trail[0].reason == "Nhầm tệp."


def test_same_file_elsewhere_is_told_within_reach_only(sheet, tree, people):
    attached(sheet, people.canbo)
    attached(factories.sheet(tree.b), people.canbo, line="2.1")
    attached(factories.sheet(tree.c), people.nguoila, line="2.1")
    told = {
        who: panel_of(sheet, "1.1", who).rows[0].elsewhere for who in (people.canbo, people.bithu)
    }
    assert told[people.canbo] == (f"dòng 2.1, {tree.b.name}",)
    assert told[people.bithu] == ()
    assert len(panel_of(sheet, "1.1", people.kiemtra).rows[0].elsewhere) == 2


def test_store_offers_this_and_earlier_periods_but_not_later_ones(sheet, tree, people):
    use = attached(sheet, people.bithu).use
    before = earlier(tree.a)
    old = attached(before, people.bithu, file=pdf(content=PDF + b" cu")).use
    assert set(choices_for(sheet, "1.2", people.bithu, "")) == {use.evidence, old.evidence}
    assert set(choices_for(sheet, "1.1", people.bithu, "")) == {old.evidence}
    assert set(choices_for(before, "1.2", people.bithu, "")) == {old.evidence}


def test_evidence_is_seen_where_a_sheet_that_uses_it_is(sheet, people):
    use = attached(sheet, people.bithu).use
    taken_off(use, people.bithu)
    seen = {
        name: EvidenceFile.objects.visible_to(user).exists() for name, user in vars(people).items()
    }
    assert [name for name, sees in seen.items() if not sees] == ["nguoila", "quantri"]


def test_evidence_of_a_sheet_stands_in_the_order_of_its_lines(sheet, people):
    for line in ("", "2.1", "1.2"):
        attached(sheet, people.bithu, line=line)
    assert [use.line for use in sheet_evidence(sheet)] == ["1.2", "2.1", ""]


def test_reach_of_a_use_is_that_of_its_sheet_not_of_its_unit(sheet, tree, people):
    """A cell that moved away: its old ward sees what it appraised, not later revisions."""
    first = attached(sheet, people.canbo).use
    tree.a.path = f"{tree.other.path}{tree.a.code}/"
    tree.a.save()
    later = factories.PeriodFactory(
        code="2027-Q1", starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 31)
    )
    use = attached(factories.sheet(tree.a, later), people.nguoila).use
    second = newer(use, people.nguoila)
    assert set(EvidenceFile.objects.visible_to(people.canbo)) == {first.file}
    assert second.file in EvidenceFile.objects.visible_to(people.nguoila)


def test_line_whose_evidence_is_required_holds_the_sheet_back(sheet, people):
    text = sheet.criteria.text.replace('evidence = "optional"', 'evidence = "required"', 1)
    sheet.criteria = CriteriaSet.objects.create(
        code="THU",
        title="Thử",
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        valid_from=date(2026, 1, 1),
        published_at=timezone.now(),
    )
    sheet.save()
    lines = sheet.criteria.rules.indicators.values()
    required = [line.code for line in lines if line.evidence == "required"]
    fill(sheet, people.bithu)
    hand = {"sheet": sheet, "by": people.bithu, "door": Door.WEB, "on_behalf": False}
    with pytest.raises(RefusedError, match=f"Dòng {required[0]}: Bắt buộc có minh chứng"):
        sheet_submit(**hand)
    attached(sheet, people.bithu, line=required[0])
    assert sheet_submit(**hand).state == State.SUBMITTED
