"""`import_xlsx`: one JSON document, exit 1 where anything is wrong, never a traceback."""

import json

import pytest
from django.core.management import call_command

from cells.models import AuditEntry, Unit
from tests import factories
from tests.workbooks import DATA, edited, ward_of_the_data, workbook

KEYS = ["rows", "created", "updated", "unchanged", "errors"]


@pytest.fixture
def ward(db):
    return ward_of_the_data()[0]


@pytest.fixture
def run(capsys):
    def run(*arguments):
        status = 0
        try:
            call_command("import_xlsx", *map(str, arguments))
        except SystemExit as left:
            status = left.code
        out, err = capsys.readouterr()
        return status, json.loads(out), err

    return run


@pytest.mark.parametrize(
    ("kind", "created"), [("units", 4), ("members", 4), ("sheets", 2), ("results", 3)]
)
def test_each_kind_is_tried_then_applied_once(ward, run, kind, created):
    for cell in ward.children.all():
        factories.sheet(cell)
    command = (kind, DATA / f"ward_{kind}.xlsx", "--as", "canbo")
    tried, applied, again = run(*command), run(*command, "--apply"), run(*command, "--apply")
    assert [list(answer[1]) for answer in (tried, applied, again)] == [KEYS] * 3
    assert tried[:2] == applied[:2]
    assert (tried[0], tried[1]["created"]) == (0, created)
    assert (again[1]["created"], again[1]["unchanged"]) == (0, created)
    assert AuditEntry.objects.filter(action="file_imported", field=kind).count() == 2


def test_errors_leave_with_1_and_nothing_written(ward, run, tmp_path):
    path = edited(
        workbook(tmp_path / "a.xlsx", ["Mã", "Tên"], ["TN-A", "Tên mới"], ["TN-B", "Tên 2"]),
        {"A3": "LẠ"},
    )
    status, answer, err = run("units", path, "--as", "canbo", "--apply")
    assert status == 1
    assert {tuple(error) for error in answer["errors"]} == {("row", "column", "value", "message")}
    assert (answer["rows"], answer["created"], answer["updated"]) == (2, 0, 0)
    assert "Chưa nhập gì" in err
    assert Unit.objects.get(code="TN-A").name == "Chi bộ TN-A"


@pytest.mark.parametrize("user", ["khong-co", "inspector", "technical"])
def test_user_who_may_not_is_told_so(ward, run, user):
    factories.UserFactory(username="inspector", roles=[("inspector", ward)])
    factories.UserFactory(username="technical", is_superuser=True)
    status, answer, err = run("units", DATA / "ward_units.xlsx", "--as", user, "--apply")
    assert (status, answer["rows"], len(answer["errors"])) == (1, 0, 1)
    assert answer["errors"][0]["message"] in err


@pytest.mark.parametrize("name", ["khong-co.xlsx", "make_workbooks.py"])
def test_unreadable_file_is_told_so(ward, run, name):
    status, answer, err = run("members", DATA / name, "--as", "canbo")
    assert (status, len(answer["errors"])) == (1, 1)
    assert answer["errors"][0]["message"] in err
