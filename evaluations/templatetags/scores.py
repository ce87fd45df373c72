"""Filters for points, and dates as documents write them."""

from django import template

from evaluations import reasons
from evaluations.rules import numbers

register = template.Library()


@register.filter
def dotted(hundredths):
    """Write points for a chart: 2200 is "22.00", nothing where unknown."""
    return numbers.dotted(hundredths) or ""


@register.filter
def long_day(day):
    """Write a date as a document does: "ngày 05 tháng 02 năm 2026", zero up to February."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


@register.filter
def verdict(is_eligible, period_kind):
    return reasons.verdict(period_kind, is_eligible)
