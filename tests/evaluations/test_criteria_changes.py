"""What differs between two sets, in words."""

from datetime import date
from decimal import Decimal

import pytest

from evaluations.criteria_words import quota_words
from evaluations.reports.criteria_changes import changes
from evaluations.rules.criteria import raw_criteria, shipped_text
from evaluations.rules.quota import Quota


@pytest.fixture
def old():
    return raw_criteria(shipped_text("CB4T-QUY-2026"))


@pytest.fixture
def new():
    return raw_criteria(shipped_text("CB4T-QUY-2026"))


def told(old, new):
    return [(one.where, one.what, one.before, one.after) for one in changes(old, new)]


def line(raw, code):
    return next(
        line for group in raw["groups"] for line in group["indicators"] if line["code"] == code
    )


def test_equal_sets_differ_in_nothing(old, new):
    new |= {"code": "KHAC", "version": 2, "succeeds": "CB4T-QUY-2026"}
    assert told(old, new) == []


def test_each_kind_of_value_is_said_in_words(old, new):
    new["valid_from"] = date(2027, 1, 1)
    new["legal_basis"] = ["Một", "Hai"]
    new["levels"][0]["gte"] = Decimal("92.5")
    new["grades"][1]["share"] = Decimal("0.8")
    new["quota"] = {"percent": 20, "base": "all"}
    new["groups"][0]["floor_percent"] = 70
    del new["vetoes"][0]
    got = {(where, what): (before, after) for where, what, before, after in told(old, new)}
    assert got.pop(("Thông tin chung", "Căn cứ"))[1] == "Một; Hai"
    assert got.pop(("Điểm loại", "V1"))[1] == ""
    assert got == {
        ("Thông tin chung", "Có hiệu lực từ"): ("01/01/2026", "01/01/2027"),
        ("Mức theo tổng điểm", "tot"): ("Tốt: từ 90 điểm", "Tốt: từ 92,5 điểm"),
        ("Mức đánh giá", "kha"): ("Khá: 75 % điểm của dòng", "Khá: 80 % điểm của dòng"),
        ("Trần xuất sắc", "Trần, %"): ("", "20"),
        ("Trần xuất sắc", "Trần tính trên"): ("", "tất cả đơn vị được đánh giá"),
        ("Nhóm G1", "Mức sàn, %"): ("80", "70"),
    }


def test_line_says_its_bands_and_options_whole(old, new):
    line(new, "3.3")["bands"][1] = {"gt": 75, "points": Decimal("2.5")}
    line(new, "1.1")["options"][0]["points"] = 3
    line(new, "1.2")["na"] = False
    said = [(what, before, after) for _, what, before, after in told(old, new)]
    assert said == [
        ("Các lựa chọn", "Có: 4 điểm; Không: 0 điểm", "Có: 3 điểm; Không: 0 điểm"),
        ("Được chọn “không áp dụng”", "có", ""),
        (
            "Các mức điểm",
            "từ 100: 4 điểm; từ 80: 2 điểm; từ 0: 0 điểm",
            "từ 100: 4 điểm; trên 75: 2,5 điểm; từ 0: 0 điểm",
        ),
    ]


def test_line_is_compared_with_the_one_it_came_of(old, new):
    moved = line(new, "1.1")
    moved |= {"code": "1.9", "max": 5}
    new["relations"] = [{"code": "1.9", "was": "1.1", "relation": "rescaled"}]
    assert [(what, before, after) for _, what, before, after in told(old, new)] == [
        ("Mã dòng", "1.1", "1.9"),
        ("Điểm tối đa", "4", "5"),
    ]


def test_new_and_dropped_lines_and_moves_are_named(old, new):
    lines = new["groups"][0]["indicators"]
    gone = lines.pop(0)
    lines[0], lines[1] = lines[1], lines[0]
    new["groups"][1]["indicators"].append(gone | {"code": "2.7"})
    got = told(old, new)
    assert (f"Dòng 2.7 {gone['title']}", "Dòng mới", "", "4 điểm, nhóm G2") in got
    assert (f"Dòng 1.1 {gone['title']}", "Dòng bị bỏ", "4 điểm, nhóm G1", "") in got
    assert ("Nhóm G1", "Thứ tự", "1.2, 1.3, 1.4, 1.5, 1.6", "1.3, 1.2, 1.4, 1.5, 1.6") in got


def test_line_in_another_group_says_so(old, new):
    new["groups"][1]["indicators"].append(new["groups"][0]["indicators"].pop())
    assert [row[1:] for row in told(old, new)] == [("Nhóm", "G1", "G2")]


def test_half_written_sets_are_compared_all_the_same(old):
    broken = {
        "groups": [{"indicators": [{"bands": [{}], "options": 5, "max": "x"}, 7]}, 3],
        "levels": [{}],
        "recognition": 1,
        "relations": [{}],
        "grades": [{"share": "x"}],
    }
    assert changes(old, broken)
    assert changes(broken, old)


def test_cap_is_one_sentence():
    quota = Quota(2000, "good_only", 2500, "loại hình")
    assert quota_words(quota) == (
        "Nhiều nhất 20 % của số đơn vị xếp loại tốt (không kể xuất sắc); trường hợp đặc biệt"
        " được cấp trên đồng ý: 25 %; tính riêng theo loại hình. Kết quả lẻ thì làm tròn xuống."
    )
