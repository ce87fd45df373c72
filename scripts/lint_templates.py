"""Refuse what templates must not hold; print each finding as `file:line: what`."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"

INCLUDE = re.compile(r"{% include ([^%]+) %}")
INCLUDED = re.compile(r"[\w/-]+\.html")
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


def lost_tokens(texts: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """Return (template, line, what) for each form that is cut off from its token.

    An include with `only` hands no token on, so a form inside could never be sent.
    """
    return [
        (name, number, f"pass csrf_token=csrf_token to {included}, which holds a form")
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        for arguments in INCLUDE.findall(line)
        if _is_cut_off(arguments)
        for included in INCLUDED.findall(arguments)
        if _holds_a_form(included, texts)
    ]


def _is_cut_off(arguments: str) -> bool:
    return arguments.split()[-1] == "only" and "csrf_token=" not in arguments


def _holds_a_form(name: str, texts: Mapping[str, str], seen: tuple[str, ...] = ()) -> bool:
    text = texts.get(name, "")
    if name in seen or "{% csrf_token %}" in text:
        return name not in seen
    return any(
        _holds_a_form(included, texts, (*seen, name))
        for arguments in INCLUDE.findall(text)
        if not _is_cut_off(arguments)
        for included in INCLUDED.findall(arguments)
    )


def main() -> None:
    paths = sorted(TEMPLATES.rglob("*.html"))
    texts = {path.relative_to(TEMPLATES).as_posix(): path.read_text() for path in paths}
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in paths
        for line, what in findings(path, path.read_text())
    ]
    found += [f"templates/{name}:{line}: {what}" for name, line, what in lost_tokens(texts)]
    print("\n".join(found) or f"{len(paths)} templates hold nothing that is refused.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
