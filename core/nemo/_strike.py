"""A token in what the service says: struck out before anybody reads or keeps it."""

from __future__ import annotations

import base64
import re
from functools import lru_cache

from pydantic import SecretStr

_STRUCK = "***"
_SHORTEST = 8
"""Characters; anything shorter stands in ordinary words as well, and is no secret."""


def strike(text: str, token: SecretStr) -> str:
    """Return a text without the token: plain, with any of it percent-encoded, or somewhere within base64."""
    secret = token.get_secret_value()
    return _pattern(secret).sub(_STRUCK, text) if len(secret) >= _SHORTEST else text


@lru_cache(maxsize=64)
def _pattern(secret: str) -> re.Pattern[str]:
    plain = "".join(f"(?:{re.escape(sign)}|%{ord(sign):02x})" for sign in secret)
    packed = "|".join(re.escape(it) for shift in range(3) for it in sorted(_packed(secret.encode(), shift)))
    return re.compile(f"(?i:{plain})|(?:{packed})[A-Za-z0-9+/_=-]*")


def _packed(secret: bytes, shift: int) -> set[str]:
    """Return what base64 makes of the secret behind `shift` other bytes, without the signs that others touch."""
    first = -(-shift * 8 // 6)
    sure = (shift + len(secret)) * 8 // 6
    padded = bytes(shift) + secret
    return {encode(padded).decode()[first:sure] for encode in (base64.b64encode, base64.urlsafe_b64encode)}
