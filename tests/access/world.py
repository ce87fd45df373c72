"""What the addresses of the access matrix are filled with, at every place of the tree."""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import cached_property
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cells.imports import Report
from cells.models import (
    AreaCell,
    Job,
    Lineage,
    MailLog,
    Notice,
    Reorganisation,
    ResidentialArea,
    User,
)
from evaluations.models import (
    CriteriaDraft,
    CriteriaSet,
    Decision,
    Evaluation,
    GroupVerifier,
    PeriodUnit,
    Ranking,
    Recognition,
    Recomputation,
    ReopenRequest,
    State,
)
from evaluations.reports.paper_jobs import PAPERS
from evaluations.services.bulk_runs import BULK
from evaluations.services.evidence_files import file_take
from evaluations.services.imports import JOB_KIND
from evaluations.services.rankings import RANKING, ranking_key
from evaluations.services.recompute import RECOMPUTE
from evaluations.services.reorganisation_uploads import TRIAL
from members.models import Exemption, Post, Supervision, Transfer
from tests import factories

PLACES = ("city", "ward", "other", "a", "b", "c")
CELLS = ("a", "b", "c")
GRASSROOTS = ("ward", "other")
# At which unit of the tree each role of the walk is held.
HELD_AT = {
    "staff": "ward",
    "secretary": "a",
    "leader": "ward",
    "inspector": "ward",
    "supervisor": "a",
    "city_admin": "city",
}
PERIOD = "2026-Q4"


