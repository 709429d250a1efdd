"""What a job is to do, in a form that is kept until it is done."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from core.intent import Action, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing that a person wants, in their words and language.

    `attachments` are the names of files that came with it, `urls` the addresses of files in the text. `vague`: advice
    about wording may help. `about` is the job whose button was pressed. `fresh`: a new piece in any case. `topic`: what
    is asked in small talk.
    """

    action: Action
    text: str
    language: str
    attachments: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    vague: bool = False
    about: str | None = None
    fresh: bool = False
    topic: Topic | None = None

    def to_json(self) -> str:
        """Return this as the journal keeps it."""
        return _JSON.dump_json(self).decode()

    @staticmethod
    def from_json(text: str) -> Request:
        """Return what the journal kept."""
        return _JSON.validate_json(text)


_JSON = TypeAdapter(Request)
