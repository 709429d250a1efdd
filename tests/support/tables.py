"""Tables of phrases: what people say, and what is expected of it, in files that a person can read and add to."""

from __future__ import annotations

from pathlib import Path

_DATA = Path(__file__).parent.parent / "unit" / "data"


def rows(name: str) -> list[list[str]]:
    """Return the cells of a file of `tests/unit/data`, without its comments."""
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
