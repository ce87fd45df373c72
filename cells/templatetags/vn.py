"""Filters that show numbers the Vietnamese way."""

from django import template

from cells import vietnamese

register = template.Library()


@register.filter
def points(hundredths):
    return vietnamese.points_text(hundredths)


@register.filter
def number(value, places=0):
    return "–" if value is None else vietnamese.number_text(value, places=int(places))


@register.filter
def spoken(hundredths):
    return "–" if hundredths is None else vietnamese.spoken_points(hundredths)


@register.filter
def unless(may: bool, lock: str) -> bool:
    """Tell whether something may be done, which `lock` speaks against where it says anything."""
    return bool(may) and not lock
