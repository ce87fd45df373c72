"""The sets that come with Chibo are published once and never touched again."""

import json

import pytest
from django.core.management import call_command

from evaluations.models import CriteriaSet

pytestmark = pytest.mark.django_db


def publish(capsys):
    call_command("publish_criteria")
    return json.loads(capsys.readouterr().out)["published"]


def test_shipped_sets_are_published_once(capsys):
    assert publish(capsys) == [
        "CB4T-2026",
        "CB4T-QUY-2026",
        "CB4T-THANG-2026",
        "DB4T-2026",
        "DV4T-2026",
    ]
    assert publish(capsys) == []


def test_published_text_is_never_overwritten(capsys):
    publish(capsys)
    CriteriaSet.objects.filter(code="CB4T-2026").update(title="Tên cấp ủy đã đặt")
    publish(capsys)
    assert CriteriaSet.objects.get(code="CB4T-2026").title == "Tên cấp ủy đã đặt"
