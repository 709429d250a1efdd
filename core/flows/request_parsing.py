"""From what was said to what is asked for: commands, buttons, free text, files."""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter

from core.errors import PersonError
from core.flows.answer import PROPOSAL_STEP
from core.flows.buttons import Act, Press, pressed
from core.flows.files import FETCH_STEP, UPLOAD_STEP, naming
from core.flows.request import Request
from core.flows.send import Sent
from core.flows.send_context import SEND_STEPS
from core.flows.turn import Services
from core.intent import Action, understand
from core.jobs.paid import Stage
from core.messages import Command, IncomingMessage
from core.nemo.model import UploadedFile
from core.store import Conversation, JobRecord
from core.texts import nearest, say
from media import NotFetched

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
_SENT = TypeAdapter(Sent)
_MADE = {Stage.ANSWERED, Stage.CHANGED}
_PAID = {Action.MUSIC, Action.EDIT}
_WITH_FILES = {Act.AGAIN, Act.LIKE, Act.UNDER, Act.FITTING}
"""Buttons that need the files of their job."""
STUDIO = "studio"
"""The name of the other service."""
LONGEST_WISH = 4000
"""Letters; what is longer is no wish for music."""


async def asked(services: Services, conversation: Conversation, said: IncomingMessage, hint: str | None) -> Request:
    """Return what a message asks for; `hint` is the language to assume where the words don't tell.

    Raises `PersonError` for a button that is nobody's any more, a wish too long, an address that is not public.
    """
    if said.press is not None:
        press = pressed(said.press)
        request = await _of_press(services, conversation, press, nearest(hint)) if press else None
        if request is None:
            raise PersonError("button.old")
        return request
    intent = understand(said.text, has_files=bool(said.attachments), language_hint=hint)
    # Words that can't be read are no wish, behind a command either: sending them would cost.
    command = None if intent.foreign and said.command in (Command.MUSIC, Command.EDIT) else said.command
    topic = None if command else intent.topic
    action = _COMMANDS[command] if command else Action.SMALLTALK if topic else intent.action
    text = said.text.strip()
    if len(text) > LONGEST_WISH:
        raise PersonError("aside.too_long", limit=LONGEST_WISH)
    if said.attachments and text and action not in _PAID:
        # With words beside a file, the words are the wish; unless they only say that this is a file.
        action = Action.UPLOAD if intent.action is Action.UPLOAD else Action.MUSIC
    elif said.attachments and action is Action.EDIT and command is None:
        action = Action.MUSIC
    urls = intent.urls if action in {*_PAID, Action.UPLOAD} else ()
    _refuse_hidden_places(urls)
    if action in _PAID and not text and not said.attachments:
        if said.command is Command.EDIT:
            raise PersonError("aside.empty_edit")
        action = Action.EMPTY
    # A wish for music is tried where music is usually made; all else goes to where the last piece is.
    elsewhere = services.other is not None and action is not Action.MUSIC
    backend = await services.store.sessions.last_backend(conversation) if elsewhere else None
    return Request(
        action=action,
        text=text,
        language=nearest(intent.language),
        attachments=said.attachments,
        urls=urls,
        vague=intent.vague,
        fresh=command is Command.MUSIC and bool(text),
        topic=topic,
        backend=backend,
    )


def _refuse_hidden_places(urls: tuple[str, ...]) -> None:
    """Raise `PersonError` for an address that the service should not be sent to: of this machine, of a private net."""
    # Few people send addresses; nobody else has to wait until this is imported.
    from media.fetching import check_address

    try:
        for url in urls:
            check_address(url)
    except NotFetched as refused:
        raise PersonError("upload.address") from refused


async def _of_press(services: Services, conversation: Conversation, press: Press, language: str) -> Request | None:
    """Return what a button of an earlier job asks for, None where this conversation has no such job."""
    job = await services.store.journal.load(conversation, press.job_id)
    before = Request.from_json(job.request) if job else None
    if job is None or before is None:
        return None
    blank = Request(action=Action.EDIT, text="", language=language, about=press.job_id, backend=before.backend)
    # What came from an address is fetched once more with its request; a file that the session has is not sent again.
    names = _given(job, UPLOAD_STEP) or ([] if press.act is Act.AGAIN else _given(job, FETCH_STEP))
    if press.act in _WITH_FILES and names:
        session = await services.on(before.backend).store.sessions.load(conversation)
        if gone := [name for name in names if session is None or name not in session.files]:
            raise PersonError("upload.again", name=", ".join(gone))
    if press.act is Act.AGAIN:
        return _again(job, before, press.job_id, language)
    if press.act is Act.STUDIO:
        return replace(before, language=language, about=None, backend=STUDIO) if services.other else None
    return _wish_of(press, blank, names, job)


def _wish_of(press: Press, blank: Request, names: list[str], job: JobRecord) -> Request | None:
    """Return what a button of a job whose files have these `names` asks for, in conversation of words."""
    language = blank.language
    name = names[0] if names else ""
    match press.act:
        case Act.CANCEL:
            return replace(blank, action=Action.CANCEL)
        case Act.EXPORT:
            return replace(blank, action=Action.EXPORT)
        case Act.WISH:
            return replace(blank, text=say(language, f"core.wish.{press.detail}"))
        case Act.PROPOSED:
            return replace(blank, text=_TEXT.validate_json(job.results.get(PROPOSAL_STEP, '""')))
        case Act.LIKE:
            return replace(blank, action=Action.MUSIC, text=say(language, "core.wish.like", name=name))
        case Act.UNDER:
            return replace(blank, action=Action.MUSIC, text=say(language, "core.wish.under", name=name))
        case Act.FITTING:
            wish = naming(language, say(language, "core.wish.fitting"), names)
            return replace(blank, action=Action.MUSIC, text=wish)
    return None


def _again(job: JobRecord, request: Request, job_id: str, language: str) -> Request:
    """Return a job's request once more; of one whose message was answered and paid for, only the export."""
    sent = [_SENT.validate_json(job.results[step]) for step in SEND_STEPS if step in job.results]
    if any(it.stage in _MADE for it in sent):
        return Request(action=Action.EXPORT, text="", language=language, about=job_id, backend=request.backend)
    before = replace(request, language=language, about=None)
    names = _given(job, UPLOAD_STEP)
    if not names or len(names) < len(before.attachments) or before.action not in _PAID:
        return before
    # The session has the files: the message names them, and nothing has to be sent once more.
    wish = before.text or say(language, "core.wish.fitting")
    return replace(before, text=naming(language, wish, names), attachments=(), about=job_id)


def _given(job: JobRecord, step: str) -> list[str]:
    """Return the names of the files that this job gave to the service, each once, in their order."""
    places = {name.removeprefix(step).partition(" ")[0]: name for name in sorted(job.results) if name.startswith(step)}
    return [_UPLOADED.validate_json(job.results[places[place]]).name for place in sorted(places, key=int)]
