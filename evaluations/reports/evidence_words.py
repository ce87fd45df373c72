"""What the trail keeps of evidence, in words."""

from datetime import date
from typing import Any


def evidence_said(kept: Any) -> str:
    """Name an attached file, or say how a document was described."""
    if not kept:
        return "không có"
    if "file" in kept:
        return f"{kept['title']} ({kept['file']}, bản {kept['revision']})"
    day = kept["issued_on"] and f"{date.fromisoformat(kept['issued_on']):%d/%m/%Y}"
    details = ", ".join(part for part in (kept["number"], day, kept["issuer"]) if part)
    return f"{kept['title']} ({details})" if details else kept["title"]
