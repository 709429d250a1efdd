"""What a job is to do, in a form that is kept until it is done."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from core.intent import Action, Topic
from core.messages import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing that a person wants, in their words and language.

    `attachments` are the files that came with it, `urls` the addresses of files in the text. `vague`: advice
    about wording may help. `about` is the job whose button was pressed. `fresh`: a new piece in any case. `topic`: what
    is asked in small talk. `backend`: another service than the usual one.
    """

    action: Action
    text: str
    language: str
    attachments: tuple[Attachment, ...] = ()
    urls: tuple[str, ...] = ()
    vague: bool = False
    about: str | None = None
    fresh: bool = False
    topic: Topic | None = None
    backend: str | None = None

    def to_json(self) -> str:
        """Return this as the journal keeps it."""
        return _JSON.dump_json(self).decode()

    @staticmethod
    def from_json(text: str) -> Request | None:
        """Return what the journal kept; None where another version of this program wrote it in another form."""
        try:
            return _JSON.validate_json(text)
        except ValidationError:
            return None


_JSON = TypeAdapter(Request)
