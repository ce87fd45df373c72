"""Writing a criteria set: begin from another one or from a file, save, give up, publish."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from cells.models import Unit, User
from cells.services import audit
from evaluations.models import CriteriaDraft, CriteriaSet
from evaluations.rules.criteria import CriteriaError, raw_criteria
from evaluations.rules.lint import Finding, lint
from evaluations.rules.places import differences, values
from evaluations.rules.structure import Criteria
from evaluations.rules.text import criteria_text
from evaluations.services.criteria import criteria_publish
from evaluations.services.errors import RefusedError

Raw = dict[str, Any]
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,38}[A-Z0-9]")
TAKEN = "Mã {} đã có bộ tiêu chí hoặc bản nháp khác dùng."
# What belongs to the set it was copied from alone.
ITS_OWN = ("valid_from", "valid_to", "succeeds", "relations", "version")


class DraftConflictError(RefusedError):
    """Somebody else saved the draft in the meantime."""

    def __init__(self, draft: CriteriaDraft):
        when = timezone.localtime(draft.updated_at)
        super().__init__(
            f"{draft.updated_by} vừa lưu bản nháp này lúc {when:%H:%M ngày %d/%m/%Y}. Nội dung "
            "đồng chí nhập vẫn còn bên dưới; xem bản mới rồi lưu lại."
        )


class DraftCodeError(RefusedError):
    """The code is none, or belongs to another set."""


def raw_of(text: str) -> Raw:
    """Read a text that need not make a valid set. Raises RefusedError where it is no TOML."""
    try:
        return raw_criteria(text)
    except CriteriaError as error:
        raise RefusedError(str(error)) from error


def draft_check(draft: CriteriaDraft, *, known: Iterable[Criteria] | None = None) -> list[Finding]:
    """Return what is wrong or doubtful in a draft, beside the sets that it may refer to."""
    return lint(draft.text, known=sets_known(draft) if known is None else known)


def sets_known(draft: CriteriaDraft) -> list[Criteria]:
    """Return the sets that hold where the draft will, and the one it succeeds."""
    above = draft.owner.path.strip("/").split("/")
    here = Q(owner=None) | Q(owner__code__in=above)
    before = raw_of(draft.text).get("succeeds")
    if isinstance(before, str):
        here |= Q(code=before)
    return [published.rules for published in CriteriaSet.objects.filter(here)]


@transaction.atomic
def draft_begin(
    *, source: CriteriaSet, owner: Unit, code: str, is_successor: bool, by: User, door: str
) -> CriteriaDraft:
    """Copy a published set into a draft: a set of its own, or the next version of `source`.

    A next version begins with every line related to itself; the author says what changed.
    """
    raw = {key: value for key, value in raw_of(source.text).items() if key not in ITS_OWN}
    raw["code"] = _new_code(code)
    if is_successor:
        lines = source.rules.indicators
        raw |= {
            "version": source.rules.version + 1,
            "succeeds": source.code,
            "relations": [{"code": line, "was": line, "relation": "same"} for line in lines],
        }
    return _create(raw, owner, by, door, base=source)


@transaction.atomic
def draft_upload(*, text: str, owner: Unit, by: User, door: str) -> CriteriaDraft:
    """Make a draft of a file. Raises RefusedError where the file is no criteria set at all."""
    raw = raw_of(text)
    raw["code"] = _new_code(raw.get("code"))
    base = CriteriaSet.objects.filter(code=str(raw.get("succeeds", ""))).first()
    return _create(raw, owner, by, door, base=base)


@transaction.atomic
def draft_save(
    *, draft: CriteriaDraft, raw: Raw, version: int, by: User, door: str
) -> CriteriaDraft:
    """Write the whole draft anew, where nobody else did since `version`.

    Raises DraftConflictError, and RefusedError for what cannot be written down.
    """
    held = _locked(draft)
    if held.version != version:
        raise DraftConflictError(held)
    raw = raw | {"code": _new_code(raw.get("code"), but=held)}
    text = _written(raw)
    if text == held.text:
        return held
    changes = differences(raw_of(held.text), raw_of(text))
    held.code, held.title, held.text = raw["code"], _title(raw), text
    held.version += 1
    held.updated_by, held.updated_at = by, timezone.now()
    _store(held, update_fields=["code", "title", "text", "version", "updated_by", "updated_at"])
    audit.record(
        by=by, door=door, action="criteria_draft_saved", subject=held, unit=held.owner,
        old={place: old for place, (old, _) in changes.items()},
        new={place: new for place, (_, new) in changes.items()},
    )  # fmt: skip
    return held


@transaction.atomic
def draft_discard(*, draft: CriteriaDraft, by: User, door: str) -> None:
    """Give a draft up. Its text is kept."""
    held = _locked(draft)
    held.discarded_at = timezone.now()
    held.save(update_fields=["discarded_at"])
    audit.record(by=by, door=door, action="criteria_draft_discarded", subject=held, unit=held.owner)


@transaction.atomic
def draft_publish(*, draft: CriteriaDraft, version: int, by: User, door: str) -> CriteriaSet:
    """Freeze a draft as a set. Raises RefusedError while the check finds an error in it."""
    held = _locked(draft)
    if held.version != version:
        raise DraftConflictError(held)
    errors = sum(finding.severity == "error" for finding in draft_check(held))
    if errors:
        raise RefusedError(f"Còn {errors} lỗi phải sửa trước khi ban hành.")
    held.published = criteria_publish(text=held.text, owner=held.owner, by=by, door=door)
    held.save(update_fields=["published"])
    return held.published


def _create(
    raw: Raw, owner: Unit, by: User, door: str, *, base: CriteriaSet | None
) -> CriteriaDraft:
    draft = CriteriaDraft(
        owner=owner, base=base, code=raw["code"], title=_title(raw), text=_written(raw),
        created_by=by, updated_by=by,
    )  # fmt: skip
    _store(draft)
    audit.record(
        by=by, door=door, action="criteria_draft_begun", subject=draft, unit=owner,
        new={"code": draft.code, "base": base.code if base else None},
    )  # fmt: skip
    return draft


def _store(draft: CriteriaDraft, **options: Any) -> None:
    """Save a draft; of two that take one code at the same moment, the second is refused."""
    try:
        with transaction.atomic():
            draft.save(**options)
    except IntegrityError as error:
        raise DraftCodeError(TAKEN.format(draft.code)) from error


def _written(raw: Raw) -> str:
    if any("\0" in value for _, value in values(raw) if isinstance(value, str)):
        raise RefusedError("Bộ tiêu chí có ký tự rỗng, không lưu được.")
    try:
        return criteria_text(raw)
    except CriteriaError as error:
        raise RefusedError(str(error)) from error


def _title(raw: Raw) -> str:
    title = raw.get("title", "")
    return title[:200] if isinstance(title, str) else ""


def _new_code(code: object, *, but: CriteriaDraft | None = None) -> str:
    """Return a code that no set and no other open draft has."""
    text = code.strip().upper() if isinstance(code, str) else ""
    if not CODE.fullmatch(text):
        raise DraftCodeError(
            "Mã bộ tiêu chí gồm 3 đến 40 chữ in không dấu, chữ số và gạch nối, ví dụ CB4T-QUY-2027."
        )
    drafts = CriteriaDraft.objects.open().filter(code=text)
    taken = CriteriaSet.objects.filter(code=text).exists()
    if taken or drafts.exclude(pk=but.pk if but else None).exists():
        raise DraftCodeError(TAKEN.format(text))
    return text


def _locked(draft: CriteriaDraft) -> CriteriaDraft:
    held = (
        CriteriaDraft.objects.select_for_update(of=("self",))
        .select_related("owner", "updated_by")
        .get(pk=draft.pk)
    )
    if held.published_id:
        raise RefusedError("Bản nháp đã được ban hành nên không sửa được nữa.")
    if held.discarded_at:
        raise RefusedError("Bản nháp đã bỏ nên không sửa được nữa.")
    return held
