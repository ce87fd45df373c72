"""Fill an empty database with a city of cells and two decided quarters, for measuring only."""

import io
import random
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from cells.models import Assignment, CellKind, Level, Placement, Unit, User
from evaluations.models import CriteriaSet, Decision, Evaluation, Period, PeriodUnit, State
from evaluations.rules.engine import Scorer
from evaluations.services.criteria import criteria_publish_shipped

FOUNDED = date(2020, 1, 1)
QUARTERS = [
    ("2026-Q2", date(2026, 4, 1), date(2026, 6, 30)),
    ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
]


@transaction.atomic
def load(cells: int, wards: int, seed: int = 1) -> None:
    dice = random.Random(seed)  # noqa: S311
    criteria_publish_shipped(by=None)
    criteria = CriteriaSet.objects.get(code="CB4T-QUY-2026")
    city, committees, units = _tree(cells, wards, dice)
    user = User.objects.create_user("thanhuy", "chibo-demo-2026", full_name="Quản trị thử")
    Assignment.objects.create(user=user, unit=city, role="city_admin", starts_on=FOUNDED)
    for code, starts, ends in QUARTERS:
        period = Period.objects.create(
            code=code,
            kind="quarter",
            starts_on=starts,
            ends_on=ends,
            due_on=ends,
            locks_at=timezone.now(),
            opened_at=timezone.now(),
        )
        _sheets(period, criteria, city, committees, units, dice)


def _tree(cells, wards, dice):
    levels = {level.code: level for level in Level.objects.filter(valid_to=None)}
    kinds = list(CellKind.objects.all())
    city = Unit.objects.create(
        code="HN",
        name="Thành ủy thử",
        path="/HN/",
        is_cell=False,
        level=levels["thanh_uy"],
        founded_on=FOUNDED,
        search="hn thanh uy thu",
    )
    committees = [
        Unit(
            code=f"P{n:03d}",
            name=f"Đảng ủy phường Thử {n}",
            path=f"/HN/P{n:03d}/",
            parent=city,
            is_cell=False,
            level=levels["dang_bo_phuong"],
            founded_on=FOUNDED,
            search=Unit.search_text(f"P{n:03d}", f"Đảng ủy phường Thử {n}"),
        )
        for n in range(wards)
    ]
    Unit.objects.bulk_create(committees)
    units = []
    for n in range(cells):
        ward = committees[n % wards]
        code, name = f"{ward.code}-{n // wards:03d}", f"Chi bộ Tổ dân phố số {n // wards + 1}"
        units.append(
            Unit(
                code=code,
                name=name,
                path=f"{ward.path}{code}/",
                parent=ward,
                is_cell=True,
                level=levels["chi_bo"],
                kind=dice.choice(kinds),
                founded_on=FOUNDED,
                search=Unit.search_text(code, name),
            )
        )
    units.sort(key=lambda unit: unit.path)
    Unit.objects.bulk_create(units, batch_size=5000)
    everyone = [city, *committees, *units]
    Placement.objects.bulk_create(
        (
            Placement(
                unit=u, parent=u.parent, level=u.level, kind=u.kind, name=u.name, valid_from=FOUNDED
            )
            for u in everyone
        ),
        batch_size=5000,
    )
    return city, committees, units


def _sheets(period, criteria, city, committees, units, dice):
    rules = criteria.rules
    scorer = Scorer(rules)
    places = PeriodUnit.objects.bulk_create(
        (
            PeriodUnit(
                period=period,
                unit=u,
                path=u.path,
                name=u.name,
                is_cell=u.is_cell,
                parent=u.parent,
                committee=u.parent if u.is_cell else None,
                level=u.level,
                kind=u.kind,
                members=dice.randint(3, 60) if u.is_cell else 0,
                criteria=criteria if u.is_cell else None,
                is_expected=u.is_cell,
            )
            for u in [city, *committees, *units]
        ),
        batch_size=5000,
    )
    decisions = {
        u.pk: Decision.objects.create(
            committee=u, period=period, number=f"{n}-QĐ/ĐU", signed_on=period.ends_on, signer="A"
        )
        for n, u in enumerate(committees)
    }
    now = timezone.now()
    sheets, answers = [], []
    for place in places:
        if not place.is_cell:
            continue
        rows = [random_answer(line, dice) for line in rules.indicators.values()]
        tally = scorer.score_values(rows)
        answers.append(rows)
        sheets.append(
            Evaluation(
                period=period,
                unit=place.unit,
                period_unit=place,
                criteria=criteria,
                path=place.path,
                state=State.DECIDED,
                lines_total=24,
                lines_done=24,
                self_total=tally.total,
                appraised_total=tally.total,
                final_total=tally.total,
                level=tally.level,
                is_eligible=tally.eligible,
                reasons=list(tally.reasons),
                decision=decisions[place.committee_id],
                submitted_at=now,
                first_submitted_at=now,
            )
        )
    Evaluation.objects.bulk_create(sheets, batch_size=2000)
    _copy_scores(sheets, answers)


def random_answer(line, dice):
    if line.na and dice.random() < 0.05:
        return (line.code, "", None, None, True)
    if line.options:
        best = dice.random() < 0.75
        option = line.options[0] if best else dice.choice(line.options)
        return (line.code, option.code, None, None, False)
    if line.input == "count":
        return (line.code, "", dice.randint(0, 5), None, False)
    den = dice.randint(1, 60)
    return (line.code, "", den - min(den, int(dice.expovariate(0.4))), den, False)


def _copy_scores(sheets, answers):
    now = timezone.now().isoformat()
    text = io.StringIO()
    for sheet, rows in zip(sheets, answers, strict=True):
        for stage in ("self", "appraised", "final"):
            for code, option, num, den, na in rows:
                text.write(
                    f"{sheet.pk}\t{code}\t{stage}\t{option}"
                    f"\t{'' if num is None else num}\t{'' if den is None else den}\t{na}"
                    f"\t\t\t1\t{now}\tdemo\n"
                )
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY evaluations_score (evaluation_id, line, stage, option, num, den, na, note,"
            " source, version, at, door) FROM STDIN WITH (FORMAT csv, DELIMITER E'\\t',"
            " FORCE_NOT_NULL (option, note, source))",
            text,
        )
