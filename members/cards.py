"""Party card numbers: recognised by a keyed hash, never kept."""

import hashlib
import hmac
import re

from django.conf import settings

_CARD = re.compile(r"\d{12}")


def card_number(text: str) -> str | None:
    """Return the twelve digits of a card as typed with spaces, dots or dashes, else None."""
    digits = re.sub(r"[\s.-]", "", text)
    return digits if _CARD.fullmatch(digits) else None


def card_hash(number: str) -> str:
    """Return the HMAC-SHA256 of a card number under the secret key of this installation."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()
