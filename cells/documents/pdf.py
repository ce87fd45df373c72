"""A Party document as PDF."""

import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings

from cells.documents.party import DRAFT, RULE, PartyDocument, clean

TEMPLATE = Path(__file__).with_name("party.typ")


def pdf_bytes(document: PartyDocument) -> bytes:
    """Set a document; the same content gives the same pages."""
    content = {**_cleaned(asdict(document)), "draft": DRAFT, "rule": RULE}
    made = _compiler().compile(
        sys_inputs={"document": json.dumps(content, ensure_ascii=False)}, format="pdf"
    )
    return cast(bytes, made)


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """Return the typesetter, which reads template and fonts once per process."""
    return typst.Compiler(
        input=TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=[settings.DOCUMENT_FONTS],
        ignore_system_fonts=True,
    )


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return value
