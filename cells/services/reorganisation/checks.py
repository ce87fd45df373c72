"""What a plan must be in itself, before anything is looked up: pure checks."""

from collections.abc import Iterable
from datetime import date

from cells.models import Reorganisation
from cells.services.reorganisation.participants import Refusal
from cells.services.reorganisation.plans import CHANGING, CLOSING, Plan
from cells.services.unit_rows import CODE

Kind = Reorganisation.Kind
NAME_MOST, NUMBER_MOST, SIGNER_MOST, CODE_MOST = 200, 60, 120, 40

# How many units before and after: (least, most) each; None is without end.
SHAPES: dict[str, tuple[tuple[int, int | None], tuple[int, int | None]]] = {
    Kind.ESTABLISH: ((0, 0), (1, None)),
    Kind.SPLIT: ((1, 1), (2, None)),
    Kind.ABSORB: ((1, None), (1, 1)),
    Kind.MERGE: ((2, None), (1, 1)),
    Kind.DISSOLVE: ((1, 1), (0, 0)),
    Kind.DISBAND: ((1, 1), (0, 0)),
    Kind.TRANSFER: ((1, None), (1, None)),
    Kind.RENAME: ((1, None), (1, None)),
}


def plan_refusals(plan: Plan, today: date) -> list[Refusal]:
    """Return everything wrong with a plan that needs no look at the tree."""
    return [*_paper(plan, today), *_shape(plan), *_maps(plan)]


def _paper(plan: Plan, today: date) -> list[Refusal]:
    found = []
    for name, value, most, missing in (
        ("decision_number", plan.decision_number, NUMBER_MOST, "Thiếu số quyết định."),
        ("signer", plan.signer, SIGNER_MOST, "Thiếu người ký."),
    ):
        if not value:
            found.append(Refusal(missing, name))
        elif len(value) > most:
            found.append(Refusal(f"Dài quá {most} ký tự. Viết gọn lại.", name, value))
    for name, day in (("effective_on", plan.effective_on), ("decided_on", plan.decided_on)):
        if day > today:
            message = f"Ngày {day:%d/%m/%Y} chưa đến. Ghi sự kiện từ ngày đó trở đi."
            found.append(Refusal(message, name, f"{day:%d/%m/%Y}"))
    return found


def _shape(plan: Plan) -> list[Refusal]:
    before, after = SHAPES[plan.kind]
    codes = [draft.code for draft in plan.after]
    found = [
        *_count(len(plan.before), before, "before", "đơn vị trước sắp xếp"),
        *_count(len(codes), after, "after", "đơn vị sau sắp xếp"),
        *_repeated(plan.before, "before"),
        *_repeated(codes, "after"),
    ]
    if plan.kind in CHANGING:
        if set(codes) != set(plan.before):
            found.append(Refusal("Đơn vị trước và sau phải cùng mã.", "after", "; ".join(codes)))
    elif both := set(codes) & set(plan.before):
        message = f"Mã “{min(both)}” không thể vừa kết thúc vừa là đơn vị sau sắp xếp."
        found.append(Refusal(message, "after", min(both)))
    for draft in plan.after:
        if len(draft.name) > NAME_MOST:
            found.append(Refusal(f"Tên dài quá {NAME_MOST} ký tự.", "name", draft.name))
        if len(draft.code) > CODE_MOST or not CODE.fullmatch(draft.code):
            message = "Mã chỉ gồm chữ, số, dấu chấm, gạch ngang, gạch dưới; nhiều nhất 40 ký tự."
            found.append(Refusal(message, "after", draft.code))
    return found


def _count(count: int, allowed: tuple[int, int | None], field: str, what: str) -> Iterable[Refusal]:
    least, most = allowed
    if count < least:
        yield Refusal(f"Cần ít nhất {least} {what}.", field)
    elif most == 0 and count:
        yield Refusal(f"Loại sự kiện này không có {what}.", field)
    elif most is not None and count > most:
        yield Refusal(f"Chỉ được {most} {what}.", field)


def _repeated(codes: Iterable[str], field: str) -> Iterable[Refusal]:
    seen: set[str] = set()
    for code in codes:
        if code.casefold() in seen:
            yield Refusal(f"Mã “{code}” ghi hai lần.", field, code)
        seen.add(code.casefold())


def _maps(plan: Plan) -> list[Refusal]:
    """Refuse to send things to a unit that ends, or to move anybody where nobody moves."""
    found = []
    ending = set(plan.before) if plan.kind in CLOSING else set()
    targets = [
        *(("members", code) for code in plan.members.values()),
        *(("posts", code) for code in plan.posts.values()),
        *(("assignments", code) for code in plan.assignments.values()),
        *(("units", code) for code in plan.units.values()),
        *([("rest_to", plan.rest_to)] if plan.rest_to else []),
    ]
    if plan.kind in CHANGING and targets:
        message = "Đổi tên, chuyển giao thì đảng viên và chức vụ giữ nguyên, không phân lại."
        found.append(Refusal(message, targets[0][0]))
    if plan.kind == Kind.ESTABLISH and (plan.rest_to or plan.units):
        found.append(Refusal("Thành lập mới: ghi rõ từng đảng viên chuyển đến.", "rest_to"))
    found += [
        Refusal(f"“{code}” kết thúc hoạt động nên không nhận được.", field, code)
        for field, code in sorted(set(targets))
        if code in ending
    ]
    return found
