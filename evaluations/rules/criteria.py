"""Criteria sets: dated, sourced TOML in, frozen dataclasses out."""

import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from evaluations.rules.reading import read_criteria
from evaluations.rules.structure import (
    Band,
    Criteria,
    Grade,
    Group,
    Indicator,
    Level,
    Option,
    Recognition,
    Veto,
)
from evaluations.rules.table import CriteriaError, code_of

__all__ = [
    "Band",
    "Criteria",
    "CriteriaError",
    "Grade",
    "Group",
    "Indicator",
    "Level",
    "Option",
    "Recognition",
    "Veto",
    "load_shipped",
    "parse_criteria",
    "raw_criteria",
    "shipped_text",
]

SHIPPED = Path(__file__).resolve().parent.parent / "criteria"


def parse_criteria(text: str) -> Criteria:
    """Read one criteria set, refusing whatever is missing, misspelt or does not add up."""
    raw = raw_criteria(text)
    criteria, ledger, _ = read_criteria(raw)
    if ledger.errors:
        name = f"Bộ tiêu chí {code_of(raw)}".strip()
        raise CriteriaError(f"{name}: {ledger.errors[0].message}")
    return criteria


def raw_criteria(text: str) -> dict[str, Any]:
    """Return the tables of a criteria text, its decimals exact."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise CriteriaError(f"Tệp tiêu chí không đúng định dạng TOML: {error}") from error


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.toml"))]
    return {tomllib.loads(text)["code"]: text for text in texts}


def shipped_text(code: str) -> str:
    """Return the verbatim text of a set that comes with the project."""
    return _texts()[code]


@lru_cache(maxsize=1)
def load_shipped() -> dict[str, Criteria]:
    """Return the sets that come with the project, by code."""
    return {code: parse_criteria(text) for code, text in _texts().items()}
