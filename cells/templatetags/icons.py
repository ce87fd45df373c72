"""Icons of the sprite. A tag, since a page of lines shows hundreds of them."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
def icon(name, css=""):
    """Draw a Bootstrap icon. Decorative: always beside a word."""
    return _drawn(name, css)


@lru_cache(maxsize=256)
def _drawn(name: str, css: str):
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f"icon {css}".strip(),
        static("vendor/bootstrap-icons/bootstrap-icons.svg"),
        name,
    )
