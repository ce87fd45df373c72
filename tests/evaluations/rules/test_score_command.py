import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from evaluations.rules.criteria import shipped_text

CASE = {
    "criteria": "CB4T-2026",
    "answers": {"1.2": {"num": 38, "den": 40}, "3.1": {"grade": "kha"}, "4.4": {"na": True}},
    "vetoes": ["V2"],
    "annual_class": "HTTNV",
}
BAD = {"criteria": "CB4T-2026", "answers": {"1.2": {"num": 41, "den": 40}}}


@pytest.fixture
def score(tmp_path):
    """Run the command on a document; return its JSON, its messages and its status."""

    def run(content, *options):
        file = tmp_path / "cases.json"
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        file.write_bytes(text)
        return run_on(str(file), *options)

    return run


def run_on(file, *options):
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("score", file, *options, stdout=out, stderr=err)
    except SystemExit as stopped:
        status = stopped.code
    return SimpleNamespace(document=json.loads(out.getvalue()), err=err.getvalue(), status=status)


def test_one_case_gives_one_result(score):
    result = score(CASE)
    found = result.document
    assert (result.status, result.err) == (0, "")
    assert {key: found[key] for key in ("criteria", "total", "level", "groups", "eligible")} == {
        "criteria": "CB4T-2026",
        "total": "12.50",
        "level": "kem",
        "groups": {"G1": "8.00", "G2": "0.00", "G3": "4.50", "G4": "0.00"},
        "eligible": False,
    }
    assert list(found) == [
        "criteria",
        "total",
        "level",
        "groups",
        "lines",
        "eligible",
        "reasons",
        "explain",
    ]
    assert found["reasons"] == sorted(found["reasons"])
    assert len(found["lines"]) == len(found["explain"]) == 24
    assert {code: points for code, points in found["lines"].items() if points} == {
        "1.2": "8.00",
        "3.1": "4.50",
    }
    assert found["explain"][1] == {
        "line": "1.2",
        "input": "38/40",
        "percent": "95.00",
        "rule": "từ 95 % trở lên: 8 điểm",
        "points": "8.00",
        "lost": "2.00",
        "next": "cần 40/40 (100 %) để được 10 điểm: thêm 2",
    }


def test_refused_case_stands_in_its_place_and_the_others_are_scored(score):
    result = score([CASE, BAD, CASE])
    assert result.status == 1
    assert [set(item) == {"error"} for item in result.document] == [False, True, False]
    assert result.document[1]["error"]["line"] == "1.2"
    assert "1.2" in result.document[1]["error"]["message"]
    assert "Trường hợp 2" in result.err


def test_no_cases_give_no_results(score):
    result = score([])
    assert (result.document, result.status) == ([], 0)


@pytest.mark.parametrize(
    "case",
    [
        CASE | {"criteria": "CB4T-1999"},
        CASE | {"criteria": ["CB4T-2026"]},
        CASE | {"vetoes": ["V5"]},
        CASE | {"vetoes": "V2"},
        CASE | {"vetoes": [["V2"]]},
        CASE | {"annual_class": "GIOI"},
        CASE | {"annual_class": 3},
        CASE | {"answers": [1]},
        {"criteria": "CB4T-2026"},
        {"answers": {}},
        "CB4T-2026",
        None,
    ],
)
def test_case_refused_as_a_whole_names_no_line(score, case):
    result = score(case)
    assert result.status == 1
    assert result.document["error"]["line"] is None
    assert result.document["error"]["message"].strip() in result.err


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"\xff\xfe{}",
        b'{"criteria": NaN}',
        b"[" * 100_000,
        b"1" * 5_000,
    ],
)
def test_unreadable_document_is_refused_without_a_trace(score, content):
    result = score(content)
    assert result.status == 1
    assert result.document["error"]["line"] is None
    assert result.err.strip()


def test_missing_file_is_refused_without_a_trace(tmp_path):
    result = run_on(str(tmp_path / "khong-co.json"))
    assert result.status == 1
    assert "khong-co.json" in result.err


def test_byte_order_mark_and_half_a_character_do_no_harm(score):
    case = CASE | {"answers": {"\ud800": {}}}
    assert score(b"\xef\xbb\xbf" + json.dumps(CASE).encode()).status == 0
    assert score(case).document["error"]["line"] == "\ud800"


def test_set_outside_the_project_is_tried(score, tmp_path):
    tried = tmp_path / "thu.toml"
    text = shipped_text("CB4T-2026").replace('code = "CB4T-2026"', 'code = "THU"')
    tried.write_text(text.replace("gte = 95, points = 8", "gte = 95, points = 7"), encoding="utf-8")
    for case in (CASE, {key: value for key, value in CASE.items() if key != "criteria"}):
        result = score(case, "--criteria", str(tried))
        assert (result.document["criteria"], result.document["total"]) == ("THU", "11.50")


def test_faulty_set_is_refused_by_place(score, tmp_path):
    tried = tmp_path / "thu.toml"
    tried.write_text(shipped_text("CB4T-2026").replace("max = 10", "max = 11"), encoding="utf-8")
    result = score(CASE, "--criteria", str(tried))
    assert result.status == 1
    assert "G1" in result.document["error"]["message"]


def test_missing_set_is_refused_by_name(score):
    result = score(CASE, "--criteria", "khong-co.toml")
    assert result.status == 1
    assert "khong-co.toml" in result.err


def test_command_reads_standard_input_in_an_empty_environment():
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run(
        [sys.executable, "manage.py", "score", "-"],
        cwd=root,
        env={},
        input=json.dumps([CASE, BAD]).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert json.loads(ran.stdout)[0]["total"] == "12.50"
    assert b"Traceback" not in ran.stderr
