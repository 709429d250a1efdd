"""Briefs as JSON: how a project is kept."""

from __future__ import annotations

import json
from dataclasses import replace

from pydantic import TypeAdapter

from studio.model import Brief

_BRIEF = TypeAdapter(Brief)


def brief_to_json(brief: Brief) -> str:
    """Return a brief as JSON, the same text for equal briefs: roles are sorted."""
    return json.dumps(
        _BRIEF.dump_python(replace(brief, without=frozenset()), mode="json") | {"without": sorted(brief.without)},
        ensure_ascii=False,
    )


def brief_from_json(text: str) -> Brief:
    """Read a brief back. Raises `pydantic.ValidationError` (a ValueError) for anything that is none."""
    return _BRIEF.validate_json(text)
