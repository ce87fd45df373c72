"""What pages show of evidence: the panel of a line, what to choose from, the store of a unit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from cells.models import Unit, User
from evaluations.criteria_words import said
from evaluations.models import Evaluation, Evidence, EvidenceFile, EvidenceUse
from evaluations.rules.structure import Indicator
from evaluations.services.evidence_lock import evidence_lock, may_ever, use_lock

# How the whole sheet is named where an address names a line.
WHOLE = "ca-phieu"
ELSEWHERE_SHOWN = 3


@dataclass(frozen=True)
class UseRow:
    """One attached file: whether it may go, a later revision of it, where else it is used."""

    use: EvidenceUse
    lock: str = ""
    newer: EvidenceFile | None = None
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvidencePanel:
    """The evidence of one line, or of the whole sheet (line "")."""

    sheet: Evaluation
    line: str
    # Why nothing can be attached now; "" if it can.
    lock: str
    rows: tuple[UseRow, ...]
    detached: tuple[EvidenceUse, ...]
    # Whether this user attaches evidence to the sheet in some state.
    may_ever: bool

    @property
    def name(self) -> str:
        """Return the line as addresses name it."""
        return self.line or WHOLE

    @property
    def key(self) -> str:
        return self.name.replace(".", "-")

    @property
    def indicator(self) -> Indicator | None:
        return self.sheet.criteria.rules.indicators.get(self.line)

    @property
    def heading(self) -> str:
        return f"Minh chứng dòng {self.line}" if self.line else "Minh chứng của cả phiếu"

    @property
    def asked(self) -> str:
        """Return in words what the criteria ask of the line."""
        if self.indicator is None:
            return "Bản chấm có chữ ký, biên bản họp và tài liệu chung cho nhiều dòng."
        return said("evidence_asked", self.indicator.evidence)


def panel_of(sheet: Evaluation, line: str, user: User) -> EvidencePanel:
    uses = list(
        sheet.evidence_uses.filter(line=line)
        .select_related("evidence", "file", "by", "detached_by")
        .order_by("pk")
    )
    standing = [use for use in uses if use.is_open]
    return EvidencePanel(
        sheet=sheet,
        line=line,
        lock=(lock := evidence_lock(sheet, line, user=user)),
        rows=tuple(_rows(standing, sheet, line, user, lock)),
        detached=tuple(use for use in reversed(uses) if not use.is_open),
        may_ever=may_ever(sheet, user),
    )


def _rows(
    uses: Sequence[EvidenceUse], sheet: Evaluation, line: str, user: User, lock: str
) -> Iterable[UseRow]:
    if not uses:
        return
    newest = newest_files([use.evidence_id for use in uses], user)
    elsewhere = _elsewhere([use.file.sha256 for use in uses], sheet, line, user)
    for use in uses:
        last = newest.get(use.evidence_id)
        newer = last if last and last.revision > use.file.revision else None
        yield UseRow(use, lock or use_lock(use, sheet), newer, tuple(elsewhere[use.file.sha256]))


def newest_files(evidence: Iterable[int], user: User) -> dict[int, EvidenceFile]:
    """Return the newest revision of each document that `user` may see."""
    files = EvidenceFile.objects.visible_to(user).filter(evidence__in=list(evidence))
    return {file.evidence_id: file for file in files.order_by("revision")}


def _elsewhere(
    hashes: Sequence[str], sheet: Evaluation, line: str, user: User
) -> dict[str, list[str]]:
    """Return, by hash, where else within reach the very same file stands."""
    uses = (
        EvidenceUse.objects.open()
        .filter(file__sha256__in=hashes, evaluation__in=Evaluation.objects.visible_to(user))
        .exclude(evaluation=sheet, line=line)
        .select_related("file", "evaluation__period", "evaluation__period_unit")
        .order_by("-evaluation__period__ends_on", "evaluation__path", "line")
    )
    places: dict[str, list[str]] = defaultdict(list)
    for use in uses:
        places[use.file.sha256].append(place_of(use, sheet))
    for found in places.values():
        if (more := len(found) - ELSEWHERE_SHOWN) > 0:
            found[ELSEWHERE_SHOWN:] = [f"và {more} nơi khác"]
    return places


def place_of(use: EvidenceUse, here: Evaluation | None = None) -> str:
    """Name a line of a sheet, as seen from the sheet `here`."""
    sheet = use.evaluation
    parts = [f"dòng {use.line}" if use.line else "cả phiếu"]
    if here is None or sheet.period_id != here.period_id:
        parts.append(sheet.period.title)
    if here is not None and sheet.unit_id != here.unit_id:
        parts.append(sheet.period_unit.name)
    return ", ".join(parts)


def choices_for(sheet: Evaluation, line: str, user: User, text: str) -> QuerySet[Evidence]:
    """Return what the unit has from this period and earlier ones, not yet on the line."""
    before = EvidenceUse.objects.filter(
        evidence__unit=sheet.unit, evaluation__period__starts_on__lte=sheet.period.ends_on
    )
    here = sheet.evidence_uses.open().filter(line=line)
    return (
        Evidence.objects.visible_to(user)
        .filter(unit=sheet.unit, pk__in=before.values("evidence"))
        .exclude(pk__in=here.values("evidence"))
        .search(text)
    )


def store_of(unit: Unit, user: User, text: str) -> QuerySet[Evidence]:
    """Return the evidence of a unit, each with its open uses that `user` may see."""
    uses = (
        EvidenceUse.objects.open()
        .filter(evaluation__in=Evaluation.objects.visible_to(user))
        .select_related("evaluation__period", "evaluation__unit")
        .order_by("-evaluation__period__ends_on", "line")
    )
    return (
        Evidence.objects.visible_to(user)
        .filter(unit=unit)
        .search(text)
        .select_related("created_by")
        .prefetch_related(Prefetch("uses", uses, to_attr="uses_seen"))
    )


def with_newest(page: Iterable[Evidence], user: User) -> list[tuple[Evidence, EvidenceFile]]:
    """Pair the documents of one page with their newest revision that `user` may see."""
    shown = list(page)
    newest = newest_files([one.pk for one in shown], user)
    return [(one, newest[one.pk]) for one in shown if one.pk in newest]


def sheet_evidence(sheet: Evaluation) -> list[EvidenceUse]:
    """Return what is attached to a sheet, in the order of its lines, the whole sheet last."""
    places = {line: place for place, line in enumerate(sheet.criteria.rules.indicators)}
    uses = sheet.evidence_uses.open().select_related("evidence", "file")
    return sorted(uses, key=lambda use: (places.get(use.line, len(places)), use.pk))
