"""What a sheet lacks, in words."""

import pytest

from evaluations.reasons import in_words, verdict
from evaluations.rules.criteria import load_shipped
from evaluations.rules.engine import score_sheet

QUARTER = load_shipped()["CB4T-QUY-2026"]
YEAR = load_shipped()["CB4T-2026"]


@pytest.mark.parametrize(
    ("kind", "is_eligible", "words"),
    [
        ("quarter", True, "Đạt mức quý"),
        ("quarter", False, "Chưa đạt mức quý"),
        ("quarter", None, "Chưa có kết quả"),
        ("month", True, "Đạt mức tháng"),
        ("month", False, "Chưa đạt mức tháng"),
        ("year", True, "Đủ điều kiện"),
        ("year", False, "Chưa đủ điều kiện"),
    ],
)
def test_verdict_never_speaks_of_recognition(kind, is_eligible, words):
    assert verdict(kind, is_eligible) == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("incomplete", "Còn 2 dòng chưa chấm: 1.1, 3.4"),
        ("group_floor:G2", "Nhóm 2 đạt 15,00/20, dưới mức sàn 16,00 (80 %)"),
        ("total_below", "Tổng điểm 81,93, cần từ 85,00 trở lên"),
        (
            "group_undetermined:G3",
            "Nhóm 3 chưa xác định vì mọi dòng đều không áp dụng; cần cấp ủy kết luận bằng văn bản",
        ),
        ("veto:V6", "Điểm loại V6: Cấp có thẩm quyền kết luận nội bộ mất đoàn kết"),
        (
            "annual_class_below",
            "Xếp loại năm “Hoàn thành nhiệm vụ”, cần từ “Hoàn thành tốt nhiệm vụ” trở lên",
        ),
    ],
)
def test_each_reason_says_what_was_reached_and_what_is_needed(reason, words):
    assert in_words(
        [reason],
        YEAR,
        total=8193,
        groups={"G2": 1500, "G3": None},
        missing=["1.1", "3.4"],
        annual_class="HTNV",
    ) == (words,)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("incomplete", "Còn dòng chưa chấm"),
        ("group_floor:G2", "Nhóm 2 dưới mức sàn 16,00 (80 %)"),
        ("total_below", "Tổng điểm cần từ 85,00 trở lên"),
        (
            "annual_class_below",
            "Chưa có xếp loại năm, cần từ “Hoàn thành tốt nhiệm vụ” trở lên",
        ),
    ],
)
def test_number_that_is_not_at_hand_is_left_out(reason, words):
    assert in_words([reason], YEAR) == (words,)


def test_all_reasons_of_a_sheet_are_said_in_the_order_of_work():
    outcome = score_sheet(QUARTER, {"1.1": {"choice": "yes"}}, vetoes=["V2"])
    words = in_words(
        outcome.reasons,
        QUARTER,
        total=outcome.total,
        groups=outcome.groups,
        missing=outcome.missing,
    )
    assert len(words) == len(outcome.reasons) == 7
    assert words[0].startswith("Còn 23 dòng chưa chấm: 1.2,")
    assert words[1] == "Tổng điểm 4,00, cần từ 85,00 trở lên"
    assert words[2] == "Nhóm 1 đạt 4,00/30, dưới mức sàn 24,00 (80 %)"
    assert words[-1].startswith("Điểm loại V2: ")


def test_eligible_sheet_has_no_words():
    assert in_words([], QUARTER, total=9000) == ()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("moved", "moved"),
        ("moved:G1", "moved:G1"),
        ("group_floor:G9", "group_floor:G9"),
        ("veto:V99", "Điểm loại V99: bộ tiêu chí không có điểm loại này"),
    ],
)
def test_reason_that_the_set_does_not_know_is_said_last_as_it_stands(reason, words):
    assert in_words([reason, "incomplete"], QUARTER)[-1] == words
