"""The rules of the checks, each by itself: what is missing, what contradicts, what surprises."""

from collections.abc import Iterator

from evaluations.rules.check_evidence import evidence_asked
from evaluations.rules.check_limits import book
from evaluations.rules.checks import Answer, Check, Facts, Priority, Rule, Size
from evaluations.rules.engine import score_line
from evaluations.rules.numbers import HUNDRED, spoken, whole_number
from evaluations.rules.structure import Indicator

WHOLE = HUNDRED * HUNDRED  # 100 % in hundredths of a percent


def missing(facts: Facts) -> Iterator[Check]:
    """Ask every line for a result, or “không áp dụng”."""
    for code in facts.outcome.missing:
        yield Check("high", "missing", code, "Chưa chấm.")


def not_applicable_says_why(facts: Facts) -> Iterator[Check]:
    """Ask why a line does not apply, unless the sheets that feed it say so."""
    for line in facts.lines:
        answer = facts.answers.get(line.code, {})
        if answer.get("na") and not facts.notes.get(line.code) and line.code not in facts.fed:
            yield Check("high", "na_reason", line.code, "Ghi không áp dụng nhưng chưa có lý do.")


def override_says_why(facts: Facts) -> Iterator[Check]:
    """Ask why an answer is another than the sheets that feed the line give.

    While some of them are not there yet it is only to be looked at.
    """
    for code, advice in facts.advice.items():
        answer = facts.answers.get(code)
        if not answer or facts.notes.get(code) or answer == advice.answer:
            continue
        priority: Priority = "high" if advice.is_whole else "medium"
        text = f"Khác gợi ý ({advice.words}) nhưng chưa có lý do."
        yield Check(priority, "override", code, text)


def denominators(facts: Facts) -> Iterator[Check]:
    """Hold a denominator of members against the register, within limits."""
    size = facts.size
    if size is None or not size.members:
        return
    for line in facts.lines:
        times, den = book().measured.get(line.slug), facts.answers.get(line.code, {}).get("den")
        if times is None or den is None or line.input != "ratio":
            continue
        text = _too_many(den, size) if times == "once" else _too_often(den, size)
        if text:
            yield Check("medium", "denominator", line.code, text)


def _too_many(den: int, size: Size) -> str:
    most = max(size.members, size.attending or 0)
    if den > most:
        return f"Mẫu số {whole_number(den)} lớn hơn số đảng viên trong sổ ({whole_number(most)})."
    due = size.attending
    if due is None or den >= due - 1 - due * book().limits.slack // WHOLE:
        return ""
    return (
        f"Mẫu số {whole_number(den)} nhỏ hơn số đảng viên phải tham gia theo sổ"
        f" ({whole_number(due)})."
    )


def _too_often(den: int, size: Size) -> str:
    people = max(size.members, size.attending or 0)
    most = people * size.months
    if den <= most:
        return ""
    return (
        f"Mẫu số {whole_number(den)} lớn hơn số lượt có thể có:"
        f" {whole_number(people)} đảng viên × {size.months} tháng = {whole_number(most)}."
    )


def jumps(facts: Facts) -> Iterator[Check]:
    """Point at a rate that moved far since the period before, unless its base is small."""
    limits = book().limits
    for line in facts.lines:
        now, then = facts.answers.get(line.code, {}), facts.last.get(line.code, {})
        if min(now.get("den") or 0, then.get("den") or 0) < limits.jump_base:
            continue
        percents = [_percent(line, answer) for answer in (then, now)]
        if abs(percents[1] - percents[0]) >= limits.jump:
            way = "tăng" if percents[1] > percents[0] else "giảm"
            moved = f"từ {spoken(percents[0])} % sang {spoken(percents[1])} %"
            text = f"Tỷ lệ {way} mạnh so với kỳ trước: {moved}."
            yield Check("medium", "jump", line.code, text)


def _percent(line: Indicator, answer: Answer) -> int:
    return score_line(line, answer).percent or 0


def common_numbers(facts: Facts) -> Iterator[Check]:
    """Point at two lines that count the same thing and differ."""
    for pair in book().equal:
        line, other = facts.by_slug(pair.line), facts.by_slug(pair.other)
        if line is None or other is None:
            continue
        number = facts.answers.get(line.code, {}).get(pair.number)
        wanted = facts.answers.get(other.code, {}).get(pair.other_number)
        if None not in (number, wanted) and number != wanted:
            text = f"Ghi {pair.what} là {number}, còn dòng {other.code} là {wanted}."
            yield Check("medium", "common_number", line.code, text)


def called_vetoes(facts: Facts) -> Iterator[Check]:
    """Point at an answer that calls for a veto while none of them is ticked."""
    titles = {veto.slug: veto for veto in facts.criteria.vetoes}
    for call in book().calls:
        line = facts.by_slug(call.line)
        wanted = [veto for slug, veto in titles.items() if slug in call.vetoes]
        if line is None or not wanted or any(veto.code in facts.vetoes for veto in wanted):
            continue
        if facts.answers.get(line.code, {}).get("choice") == call.option:
            codes = " hoặc ".join(veto.code for veto in wanted)
            text = f"Dòng này {call.what} nhưng chưa đánh dấu điểm loại {codes}."
            yield Check("medium", "called_veto", line.code, text)


def vetoed_though_high(facts: Facts) -> Iterator[Check]:
    """Say that with a veto no total makes a unit recognised."""
    if facts.vetoes and facts.outcome.total >= facts.criteria.recognition.total_gte:
        text = (
            f"Có điểm loại ({', '.join(facts.vetoes)}) nên không được công nhận,"
            f" dù tổng điểm {spoken(facts.outcome.total)}."
        )
        yield Check("low", "vetoed", "", text)


def all_at_the_ceiling(facts: Facts) -> Iterator[Check]:
    """Say that a sheet loses no point at all."""
    points = facts.outcome.lines
    scored = [line for line in facts.lines if points[line.code] is not None]
    if facts.outcome.missing or not scored:
        return
    if all(points[line.code] == line.max for line in scored):
        yield Check("low", "ceiling", "", "Mọi dòng có điểm đều đạt điểm tối đa.")


def same_as_before(facts: Facts) -> Iterator[Check]:
    """Point at a whole sheet that says what the period before said."""
    if facts.outcome.missing or not facts.last:
        return
    if all(facts.answers.get(line.code) == facts.last.get(line.code) for line in facts.lines):
        text = f"Mọi dòng giống hệt kỳ trước ({facts.before})."
        yield Check("medium", "same_as_before", "", text)


RULES: tuple[Rule, ...] = (
    missing,
    not_applicable_says_why,
    override_says_why,
    denominators,
    jumps,
    common_numbers,
    called_vetoes,
    evidence_asked,
    vetoed_though_high,
    all_at_the_ceiling,
    same_as_before,
)
