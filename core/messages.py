"""Messages between people and the core: what comes in and what goes out.

Adapters build `IncomingMessage` and draw what goes out; flows read the one and make the other. Nothing here knows a
platform.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from core.commands import Action

_LONE = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs: JSON can carry them, UTF-8 can't."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks. `language` is the platform's hint (BCP 47, e.g. "zh-CN"), if it gives one."""

    platform: str
    id: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """Where: a channel, topic or private chat. `id` is opaque to all but its adapter."""

    platform: str
    id: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; nothing is fetched before it is needed, perhaps by another process.

    `ref` is what the platform's `Fetch` finds the file by: opaque to all others, kept (sealed) with the job. `size`
    in bytes and `mime` are the sender's claims.
    """

    name: str
    ref: str
    size: int | None = None
    mime: str | None = None


Fetch = Callable[[str, Path], Awaitable[None]]
"""`fetch(ref, path)` streams a platform's file to `path`, in any process that has the platform's settings.

Raises `core.errors.AttachmentLost` where the platform no longer has it or refuses (too large for bots, for instance).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What the bot may do in a chat, as far as its adapter knows before it speaks."""

    send: bool = True
    attach: bool = True


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message, command or button press."""

    person: Person
    chat: Chat
    #: The platform's id of the message: the idempotency key of the job that it starts.
    message_id: str
    #: Free text, or what stands behind the command.
    text: str = ""
    command: Action | None = None
    attachments: tuple[Attachment, ...] = ()
    #: The id of the pressed button.
    press: str | None = None
    #: Where the answer goes: opaque to all but its adapter, sealed with the job. None: only a process that stands in
    #: this chat can show it, as in a terminal.
    address: str | None = None
    #: The id of a message that stands already and waits for the answer (Discord's "thinking…").
    standing: int | None = None
    rights: Rights = Rights()


def sanitize(said: IncomingMessage) -> IncomingMessage:
    """Return a message without lone surrogates: each becomes the sign for what can't be shown."""
    person, chat = said.person, said.chat
    language = None if person.language is None else _whole(person.language)
    return replace(
        said,
        person=replace(person, id=_whole(person.id), language=language),
        chat=replace(chat, id=_whole(chat.id)),
        message_id=_whole(said.message_id),
        text=_whole(said.text),
        attachments=tuple(map(_attachment, said.attachments)),
        press=None if said.press is None else _whole(said.press),
    )


def _attachment(it: Attachment) -> Attachment:
    return replace(it, name=_whole(it.name), ref=_whole(it.ref), mime=None if it.mime is None else _whole(it.mime))


def _whole(text: str) -> str:
    return _LONE.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `id` is opaque, at most 64 bytes, and stays valid after restarts."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a person may open from a message."""

    url: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a piece is, apart from its prose, so that each platform shows it in its own best way.

    `seconds` is its length, `tempo` in BPM, `cost` in credits; None where that is not known.
    """

    title: str | None = None
    seconds: float | None = None
    tempo: float | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `stage` is a machine word, `fraction` 0..1 or None, `text` what people read.

    `buttons` carries Cancel while there is something to cancel.
    """

    stage: str
    fraction: float | None
    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text for the person; never markup. `buttons` and `links` belong to this message.

    `private`: only the person who asked may see it.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A text that must arrive while the work goes on. It becomes a part of the job's one message."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A render that is done and has to be brought to the person: which render it is, and what to say with it."""

    render_id: str
    job_id: str
    #: The language of the request.
    language: str
    #: The file name.
    name: str
    #: What it is, in a few lines.
    text: str
    facts: Facts = Facts()
    #: Pages about it, such as the project in the service's editor.
    links: tuple[Link, ...] = ()
    buttons: tuple[Button, ...] = ()
    #: Another backend than the usual one.
    backend: str | None = None


Item = Note | Text | Film
"""What must arrive."""


class Outcome(StrEnum):
    """How the handling of one message ended."""

    FULFILLED = "fulfilled"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
