"""What comes in from a platform, brought into a form that everything behind can keep, send and show."""

from __future__ import annotations

import re
from dataclasses import replace

from core.messages import Attachment, IncomingMessage

_LONE = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs: JSON can carry them, UTF-8 can't."""


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
