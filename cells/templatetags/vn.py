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
def percent(hundredths):
    """Show hundredths of a percent with one place: 5843 is “58,4 %”; never rounded up to all."""
    if hundredths is None:
        return "–"
    tenths = hundredths // 10
    return f"{vietnamese.number_text(tenths / 10, places=1 if tenths % 10 else 0)} %"


@register.filter
def spoken(hundredths):
    return "–" if hundredths is None else vietnamese.spoken_points(hundredths)


@register.filter
def unless(may: bool, lock: str) -> bool:
    """Tell whether something may be done, which `lock` speaks against where it says anything."""
    return bool(may) and not lock
