"""From what was said to what is asked for: commands, buttons, free text, files."""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter

from core.errors import PersonError
from core.flows.answer import PROPOSAL_STEP
from core.flows.buttons import Act, Press, pressed
from core.flows.files import FETCH_STEP, UPLOAD_STEP
from core.flows.request import Request
from core.flows.turn import Services
from core.intent import Action, understand
from core.nemo.model import UploadedFile
from core.store import Place
from core.texts import nearest, say
from core.words import Command, Said
from media import Refused, check_address

_COMMANDS = {
    Command.MUSIC: Action.MUSIC,
    Command.EDIT: Action.EDIT,
    Command.EXPORT: Action.EXPORT,
    Command.CREDITS: Action.CREDITS,
    Command.STATUS: Action.STATUS,
    Command.NEW: Action.NEW,
    Command.CANCEL: Action.CANCEL,
    Command.HELP: Action.HELP,
}
_UPLOADED = TypeAdapter(UploadedFile)
_TEXT = TypeAdapter(str)
_PAID = {Action.MUSIC, Action.EDIT}
LONGEST_WISH = 4000
"""Letters; what is longer is no wish for music."""


async def asked(services: Services, place: Place, said: Said, hint: str | None) -> Request:
    """Return what a message asks for; `hint` is the language to assume where the words don't tell.

    Raises `PersonError` for a button that is nobody's any more, a wish too long, an address that is not public.
    """
    if said.press is not None:
        press = pressed(said.press)
        request = await _of_press(services, place, press, nearest(hint)) if press else None
        if request is None:
            raise PersonError("button.old")
        return request
    intent = understand(said.text, has_files=bool(said.attachments), language_hint=hint)
    topic = None if said.command else intent.topic
    action = _COMMANDS[said.command] if said.command else Action.SMALLTALK if topic else intent.action
    text = said.text.strip()
    if len(text) > LONGEST_WISH:
        raise PersonError("aside.too_long", limit=LONGEST_WISH)
    if said.attachments and text and action not in _PAID:
        # With words beside a file, the words are the wish; unless they only say that this is a file.
        action = Action.UPLOAD if intent.action is Action.UPLOAD else Action.MUSIC
    elif said.attachments and action is Action.EDIT and said.command is None:
        action = Action.MUSIC
    urls = intent.urls if action in {*_PAID, Action.UPLOAD} else ()
    _refuse_hidden_places(urls)
    if action in _PAID and not text and not said.attachments:
        if said.command is Command.EDIT:
            raise PersonError("aside.empty_edit")
        action = Action.EMPTY
    return Request(
        action=action,
        text=text,
        language=nearest(intent.language),
        attachments=said.attachments,
        urls=urls,
        vague=intent.vague,
        fresh=said.command is Command.MUSIC and bool(text),
        topic=topic,
    )


def _refuse_hidden_places(urls: tuple[str, ...]) -> None:
    """Raise `PersonError` for an address that the service should not be sent to: of this machine, of a private net."""
    try:
        for url in urls:
            check_address(url)
    except Refused as refused:
        raise PersonError("upload.address") from refused


async def _of_press(services: Services, place: Place, press: Press, language: str) -> Request | None:
    """Return what a button of an earlier job asks for, None where that job is not of this place, or not any more."""
    job = await services.store.journal.load(place, press.job_id)
    before = Request.from_json(job.request) if job else None
    if job is None or before is None:
        return None
    blank = Request(action=Action.EDIT, text="", language=language, about=press.job_id)
    steps = sorted(step for step in job.results if step.startswith((UPLOAD_STEP, FETCH_STEP)))
    files = [_UPLOADED.validate_json(job.results[step]) for step in steps]
    name = files[0].name if files else ""
    match press.act:
        case Act.CANCEL:
            return replace(blank, action=Action.CANCEL)
        case Act.EXPORT:
            return replace(blank, action=Action.EXPORT)
        case Act.AGAIN:
            return replace(before, language=language, about=None, attachments=() if files else before.attachments)
        case Act.WISH:
            return replace(blank, text=say(language, f"core.wish.{press.detail}"))
        case Act.PROPOSED:
            return replace(blank, text=_TEXT.validate_json(job.results.get(PROPOSAL_STEP, '""')))
        case Act.LIKE:
            return replace(blank, action=Action.MUSIC, text=say(language, "core.wish.like", name=name))
        case Act.UNDER:
            return replace(blank, action=Action.MUSIC, text=say(language, "core.wish.under", name=name))
        case Act.FITTING:
            return replace(blank, action=Action.MUSIC, text=say(language, "core.wish.fitting"))