@dataclass
class World:
    """The tree, one person per role, and an object of each kind at each place."""

    tree: SimpleNamespace
    users: dict[str, User] = field(init=False)

    def __post_init__(self):
        self.users = {
            role: factories.UserFactory(username=role, roles=[(role, self.unit(place))])
            for role, place in HELD_AT.items()
        }
        self.users["superuser"] = factories.UserFactory(username="superuser", is_superuser=True)
        self.period = factories.PeriodFactory(code=PERIOD)
        for place in PLACES:
            factories.sheet(self.unit(place), self.period)
        self._rank()

    def _rank(self):
        scope = self.tree.city
        Ranking.objects.create(
            period=self.period, scope=scope, ranked=0, incomplete=0, seconds=0, sha256=""
        )
        Job.objects.create(kind=RANKING, key=ranking_key(self.period, scope))
        Job.objects.create(kind=RECOMPUTE, key=self.period.code)

    def unit(self, place):
        return getattr(self.tree, place)

    def objects(self, about, role):
        """Return (place, arguments of the address, data to post) of everything of a kind."""
        return getattr(self, "units" if about == "unit" else about)(role)

    def page(self, role):
        return [("", {}, {})]

    open = page

    def units(self, role):
        return [(place, {"code": self.unit(place).code}, {}) for place in PLACES]

    def sheet(self, role):
        return self.units(role)

    judged = sheet

    def committee(self, role):
        return [(place, {}, {"committee": self.unit(place).code}) for place in PLACES]

    def branch(self, role):
        return [(place, {"code": self.unit(place).code}, {}) for place in ("city", *GRASSROOTS)]

    def account(self, role):
        return [(place, {"pk": user.pk}, {}) for place, user in self.secretaries.items()]

    def assignment(self, role):
        held = {place: user.assignments.get() for place, user in self.secretaries.items()}
        return [(place, {"pk": assignment.pk}, {}) for place, assignment in held.items()]

    def decision(self, role):
        return [(place, {"pk": made.pk}, {}) for place, made in self.decisions.items()]

    def member(self, role):
        return [(place, {"pk": held.member_id}, {}) for place, held in self.memberships.items()]

    def doubles(self, role):
        return [
            (place, {"pk": held.member_id, "other": self._double(place)}, {})
            for place, held in self.memberships.items()
        ]

    def _double(self, place):
        return factories.MembershipFactory(cell=self.unit(place)).member_id

    def used(self, role):
        return [
            (place, {"code": use.evaluation.unit.code, "pk": use.pk}, {})
            for place, use in self.uses.items()
        ]

    def evidence(self, role):
        return [(place, {"pk": use.evidence_id}, {}) for place, use in self.uses.items()]

    def evidence_file(self, role):
        return [(place, {"pk": use.file_id}, {}) for place, use in self.uses.items()]

    @cached_property
    def uses(self):
        """Attach a picture to a line of the sheet of each cell."""
        return {place: self._prove(place) for place in CELLS}

    def _prove(self, place):
        picture = SimpleUploadedFile("anh.png", b"\x89PNG\r\n\x1a\n" + place.encode())
        sheet = self.period.evaluations.get(unit=self.unit(place))
        return factories.evidence_use(sheet, by=self.users["staff"], taken=file_take(picture))

    def fed_sheet(self, role):
        year = {"period": self.year_period.code, "line": "2.3"}
        return [(place, {"code": made.unit.code, **year}, {}) for place, made in self.fed.items()]

    def year(self, role):
        return [("", {"period": self.year_period.code}, {})]

    def board(self, role):
        period = {"period": self.year_period.code}
        return [(place, {"code": self.unit(place).code, **period}, {}) for place in GRASSROOTS]

    def recognition(self, role):
        boards = self.board(role)
        return [
            (place, {**arguments, "pk": self.recognitions[place].pk}, {})
            for place, arguments, _ in boards
        ]

    def year_cell(self, role):
        period = {"period": self.year_period.code}
        return [(place, {"code": self.unit(place).code, **period}, {}) for place in CELLS]

    def year_sheet(self, role):
        period = {"period": self.year_period.code}
        return [
            (place, {"code": made.unit.code, **period}, {}) for place, made in self.years.items()
        ]

    @cached_property
    def years(self):
        """Begin the year sheet of each cell."""
        criteria = CriteriaSet.objects.get(code="CB4T-2026")
        make = factories.sheet
        return {
            place: make(self.unit(place), self.year_period, criteria=criteria) for place in CELLS
        }

    def year_member(self, role):
        period = {"period": self.year_period.code}
        return [
            (place, {"code": held.cell.code, "pk": held.member_id, **period}, {})
            for place, held in self.year_memberships.items()
        ]

    @cached_property
    def year_period(self):
        """Open the year in which members are assessed."""
        return factories.PeriodFactory(
            code="2026", kind="year", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
        )

    @cached_property
    def fed(self):
        """Give each cell a sheet of the year in which the open quarter lies."""
        criteria = CriteriaSet.objects.get(code="CB4T-2026")
        make = factories.sheet
        return {
            place: make(self.unit(place), self.year_period, criteria=criteria) for place in CELLS
        }

    @cached_property
    def year_memberships(self):
        make = factories.MembershipFactory
        return {place: make(cell=self.unit(place)) for place in CELLS}

    @cached_property
    def recognitions(self):
        """Issue a recognition of each ward."""
        return {
            place: Recognition.objects.create(
                committee=self.unit(place), period=self.year_period, state="issued", number="1",
                signed_on=date(2026, 12, 31), signer="Người Ký", issued_at=timezone.now(),
            )
            for place in GRASSROOTS
        }  # fmt: skip

    def _of_members(self, related):
        return [
            (place, {"pk": getattr(held.member, related).get().pk}, {})
            for place, held in self.memberships.items()
        ]

    def exemption(self, role):
        return self._of_members("exemptions")

    def post(self, role):
        return self._of_members("posts")

    def supervision(self, role):
        return self._of_members("supervisions")

    def transfer(self, role):
        return self._of_members("transfers")

    def extended(self, role):
        PeriodUnit.objects.filter(unit__is_cell=True, period=self.period).update(
            extended_until=timezone.now() + timedelta(days=1),
            extension_reason="Mất điện",
            extended_by=self.stranger,
        )
        return [(place, {"code": self.unit(place).code}, {}) for place in CELLS]

    def reopening(self, role):
        return [(place, {"pk": made.pk}, {}) for place, made in self.reopenings.items()]

    @cached_property
    def reopenings(self):
        """Ask to open the sheet of each cell, closed by time."""
        past = factories.PeriodFactory(
            code="2026-Q2", ends_on=date(2026, 6, 30), starts_on=date(2026, 4, 1),
            locks_at=timezone.now() - timedelta(days=1),
        )  # fmt: skip
        return {
            place: ReopenRequest.objects.create(
                evaluation=factories.sheet(self.unit(place), past),
                way="extension",
                reason="Nhập nhầm",
                by=self.stranger,
            )
            for place in CELLS
        }

    def reopened_by(self, role):
        """Own requests count as within reach, those of somebody else as foreign."""
        owners = {"own": (self.users[role], "a"), "foreign": (self.stranger, "b")}
        return [
            (place, {"pk": self._asked_by(user, at)}, {}) for place, (user, at) in owners.items()
        ]

    def _asked_by(self, user, place):
        ReopenRequest.objects.filter(pk=self.reopenings[place].pk).update(by=user)
        return self.reopenings[place].pk

    def event(self, role):
        return [(place, {"pk": made.pk}, {}) for place, made in self.events.items()]

    def area(self, role):
        """One area in the reach of each place: its cell works there."""
        return [
            (place, {"code": row.area.code, "pk": row.pk}, {}) for place, row in self.areas.items()
        ]

    def job(self, role, kind="walk", **fields):
        """Own work counts as within reach, that of somebody else as foreign."""
        owners = {"own": self.users[role], "foreign": self.stranger}
        made = {
            place: Job.objects.get_or_create(
                kind=kind, key=f"{kind} {place} {by.username}", created_by=by, defaults=fields
            )[0]
            for place, by in owners.items()
        }
        return [(place, {"pk": job.pk}, {}) for place, job in made.items()]

    def notice(self, role):
        owners = {"own": self.users[role], "foreign": self.stranger}
        fields = {"kind": "comment", "text": "Có trao đổi mới.", "url": "/cong-viec/"}
        made = {place: Notice.objects.create(to=by, **fields) for place, by in owners.items()}
        return [(place, {"pk": notice.pk}, {}) for place, notice in made.items()]

    def mail(self, role):
        fields = {"address": "bithu@vidu.vn", "count": 1, "state": "failed"}
        made = {
            place: MailLog.objects.create(to=user, **fields)
            for place, user in self.secretaries.items()
        }
        return [(place, {"pk": mail.pk}, {}) for place, mail in made.items()]

    def upload(self, role):
        return self.job(
            role,
            kind=JOB_KIND,
            state=Job.State.DONE,
            parameters={"kind": "members", "name": "thu.xlsx", "sha256": ""},
            result={"applied": False, **asdict(Report())},
        )

    def printing(self, role):
        asked = {"period": PERIOD, "sheets": [], "filled": False}
        return self.job(role, kind=PAPERS, state=Job.State.DONE, parameters=asked)

    def event_file(self, role):
        return self.job(role, kind=TRIAL, state=Job.State.DONE)

    def bulk_job(self, role):
        return self.job(
            role,
            kind=BULK,
            state=Job.State.DONE,
            parameters={"action": "chap-nhan", "period": PERIOD, "sheets": []},
            result={"rows": [], "done": 0},
        )

    def named(self, role):
        return [(place, {}, {"committee": self.unit(place).code}) for place in GRASSROOTS]

    def verifier(self, role):
        return [(place, {"pk": row.pk}, {}) for place, row in self.verifiers.items()]

    @cached_property
    def verifiers(self):
        """Name somebody for a group at each grassroots committee."""
        return {
            place: GroupVerifier.objects.create(
                committee=self.unit(place), group="G1", user=self.stranger, named_by=self.stranger
            )
            for place in GRASSROOTS
        }

    def criteria(self, role):
        """Return the one published set that everybody may read."""
        return [("", {"code": self.period.evaluations.first().criteria.code}, {})]

    def recomputation(self, role):
        made = Recomputation.objects.create(
            period=self.period, checked=0, found=0, sheets=0, seconds=0
        )
        return [("city", {"pk": made.pk}, {})]

    def draft(self, role):
        return [(place, {"pk": made.pk}, {"period": PERIOD}) for place, made in self.drafts.items()]

    @cached_property
    def drafts(self):
        """Begin a draft of criteria for each committee."""
        author, source = self.users["city_admin"], self.period.evaluations.first().criteria
        make = CriteriaDraft.objects.create
        return {
            place: make(
                owner=self.unit(place), base=source, code=f"NHAP-{place}".upper(),
                text=source.text, created_by=author, updated_by=author,
            )
            for place in ("city", *GRASSROOTS)
        }  # fmt: skip

    @cached_property
    def areas(self):
        """Make an area of the committee of each cell, in which that cell works."""
        return {place: self._settle(place) for place in CELLS}

    def _settle(self, place):
        cell = self.unit(place)
        area = ResidentialArea.objects.create(
            code=f"KV-{place}", name="Tổ", committee=cell.parent, valid_from=cell.founded_on
        )
        return AreaCell.objects.create(area=area, cell=cell, valid_from=cell.founded_on)

    @cached_property
    def stranger(self):
        return factories.UserFactory()

    @cached_property
    def secretaries(self):
        make = factories.UserFactory
        return {place: make(roles=[("secretary", self.unit(place))]) for place in CELLS}

    @cached_property
    def memberships(self):
        """Make one member of each cell, with one of everything that a member can have."""
        return {place: self._belong(place) for place in CELLS}

    def _belong(self, place):
        cell, since = self.unit(place), date(2026, 1, 5)
        held = factories.MembershipFactory(cell=cell)
        own = {"member": held.member, "starts_on": since}
        Exemption.objects.create(**own)
        Post.objects.create(**own, unit=cell, kind=Post.Kind.DEPUTY)
        Supervision.objects.create(**own, cell=cell)
        Transfer.objects.create(member=held.member, origin=cell, outside="Nơi khác", moved_on=since)
        return held

    @cached_property
    def events(self):
        """Record the founding of each cell."""
        return {place: self._founding(self.unit(place)) for place in CELLS}

    def _founding(self, cell):
        made = Reorganisation.objects.create(
            kind="establish",
            effective_on=cell.founded_on,
            decision_number="1-QĐ/ĐU",
            decided_on=cell.founded_on,
            signer="Người Ký",
            plan={},
        )
        Lineage.objects.create(reorganisation=made, successor=cell)
        return made

    @cached_property
    def decisions(self):
        """Make one decision on the sheet of each cell."""
        return {place: self._decide(place) for place in CELLS}

    def _decide(self, place):
        unit = self.unit(place)
        made = Decision.objects.create(
            committee=unit.parent,
            period=self.period,
            number=f"{place}-QĐ/ĐU",
            signed_on=date(2026, 12, 31),
            signer="Người Ký",
        )
        Evaluation.objects.filter(unit=unit, period=self.period).update(
            state=State.DECIDED, decision=made, final_total=80_00, submitted_at=timezone.now()
        )
        return made

    def is_reached(self, role, about, place):
        """Return whether the place lies at or below where the role is held; judging, below."""
        own = ("job", "upload", "printing", "event_file", "reopened_by", "notice", "bulk_job")
        if about in own:
            return place == "own"
        if role == "superuser":
            return True
        if about == "judged" and place == HELD_AT[role]:
            return False
        return self.unit(place).path.startswith(self.unit(HELD_AT[role]).path)


# Which places have what the address is about; elsewhere within reach anything may be answered.
KNOWN = {"sheet": CELLS, "judged": CELLS + GRASSROOTS, "committee": GRASSROOTS}
# What the city has to judge: the sheets of committees, at the desk of its own.
OVER = {"judged": GRASSROOTS, "sheet": GRASSROOTS, "used": (), "committee": ("city",)}
DEFAULTS = {
    "period": PERIOD,
    "line": "1.1",
    "kind": "members",
    "event_kind": "split",
    "paper": "to-trinh",
    "ending": "pdf",
    "filling": "trang",
} | {
    "section": "chung",
    "group": 1,
}
