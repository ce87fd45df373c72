"""Vietnamese text as people search, sort and read it."""

import re
import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"[0-9]+")


def tidy(text: str) -> str:
    """Return `text` in NFC, without odd spaces."""
    text = unicodedata.normalize("NFC", text).replace("\u200b", "").replace("\ufeff", "")
    return _SPACES.sub(" ", text).strip()


def tidy_paragraphs(text: str) -> str:
    """Return a text of several lines tidied line by line, without empty ones."""
    return "\n".join(filter(None, map(tidy, text.splitlines())))


def fold(text: str) -> str:
    """Return `text` as it is searched: lower case, no marks, đ as d."""
    decomposed = unicodedata.normalize("NFD", tidy(text).lower().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _letters(word: str) -> tuple[str, str]:
    """Return the ranks of the letters of `word`, then of its tones, each comparable as text."""
    letters, tones = [], []
    for char in unicodedata.normalize("NFC", word.lower()):
        tone, base = 0, ""
        for part in unicodedata.normalize("NFD", char):
            if part in TONES:
                tone = TONES[part]
            else:
                base += part
        base = unicodedata.normalize("NFC", base)
        rank = ALPHABET.find(base)
        letters.append(f"{rank + 1:02d}" if rank >= 0 else f"9{base}")
        tones.append(str(tone))
    return "".join(letters), "".join(tones)


def name_sort_key(full_name: str) -> str:
    """Return a key that sorts by tên, then họ, then đệm, in the order of the alphabet.

    Letters decide before tones, as in a Vietnamese dictionary.
    """
    words = tidy(full_name).split(" ")
    ordered = [words[-1], *words[:-1]]
    ranked = [_letters(word) for word in ordered]
    return " ".join(f"{letters}.{tones}" for letters, tones in ranked)[:255]


def natural_key(text: str) -> str:
    """Return a key that sorts numbers by value: “Tổ dân phố số 2” before “Tổ dân phố số 10”."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(6), fold(text))


def points_text(hundredths: int | None) -> str:
    """Return points as read: 8193 becomes “81,93”; a missing value “–”."""
    if hundredths is None:
        return "–"
    return number_text(Decimal(hundredths) / 100, places=2)


def spoken_points(hundredths: int) -> str:
    """Return points as said: 800 becomes “8”, 450 “4,5”."""
    text = points_text(hundredths)
    return text.rstrip("0").rstrip(",") if "," in text else text


def number_text(value: Decimal | int | float, *, places: int = 0) -> str:
    """Return `value` with a decimal comma and dots between thousands."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{exact:,.{places}f}".translate(str.maketrans(",.", ".,"))


def day_text(day: date) -> str:
    """Write a date as a document does: "ngày 05 tháng 02 năm 2026", zero up to February."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
