"""Exact numbers: integer hundredths, rounded half up, written the Vietnamese way."""

from decimal import Decimal

HUNDRED = 100  # hundredths in one point or one percent


def half_up(numerator: int, denominator: int) -> int:
    """Divide two non-negative integers, rounding half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def percent_of(num: int, den: int) -> int:
    """Return num ÷ den in hundredths of a percent, half up."""
    return half_up(HUNDRED * HUNDRED * num, den)


def hundredths(value: Decimal | int) -> int | None:
    """Return `value` in hundredths, or None where it has more than two places."""
    scaled = Decimal(value) * HUNDRED
    return int(scaled) if scaled == scaled.to_integral_value() else None


def dotted(value: int | None) -> str | None:
    """Write hundredths for a machine: 850 is "8.50"."""
    return None if value is None else f"{value // HUNDRED}.{value % HUNDRED:02d}"


def spoken(value: int) -> str:
    """Write hundredths for a sentence: 1234550 is "12.345,5", 800 is "8"."""
    whole = whole_number(value // HUNDRED)
    rest = f"{value % HUNDRED:02d}".rstrip("0")
    return f"{whole},{rest}" if rest else whole


def whole_number(value: int) -> str:
    """Group thousands with dots."""
    return f"{value:,}".replace(",", ".")
