"""Documents as PDF: that of the Party, and any other template fed with data."""

import json
import subprocess
import sys
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from cells.documents.party import DRAFT, RULE, PartyDocument, clean
from cells.documents.setter import compiled, compiler

LONGEST = 300  # seconds
TEMPLATE = Path(__file__).with_name("party.typ")


def pdf_bytes(document: PartyDocument) -> bytes:
    """Set a document; the same content gives the same pages."""
    return typeset(TEMPLATE, {**asdict(document), "draft": DRAFT, "rule": RULE})


def typeset(template: Path, content: dict[str, Any]) -> bytes:
    """Set what a template makes of `content`, which reaches it as data, never as markup."""
    document = json.dumps(_cleaned(content), ensure_ascii=False)
    return compiled(_compiler(template), document)


def typeset_apart(template: Path, content: dict[str, Any]) -> bytes:
    """Set a long document in a process of its own: the typesetter keeps what it has set.

    A form of three pages takes 10 MB that only the end of the process gives back.
    """
    command = [sys.executable, "-m", "cells.documents.setter", str(template)]
    made = subprocess.run(  # noqa: S603
        [*command, str(settings.DOCUMENT_FONTS)],
        input=json.dumps(_cleaned(content), ensure_ascii=False).encode(),
        capture_output=True,
        cwd=settings.BASE_DIR,
        timeout=LONGEST,
        check=True,
    )
    return made.stdout


@lru_cache(maxsize=4)
def _compiler(template: Path) -> typst.Compiler:
    """Return the typesetter, which reads template and fonts once per process."""
    return compiler(template, settings.DOCUMENT_FONTS)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return value
