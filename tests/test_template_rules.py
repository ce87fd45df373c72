"""The template lint finds what the content policy would block or what hides a hole."""

from pathlib import Path

import pytest
from django.template.loader import get_template

from scripts.lint_templates import findings, lost_tokens

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


@pytest.mark.parametrize(
    "text",
    [
        "<script>go()</script>",
        "<style>p {}</style>",
        '<p style="color: red">',
        '<p style="{{ css }}">',
        '<button onclick="go()">',
        '<p hx-on:click="go()">',
        '<a href="javascript:go()">',
        "{{ text|safe }}",
        "{{ text | safe }}",
        "{% autoescape off %}",
        '<img src="https://example.org/a.png">',
        '<img src="//example.org/a.png">',
    ],
)
def test_what_is_refused(text):
    assert [line for line, _ in findings(Path("page.html"), f"<p>\n{text}\n</p>")] == [2]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{% static "js/app.js" %}" defer></script>',
        '<svg xmlns="http://www.w3.org/2000/svg">',
        '{# style="…" and |safe are refused, see https://example.org #}',
        '<p data-style="wide" class="on-time">',
        "<p>an toàn = |safety|</p>",
    ],
)
def test_what_passes(text):
    assert findings(Path("page.html"), text) == []


def test_a_partial_declares_its_context():
    partial = Path("_row.html")
    assert findings(partial, "<p>{{ row }}</p>")
    assert not findings(partial, "{# Context: row (Evaluation). #}\n<p>{{ row }}</p>")


FORM = "<form method=post>{% csrf_token %}</form>"


@pytest.mark.parametrize(
    ("include", "is_lost"),
    [
        ('{% include "_form.html" with a=1 only %}', True),
        ('{% include "_outer.html" only %}', True),
        ('{% include "_form.html" with a=1 csrf_token=csrf_token only %}', False),
        ('{% include "_form.html" with a=1 %}', False),
        ('{% include "_plain.html" with a=1 only %}', False),
    ],
)
def test_a_form_keeps_its_token(include, is_lost):
    texts = {
        "page.html": f"<p>\n{include}",
        "_form.html": FORM,
        "_outer.html": '{% include "_form.html" %}',
        "_plain.html": "<p>",
    }
    assert [(name, line) for name, line, _ in lost_tokens(texts)] == [("page.html", 2)] * is_lost


def test_every_template_compiles():
    pages = [path.relative_to(TEMPLATES) for path in TEMPLATES.rglob("*.html")]
    assert len(pages) > 100
    for page in pages:
        get_template(str(page))
