"""Texts of strangers made harmless for a terminal: what would steer it is shown instead of obeyed."""

from __future__ import annotations

import re

_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400

# C0 (but the line feed), DEL and C1 steer terminals (ECMA-48); the bidirectional marks turn the order of what is
# read (Unicode, UAX 9); lone surrogates stand for bytes that are not UTF-8 (PEP 383).
_HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return `text` with control characters made visible; lines stay lines."""
    return _HIDDEN.sub(_shown, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """Return `text` with control characters made visible, line feeds among them: a name, a label, a path."""
    return visible(text).replace("\n", "␊")


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == ord("\t"):
        return " "
    if code < ord(" "):
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "␡"
    if code <= 0x9F:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}"
