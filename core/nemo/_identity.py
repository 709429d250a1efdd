"""Who asks: the attribution that every request carries, the token, the ids of renders, and the pages for people."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

from pydantic import SecretStr

from core.errors import TokenRefused
from core.nemo.model import Backend

SKILL_SOURCE = "music-generator-free"
"""The skill's name, as its frontmatter says it; a request without it makes exports fail with 402."""
SKILL_VERSION = "1.0.0"

_SHORTEST_SECRET = 8
"""Characters; anything shorter stands in ordinary words as well."""


def detect_platform(installed_at: Path) -> str:
    """Return the value of `X-Skill-Platform` by the path of installation, for where no setting says it."""
    parts = installed_at.parts
    if ".clawhub" in parts:
        return "clawhub"
    return "cursor" if (".cursor", "skills") in pairwise(parts) else "unknown"


def request_headers(backend: Backend, token: SecretStr | None = None) -> dict[str, str]:
    """Return the attribution, three `X-Skill-*` headers, and the one that carries the token.

    Raises `TokenRefused` for a token that no header can carry: the HTTP library would quote it in its error.
    """
    headers = {
        "X-Skill-Source": SKILL_SOURCE,
        "X-Skill-Version": SKILL_VERSION,
        "X-Skill-Platform": backend.platform,
    }
    if token is not None:
        value = token.get_secret_value()
        if not re.fullmatch("[!-~]+", value):
            raise TokenRefused("the token is empty or holds characters that no header can carry")
        headers["Authorization"] = f"Bearer {value}"
    return headers


def strike(text: str, token: SecretStr) -> str:
    """Return a text of the service without the token: plain, with any of it percent-encoded, or within base64."""
    secret = token.get_secret_value()
    return _pattern(secret).sub("***", text) if len(secret) >= _SHORTEST_SECRET else text


@lru_cache(maxsize=64)
def _pattern(secret: str) -> re.Pattern[str]:
    plain, packed = "", []
    for sign in secret:
        plain += f"(?:{re.escape(sign)}|%{ord(sign):02x})"
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + secret.encode()).decode()
        # The characters at both ends depend on what stands beside the secret.
        sure = encoded[-(-shift * 8 // 6) : (shift + len(secret.encode())) * 8 // 6]
        packed += [re.escape(sure), re.escape(sure.replace("+", "-").replace("/", "_"))]
    return re.compile(f"(?i:{plain})|(?:{'|'.join(packed)})[A-Za-z0-9+/_=-]*")


def new_render_id(clock: Callable[[], float]) -> str:
    """Return `render_<ts>` with the time in ms (`clock` in seconds) and what makes two of one moment differ."""
    return f"render_{int(clock() * 1000)}{secrets.randbelow(10**6):06d}"


def register_page(backend: Backend, bind: str | None) -> str | None:
    """Return the page where an anonymous person registers and keeps their work, None without pages.

    `bind` is their user id; only where no answer gave one, their project's task id.
    """
    return page_for_people(backend, "/register", **({"bind": bind} if bind else {}))


def page_for_people(backend: Backend, path: str, **query: str) -> str | None:
    """Return a page of the service, None where people can't open one. No token of the API may be in it."""
    if backend.web_url is None:
        return None
    return backend.web_url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
