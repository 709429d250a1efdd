"""Whether the words of an edit also ask for the finished file."""

from __future__ import annotations

import re

_ENGLISH = re.compile(
    r"\b(?:export|download)\b|\b(?:send|give|show)\s+(?:me|us)\b.{0,20}\b(?:video|file|mp4|track|it)\b|\bas\s+(?:an?\s+)?mp4\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"导出|下载|(?:发|传|给)(?:给)?我")


def wants_file(text: str) -> bool:
    """Whether this asks for the video besides the change ("make it slower and send me the video")."""
    return bool(_ENGLISH.search(text) or _CHINESE.search(text))
