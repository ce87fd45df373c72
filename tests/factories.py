"""Invented units, people and sheets."""

from datetime import date, datetime, timedelta

import factory
from django.utils import timezone

from cells.models import Assignment, CellKind, Level, Placement, Role, Unit, User
from cells.vietnamese import fold, name_sort_key
from evaluations.models import (
    CriteriaSet,
    Evaluation,
    Evidence,
    EvidenceFile,
    EvidenceUse,
    Period,
    PeriodUnit,
)
from evaluations.services.criteria import criteria_publish_shipped
from evaluations.services.evidence_files import TakenFile
from members.models import Member, Membership

FOUNDED = date(2020, 1, 1)
PASSWORD = "mat-khau-thu-nghiem"


class LevelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Level
        django_get_or_create = ("code", "valid_from")

    code = "chi_bo"
    name = "Chi bộ"
    is_cell = True
    valid_from = factory.LazyAttribute(
        lambda level: date(2026, 7, 26) if level.code == "chi_bo" else date(1990, 1, 1)
    )


class CellKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CellKind
        django_get_or_create = ("code", "valid_from")

    code = "thon"
    name = "Thôn"
    valid_from = date(1990, 1, 1)


class UnitFactory(factory.django.DjangoModelFactory):
    """A cell; give `parent`. Its placement is open since it was founded."""

    class Meta:
        model = Unit
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"CB{n:04d}")
    name = factory.LazyAttribute(lambda u: f"Chi bộ {u.code}")
    parent = None
    is_cell = True
    level = factory.SubFactory(LevelFactory)
    kind = factory.Maybe("is_cell", factory.SubFactory(CellKindFactory), None)
    founded_on = FOUNDED
    path = factory.LazyAttribute(lambda u: f"{u.parent.path if u.parent else '/'}{u.code}/")
    search = factory.LazyAttribute(lambda u: Unit.search_text(u.code, u.name))

    @factory.post_generation
    def placement(self, create, extracted, **kwargs):
        Placement.objects.create(
            unit=self,
            parent=self.parent,
            level=self.level,
            kind=self.kind,
            name=self.name,
            valid_from=self.founded_on,
        )


class CommitteeFactory(UnitFactory):
    code = factory.Sequence(lambda n: f"DU{n:04d}")
    name = factory.LazyAttribute(lambda u: f"Đảng ủy {u.code}")
    is_cell = False
    level = factory.SubFactory(
        LevelFactory,
        code="dang_bo_phuong",
        name="Đảng bộ phường",
        is_cell=False,
        is_grassroots=True,
    )
    kind = None


class CityFactory(CommitteeFactory):
    code = "TU"
    name = "Thành ủy thử nghiệm"
    level = factory.SubFactory(LevelFactory, code="thanh_uy", name="Thành ủy", is_cell=False)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoi{n}")
    full_name = factory.Sequence(lambda n: f"Nguyễn Văn Thử {n}")
    search = factory.LazyAttribute(lambda u: User.search_text(u.full_name, u.username))
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        """Give `roles=[("staff", unit), …]`."""
        for role, unit in extracted or []:
            AssignmentFactory(user=self, role=role, unit=unit)


class AssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Assignment

    user = factory.SubFactory(UserFactory)
    role = Role.STAFF
    starts_on = FOUNDED


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member

    full_name = factory.Sequence(lambda n: f"Trần Thị Mẫu {n}")
    search = factory.LazyAttribute(lambda m: fold(m.full_name))
    sort_key = factory.LazyAttribute(lambda m: name_sort_key(m.full_name))
    birth_year = 1960
    admitted_on = date(1990, 5, 19)
    full_on = date(1991, 5, 19)


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    member = factory.SubFactory(MemberFactory)
    joined_on = FOUNDED


def quarter_criteria() -> CriteriaSet:
    """Return the shipped quarter set of a cell, published."""
    criteria_publish_shipped(by=None)
    return CriteriaSet.objects.get(code="CB4T-QUY-2026")


class PeriodFactory(factory.django.DjangoModelFactory):
    """The open quarter: Q4 of 2026, not yet locked whatever the clock says."""

    class Meta:
        model = Period
        django_get_or_create = ("code",)

    code = "2026-Q4"
    kind = Period.Kind.QUARTER
    starts_on = date(2026, 10, 1)
    ends_on = date(2026, 12, 31)
    due_on = date(2027, 1, 5)
    locks_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))
    opened_at = factory.LazyFunction(timezone.now)


def sheet(unit: Unit, period: Period | None = None, **fields) -> Evaluation:
    """Return a sheet of `unit`, its place frozen as it stands now."""
    period = period or PeriodFactory()
    criteria = fields.pop("criteria", None) or quarter_criteria()
    frozen = PeriodUnit.objects.create(
        period=period,
        unit=unit,
        path=unit.path,
        name=unit.name,
        is_cell=unit.is_cell,
        parent=unit.parent,
        committee=unit.parent,
        level=unit.level,
        kind=unit.kind,
        members=fields.pop("members", 20),
        criteria=criteria,
        is_expected=True,
    )
    fields.setdefault("first_submitted_at", fields.get("submitted_at"))
    return Evaluation.objects.create(
        period=period,
        unit=unit,
        period_unit=frozen,
        criteria=criteria,
        path=unit.path,
        lines_total=len(criteria.rules.indicators),
        **fields,
    )


def evidence_use(sheet: Evaluation, *, by: User, **fields) -> EvidenceUse:
    """Attach an invented document to a line of a sheet; without `taken` no bytes are stored."""
    taken = fields.pop("taken", None) or TakenFile("bien-ban.pdf", "pdf", 5, "0" * 64)
    evidence = fields.pop("evidence", None) or Evidence.objects.create(
        unit=sheet.unit, title="Biên bản", search="bien ban", created_by=by
    )
    file = fields.pop("file", None) or EvidenceFile.objects.create(
        evidence=evidence, by=by, **vars(taken)
    )
    fields = {"line": "1.1"} | fields
    return EvidenceUse.objects.create(
        evidence=evidence, file=file, evaluation=sheet, by=by, **fields
    )


def moment(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))
