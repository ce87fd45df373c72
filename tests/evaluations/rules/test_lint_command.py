import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from evaluations.rules.criteria import load_shipped, raw_criteria, shipped_text
from evaluations.rules.text import criteria_text

ROOT = Path(__file__).resolve().parents[3]
TEXT = shipped_text("CB4T-2026")


def check(*files):
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("criteria_lint", *map(str, files), stdout=out, stderr=err)
    except SystemExit as stopped:
        status = stopped.code
    return SimpleNamespace(document=json.loads(out.getvalue()), err=err.getvalue(), status=status)


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_shipped_sets_pass_from_anywhere_in_an_empty_environment(tmp_path):
    ran = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "criteria_lint"],
        cwd=tmp_path,
        env={},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    document = json.loads(ran.stdout)
    assert len(document) == len(load_shipped())
    assert set(map(str, document.values())) == {"[]"}


def test_error_is_printed_with_its_place_and_ends_with_status_one(write):
    file = write("a.toml", TEXT.replace("max = 30\n", "max = 31\n"))
    result = check(file)
    (finding, *_) = result.document[str(file)]
    assert set(finding) == {"severity", "place", "message"}
    assert (finding["severity"], finding["place"]) == ("error", "groups/G1/max")
    assert "G1" in result.err
    assert result.status == 1


def test_warning_alone_is_printed_and_passes(write):
    file = write("a.toml", TEXT.replace("total_gte = 85", "total_gte = 45"))
    result = check(file)
    assert [finding["severity"] for finding in result.document[str(file)]] == ["warning"]
    assert result.status == 0


@pytest.mark.parametrize("content", [b"[a", b"\xff\xfe", None])
def test_file_that_is_no_set_is_one_error_and_the_others_are_checked(write, content):
    good = write("tốt.toml", b"\xef\xbb\xbf" + TEXT.encode())
    bad = write("xấu.toml", content) if content else good.parent / "không có.toml"
    result = check(good, bad)
    assert result.document[str(good)] == []
    assert [finding["severity"] for finding in result.document[str(bad)]] == ["error"]
    assert result.status == 1


def test_files_may_refer_to_each_other(write):
    old = raw_criteria(TEXT) | {"code": "CU"}
    lines = load_shipped()["CB4T-2026"].indicators
    relations = [{"code": code, "was": code, "relation": "same"} for code in lines]
    new = old | {"code": "MOI", "succeeds": "CU", "relations": relations}
    old["groups"] = raw_criteria(TEXT)["groups"]
    old["groups"][0]["indicators"][0]["code"] = "1.9"
    files = write("cu.toml", criteria_text(old)), write("moi.toml", criteria_text(new))
    places = [finding["place"] for finding in check(*files).document[str(files[1])]]
    assert places == ["relations", "relations/1.1/was"]
    assert check(files[1]).document[str(files[1])] == []
