"""Refuse what templates must not hold; print each finding as `file:line: what`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"

COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
REFUSED = [
    (re.compile(r"<script(?![^>]*\bsrc=)", re.I), "inline script; put it into static/js/"),
    (re.compile(r"<style\b", re.I), "inline style; put it into static/css/"),
    (re.compile(r"\sstyle\s*=\s*[\"'{]", re.I), "style attribute; use a class"),
    (re.compile(r"\son[a-z]+\s*=\s*[\"'{]", re.I), "event attribute; use static/js/ or hx-*"),
    (re.compile(r"\bhx-on\b|javascript:", re.I), "script in an attribute"),
    (re.compile(r"\|\s*safe(seq)?\b"), "|safe; let Django escape"),
    (re.compile(r"{%-?\s*autoescape\s+off"), "autoescape off"),
    (
        re.compile(r"https?://(?!www\.w3\.org/)|=\s*[\"']//", re.I),
        "outside address; serve it locally",
    ),
]


def findings(path: Path, text: str) -> list[tuple[int, str]]:
    """Return (line, what) for each thing that the template at `path` must not hold."""
    found = []
    if path.name.startswith("_") and not re.match(r"{#.*\bContext: \S.*#}", text):
        found.append((1, "a partial's first line is {# Context: … #}"))
    # Comments keep their lines, so that what follows keeps its number.
    text = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    for number, line in enumerate(text.splitlines(), start=1):
        found += [(number, what) for pattern, what in REFUSED if pattern.search(line)]
    return found


def main() -> None:
    paths = sorted(TEMPLATES.rglob("*.html"))
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in paths
        for line, what in findings(path, path.read_text())
    ]
    print("\n".join(found) or f"{len(paths)} templates hold nothing that is refused.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
