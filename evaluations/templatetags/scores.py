"""Filters for points, and dates as documents write them."""

from django import template

from cells.vietnamese import day_text
from evaluations import reasons
from evaluations.rules import numbers

register = template.Library()


@register.filter
def dotted(hundredths):
    """Write points for a chart: 2200 is "22.00", nothing where unknown."""
    return numbers.dotted(hundredths) or ""


@register.filter
def long_day(day):
    return day_text(day)


@register.filter
def verdict(is_eligible, period_kind):
    return reasons.verdict(period_kind, is_eligible)
