"""The cast of the tests: one ward with two cells, and a foreign ward that must see nothing."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db.backends.sqlite3.base import DatabaseOperations

from tests import factories

GUARDS = [
    import_module("cells.migrations.0004_audit_is_append_only"),
    import_module("evaluations.migrations.0009_recomputations_are_append_only"),
    import_module("evaluations.migrations.0013_issued_recognitions_are_append_only"),
    import_module("evaluations.migrations.0020_evidence_is_never_deleted"),
    import_module("evaluations.migrations.0023_cell_votes_are_append_only"),
    import_module("evaluations.migrations.0028_line_talk_is_append_only"),
]


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_append_only_guards():
    """Let a transactional test be cleaned up: SQLite empties a table row by row."""
    flush = DatabaseOperations.sql_flush

    def sql_flush(self, style, tables, **options):
        statements = flush(self, style, tables, **options)
        if "cells_auditentry" in tables:
            lifted = [statement for guard in GUARDS for statement in guard.LIFT["sqlite"]]
            installed = [statement for guard in GUARDS for statement in guard.INSTALL["sqlite"]]
            statements = [*lifted, *statements, *installed]
        return statements

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Serve static files by their own names: a test needs no collected manifest."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.SECURE_SSL_REDIRECT = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def tree(db):
    """Return city → ward (cells a, b) and city → other ward (cell c)."""
    city = factories.CityFactory()
    ward = factories.CommitteeFactory(parent=city, name="Đảng ủy phường Thử Nghiệm")
    other = factories.CommitteeFactory(parent=city, name="Đảng ủy phường Bên Cạnh")
    return SimpleNamespace(
        city=city,
        ward=ward,
        other=other,
        a=factories.UnitFactory(parent=ward, name="Chi bộ Tổ dân phố số 1"),
        b=factories.UnitFactory(parent=ward, name="Chi bộ Trường Tiểu học Đức Giang"),
        c=factories.UnitFactory(parent=other, name="Chi bộ Thôn Đông"),
    )


@pytest.fixture
def people(tree):
    """Return one person per role, by the names of the demo accounts."""
    make = factories.UserFactory
    return SimpleNamespace(
        thanhuy=make(username="thanhuy", roles=[("city_admin", tree.city)]),
        canbo=make(username="canbo", roles=[("staff", tree.ward)]),
        canbo2=make(username="canbo2", roles=[("staff", tree.ward)]),
        lanhdao=make(username="lanhdao", roles=[("leader", tree.ward)]),
        bithu=make(username="bithu", roles=[("secretary", tree.a)]),
        kiemtra=make(username="kiemtra", roles=[("inspector", tree.city)]),
        phutrach=make(username="phutrach", roles=[("supervisor", tree.a)]),
        nguoila=make(username="nguoila", roles=[("staff", tree.other)]),
        quantri=make(username="quantri", is_superuser=True),
    )


@pytest.fixture
def as_(client):
    """Return a function that signs a person in and gives the client."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in
