"""The verdict of a sheet and the reasons against it, in words a cell can act on."""

from collections.abc import Iterable, Mapping

from cells.vietnamese import points_text
from evaluations.rules.numbers import spoken
from evaluations.rules.structure import Criteria

CLASS_NAMES = {
    "KHTNV": "Không hoàn thành nhiệm vụ",
    "HTNV": "Hoàn thành nhiệm vụ",
    "HTTNV": "Hoàn thành tốt nhiệm vụ",
    "HTXSNV": "Hoàn thành xuất sắc nhiệm vụ",
}
# Parts of a year; only the year is recognised.
PARTS = {"month": "tháng", "quarter": "quý"}
# The order in which a person deals with them.
ORDER = (
    "incomplete",
    "group_undetermined",
    "total_below",
    "group_floor",
    "veto",
    "annual_class_below",
)


def verdict(period_kind: str, is_eligible: bool | None) -> str:
    """Name what the figures say; recognition itself is a decision of people, on the year."""
    if is_eligible is None:
        return "Chưa có kết quả"
    if period_kind in PARTS:
        said = f"đạt mức {PARTS[period_kind]}"
        return said.capitalize() if is_eligible else f"Chưa {said}"
    return "Đủ điều kiện" if is_eligible else "Chưa đủ điều kiện"


def in_words(
    reasons: Iterable[str],
    criteria: Criteria,
    *,
    total: int | None = None,
    groups: Mapping[str, int | None] | None = None,
    missing: Iterable[str] = (),
    annual_class: str = "",
) -> tuple[str, ...]:
    """Return each reason code as a sentence; numbers that are not given are left out.

    A list of sheets gives `reasons` and `total` alone, as they are stored. A code that the set
    does not know, stored by other hands than ours, is said as it stands.
    """
    return tuple(
        _sentence(kind, target, criteria, total, groups or {}, tuple(missing), annual_class)
        for kind, target in sorted(map(_parts, reasons), key=_place)
    )


def _parts(reason: str) -> tuple[str, str]:
    kind, _, target = reason.partition(":")
    return kind, target


def _place(parts: tuple[str, str]) -> tuple[int, str]:
    kind, target = parts
    return ORDER.index(kind) if kind in ORDER else len(ORDER), target


def _sentence(
    kind: str,
    target: str,
    criteria: Criteria,
    total: int | None,
    groups: Mapping[str, int | None],
    missing: tuple[str, ...],
    annual_class: str,
) -> str:
    if kind == "incomplete":
        return (
            f"Còn {len(missing)} dòng chưa chấm: {', '.join(missing)}"
            if missing
            else "Còn dòng chưa chấm"
        )
    if kind == "total_below":
        reached = "Tổng điểm" if total is None else f"Tổng điểm {points_text(total)},"
        return f"{reached} cần từ {points_text(criteria.recognition.total_gte)} trở lên"
    if kind == "veto":
        return f"Điểm loại {target}: {_veto_title(criteria, target)}"
    if kind == "annual_class_below":
        return _class_sentence(criteria, annual_class)
    if kind in ("group_undetermined", "group_floor"):
        return _group_sentence(kind, target, criteria, groups.get(target))
    return f"{kind}:{target}" if target else kind


def _group_sentence(kind: str, code: str, criteria: Criteria, points: int | None) -> str:
    found = [(n, group) for n, group in enumerate(criteria.groups, 1) if group.code == code]
    if not found:
        return f"{kind}:{code}"
    place, group = found[0]
    if kind == "group_undetermined":
        return (
            f"Nhóm {place} chưa xác định vì mọi dòng đều không áp dụng;"
            " cần cấp ủy kết luận bằng văn bản"
        )
    reached = (
        f"Nhóm {place}"
        if points is None
        else f"Nhóm {place} đạt {points_text(points)}/{spoken(group.max)},"
    )
    floor = f"{points_text(group.floor)} ({spoken(group.floor_percent)} %)"
    return f"{reached} dưới mức sàn {floor}"


def _veto_title(criteria: Criteria, code: str) -> str:
    titles = {veto.code: veto.title for veto in criteria.vetoes}
    return titles.get(code, "bộ tiêu chí không có điểm loại này")


def veto_names(criteria: Criteria, codes: Iterable[str]) -> str:
    """Name vetoes in a sentence."""
    return "; ".join(_veto_title(criteria, code) for code in codes) or "không có điểm loại"


def _class_sentence(criteria: Criteria, annual_class: str) -> str:
    lowest = class_name(criteria.recognition.annual_class_gte or "")
    if not annual_class:
        return f"Chưa có xếp loại năm, cần từ “{lowest}” trở lên"
    return f"Xếp loại năm “{class_name(annual_class)}”, cần từ “{lowest}” trở lên"


def class_name(code: str) -> str:
    return CLASS_NAMES.get(code, code)
