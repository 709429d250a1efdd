"""What a job tells on its way from its worker to the person: progress, texts, finished films, as JSON."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from core.adapters import adapter
from core.messages import Button, Progress, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A render that is done and has to be brought to the person: where the service has it, and what to say with it.

    `language` is that of the request, `name` its file name, `seconds` its length, `text` what it is in a few lines,
    `link` the page where the person may open the project, `backend` another service than the usual one.
    """

    render_id: str
    url: str | None
    job_id: str
    language: str
    name: str
    seconds: float
    text: str
    link: str | None
    buttons: tuple[Button, ...]
    backend: str | None = None


Item = Text | Film
"""What must arrive."""

_KINDS: dict[str, type[Progress | Item]] = {"progress": Progress, "text": Text, "film": Film}
_WORDS = {kind: word for word, kind in _KINDS.items()}


def to_json(event: Progress | Item) -> str:
    """Return an event as it is kept: its kind, a space, its JSON."""
    kind = _WORDS[type(event)]
    return f"{kind} {adapter(type(event)).dump_json(event).decode()}"


def from_json(text: str) -> Progress | Item | None:
    """Return the event; None for one of a kind that this version does not know."""
    kind, _, body = text.partition(" ")
    reader = _KINDS.get(kind)
    try:
        return adapter(reader).validate_json(body) if reader else None
    except ValidationError:
        return None
