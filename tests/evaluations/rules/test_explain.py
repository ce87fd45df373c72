import pytest

from evaluations.rules.criteria import load_shipped
from evaluations.rules.engine import score_line
from evaluations.rules.explain import explain_line


def words(line, answer, criteria="CB4T-2026"):
    item = explain_line(score_line(load_shipped()[criteria].indicators[line], answer))
    return item.input, item.rule, item.next


@pytest.mark.parametrize(
    ("line", "answer", "expected"),
    [
        (
            "1.2",
            {"num": 38, "den": 40},
            ("38/40", "từ 95 % trở lên: 8 điểm", "cần 40/40 (100 %) để được 10 điểm: thêm 2"),
        ),
        ("1.2", {"num": 40, "den": 40}, ("40/40", "đạt 100 %: 10 điểm", None)),
        (
            "1.2",
            {"num": 1, "den": 2000},
            ("1/2.000", "dưới 80 %: 0 điểm", "cần 1.600/2.000 (80 %) để được 4 điểm: thêm 1.599"),
        ),
        (
            "1.3",
            {"num": 0, "den": 40},
            ("0/40", "bằng 0 %: 0 điểm", "cần 1/40 (2,5 %) để được 1 điểm: thêm 1"),
        ),
        (
            "1.3",
            {"num": 1, "den": 40},
            ("1/40", "trên 0 %: 1 điểm", "cần 6/40 (15 %) để được 2 điểm: thêm 5"),
        ),
        (
            "2.3",
            {"num": 880_000, "den": 1_000_000},
            (
                "880.000/1.000.000",
                "từ 85 % trở lên: 3 điểm",
                "cần 899.950/1.000.000 (90 %) để được 4 điểm: thêm 19.950",
            ),
        ),
        ("4.4", {"num": 3, "den": 2}, ("3/2", "từ 100 % trở lên: 4 điểm", None)),
        ("3.1", {"grade": "kha"}, ("Khá", "Khá: 4,5 điểm", "cần “Tốt” để được 6 điểm")),
        (
            "1.5",
            {"choice": "open_in_time"},
            (
                "Còn việc nhưng trong hạn",
                "Còn việc nhưng trong hạn: 2 điểm",
                "cần “Không còn việc tồn” để được 4 điểm",
            ),
        ),
        ("1.6", {"num": 0, "den": 0}, ("0/0", "mẫu số bằng 0: tính đủ 4 điểm", None)),
        (
            "3.5",
            {"num": 0, "den": 0},
            ("0/0", "mẫu số bằng 0: 0 điểm", "cần có số liệu: mẫu số đang bằng 0"),
        ),
        (
            "4.4",
            {"num": 0, "den": 0},
            ("0/0", "mẫu số bằng 0: không áp dụng, không tính vào nhóm", None),
        ),
        ("4.4", {"na": True}, ("không áp dụng", "không áp dụng: không tính vào nhóm", None)),
        (
            "1.2",
            {},
            ("chưa chấm", "chưa chấm: chưa có điểm", "cần chấm dòng này: tối đa 10 điểm"),
        ),
    ],
)
def test_line_is_explained_in_plain_words(line, answer, expected):
    assert words(line, answer) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, ("0", "dưới 1: 2 điểm", None)),
        (2, ("2", "từ 1 trở lên: 1 điểm", "cần 0 để được 2 điểm: bớt 2")),
        (5, ("5", "từ 3 trở lên: 0 điểm", "cần 2 để được 1 điểm: bớt 3")),
    ],
)
def test_where_fewer_is_better_the_step_goes_down(count, expected):
    assert words("2.4", {"count": count}, "DB4T-2026") == expected
