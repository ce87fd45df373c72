"""What the environment decides: what must be said, what the demo supplies, how dates are read."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django import forms

ROOT = Path(__file__).resolve().parent.parent
SHOW = """
import json
from django.conf import settings
print(json.dumps({
    "debug": settings.DEBUG,
    "demo": settings.DEMO,
    "engine": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
    "name": settings.DATABASES["default"]["NAME"],
    "options": settings.DATABASES["default"].get("OPTIONS", {}).get("options"),
    "broker": settings.CELERY_BROKER_URL.partition(":")[0],
    "https": settings.SECURE_SSL_REDIRECT,
    "secret": settings.SECRET_KEY,
}))
"""


@pytest.fixture
def production(tmp_path):
    return {
        "DATABASE_URL": "postgres://chibo@127.0.0.1:5432/chibo",
        "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
        "SECRET_KEY": "long-and-invented-" * 4,
        "CHIBO_DATA_DIR": str(tmp_path),
    }


def start(environment, *command):
    """Run Python with `environment` and nothing else."""
    environment = {"DJANGO_SETTINGS_MODULE": "chibo.settings", **environment}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def shown(environment):
    done = start(environment, "-c", SHOW)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "CHIBO_DATA_DIR"]
)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_variable_stops_the_start_by_name(production, name, value):
    del production[name]
    if value is not None:
        production[name] = value
    done = start(production, "manage.py", "check")
    assert done.returncode
    assert f"Set the environment variable {name} " in done.stderr


def test_an_installation_is_strict_by_default(production):
    held = shown(production)
    assert (held["debug"], held["demo"], held["https"]) == (False, False, True)
    assert (held["engine"], held["broker"]) == ("postgresql", "redis")


def test_the_demo_needs_one_variable_only(tmp_path):
    held = shown({"CHIBO_DEMO": "1", "CHIBO_DATA_DIR": str(tmp_path)})
    assert (held["debug"], held["demo"], held["https"]) == (False, True, False)
    assert (held["engine"], held["broker"]) == ("sqlite3", "sqla+sqlite")
    assert held["name"] == str(tmp_path / "chibo.sqlite3")


def test_the_demo_can_stand_on_another_database(production):
    held = shown({"CHIBO_DEMO": "1", **production})
    assert (held["demo"], held["engine"], held["broker"]) == (True, "postgresql", "redis")


def test_postgresql_compiles_no_statement_unless_the_address_says_so(production):
    assert shown(production)["options"] == "-c jit=off"
    production["DATABASE_URL"] += "?options=-c%20work_mem%3D16MB"
    assert shown(production)["options"] == "-c work_mem=16MB"


@pytest.mark.parametrize("value", ["0", "true", "yes", ""])
def test_nothing_but_one_selects_the_demo(value):
    assert start({"CHIBO_DEMO": value}, "manage.py", "check").returncode


def test_the_demos_secret_is_no_installations(production):
    demo = shown({"CHIBO_DEMO": "1", "CHIBO_DATA_DIR": production["CHIBO_DATA_DIR"]})
    assert shown(production)["secret"] == production["SECRET_KEY"] != demo["secret"]


def test_deployment_checks_find_nothing(production):
    done = start(production, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert not done.returncode, done.stderr


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/02/2026", date(2026, 2, 3)),
        ("13/02/2026", date(2026, 2, 13)),
        ("3-2-2026", date(2026, 2, 3)),
        ("03.02.2026", date(2026, 2, 3)),
        ("2026-02-03", date(2026, 2, 3)),
    ],
)
def test_a_day_comes_before_its_month(text, day):
    assert forms.DateField(localize=True).clean(text) == day


@pytest.mark.parametrize("text", ["02/13/2026", "31/02/2026", "3 Feb 2026", "03/02/26"])
def test_no_other_order_is_guessed(text):
    with pytest.raises(forms.ValidationError):
        forms.DateField(localize=True).clean(text)
