"""Bytes of evidence: checked, stored under their hash, looked after."""

import hashlib
import io
import json
import stat

import pytest
from django.core.management import call_command

from evaluations.services.evidence_files import (
    FileRefusedError,
    file_path,
    file_take,
    folder,
    name_of,
)
from tests import factories
from tests.evaluations.evidence_world import PDF, attached, pdf

SHA = hashlib.sha256(PDF).hexdigest()


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def test_file_lies_under_its_hash_for_its_owner_alone():
    taken = file_take(pdf())
    path = file_path(SHA)
    assert (taken.sha256, taken.size, taken.kind) == (SHA, len(PDF), "pdf")
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\An\\Biên bản.pdf", "Biên bản.pdf"),
        ("bie\u0302n ba\u0309n.pdf", "biên bản.pdf"),
        ("anh\u202efdp.exe.pdf", "anh fdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("..", "tep"),
        ("", "tep"),
        ("d" * 300 + ".pdf", "d" * 146 + ".pdf"),
    ],
)
def test_name_is_one_plain_part(given, shown):
    assert name_of(given) == shown


def test_name_without_an_ending_gets_that_of_the_content():
    assert file_take(pdf("anh chup")).name == "anh chup.pdf"


def test_largest_size_is_taken_and_one_byte_more_is_not(settings):
    settings.EVIDENCE_FILE_BYTES = len(PDF)
    assert file_take(pdf()).size == len(PDF)
    with pytest.raises(FileRefusedError, match="quá mức"):
        file_take(pdf(content=PDF + b"."))


@pytest.mark.parametrize("content", [b"", b"<html>"])
def test_refused_file_leaves_nothing_behind(content):
    with pytest.raises(FileRefusedError):
        file_take(pdf(content=content))
    assert not folder().exists()


def test_upload_that_is_cut_leaves_nothing_behind(monkeypatch):
    file = pdf()
    monkeypatch.setattr(file, "chunks", lambda: (part for part in [PDF, 1 / 1 and None]))
    with pytest.raises(TypeError):
        file_take(file)
    assert [path for path in folder().rglob("*") if path.is_file()] == []


def check(*arguments):
    out = io.StringIO()
    try:
        call_command("evidence_check", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as left:
        return left.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def kept(tree, people):
    return attached(factories.sheet(tree.a), people.bithu).use.file


def test_check_finds_nothing_wrong_with_what_is_whole(kept):
    assert check() == (0, {"checked": 1, "differences": []})


def test_check_names_a_changed_file(kept):
    file_path(SHA).chmod(0o600)
    file_path(SHA).write_bytes(b"khac")
    code, said = check()
    assert code == 1
    assert said["differences"] == [
        {
            "file": kept.pk,
            "unit": kept.evidence.unit.code,
            "name": "bien-ban.pdf",
            "sha256": SHA,
            "what": "changed",
        }
    ]


def test_check_names_a_missing_file_of_the_unit_asked_for(kept, tree):
    file_path(SHA).unlink()
    code, said = check("--unit", tree.a.code)
    assert (code, said["differences"][0]["what"]) == (1, "missing")
    assert check("--unit", tree.b.code) == (0, {"checked": 0, "differences": []})
