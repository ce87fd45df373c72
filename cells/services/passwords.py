"""Passwords that people read off paper, and names to sign in with."""

import secrets
from collections.abc import Collection

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher

from cells.vietnamese import fold

# Small letters and digits that nobody mistakes for one another: no 0/o, 1/l/i.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 3, 4
ONE_TIME_ITERATIONS = 50_000


def one_time_password() -> str:
    """Return a random password such as "kt7m-p3xd-9hwa": 59 bits."""
    letters = (
        "".join(secrets.choice(READABLE) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
    )
    return "-".join(letters)


def one_time_hash(password: str) -> str:
    """Hash a random password: fewer rounds, since nobody can guess it.

    A ward's 130 slow hashes would outlast the request.
    """
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=ONE_TIME_ITERATIONS)
    return hasher.encode(password, hasher.salt())


def username_for(full_name: str, unit_code: str, taken: Collection[str]) -> str:
    """Return a free name to sign in with: Nguyễn Văn Đức of CB-01 gives "ducnv.cb01"."""
    words = [letters for word in fold(full_name).split() if (letters := _plain(word))]
    person = (words[-1] + "".join(word[0] for word in words[:-1])) if words else "nguoidung"
    base = f"{person[:20]}.{_plain(fold(unit_code))[:30]}"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}.{number}"
    return name


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isalnum())
