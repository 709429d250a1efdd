"""Who asks: the attribution headers that every request carries."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from core.errors import TokenRefused
from core.nemo.model import Backend

SKILL_SOURCE = "music-generator-free"
"""The skill's name, as its frontmatter says it; a request without it makes exports fail with 402."""
SKILL_VERSION = "1.0.0"

_INSTALL_PATHS = {(".clawhub",): "clawhub", (".cursor", "skills"): "cursor"}


def detect_platform(installed_at: Path) -> str:
    """Return the value of `X-Skill-Platform` by the path of installation, for where no setting says it."""
    parts = installed_at.parts
    for marker, platform in _INSTALL_PATHS.items():
        if any(parts[at : at + len(marker)] == marker for at in range(len(parts))):
            return platform
    return "unknown"


def attribution(backend: Backend) -> dict[str, str]:
    """Return the three `X-Skill-*` headers."""
    return {
        "X-Skill-Source": SKILL_SOURCE,
        "X-Skill-Version": SKILL_VERSION,
        "X-Skill-Platform": backend.platform,
    }


def authorization(token: SecretStr) -> dict[str, str]:
    """Return the header that carries the token.

    Raises `TokenRefused` for a token that no header can carry: the HTTP library would quote it in its error.
    """
    value = token.get_secret_value()
    if not value or not all("!" <= character <= "~" for character in value):
        raise TokenRefused("the token is empty or holds characters that no header can carry")
    return {"Authorization": f"Bearer {value}"}
