"""From what was said to what is asked for: commands, buttons, free text, files."""

from __future__ import annotations

from dataclasses import replace

from core.commands import COMMANDS, Action
from core.errors import PersonError
from core.flows.context import Act, Request, Services, pressed
from core.flows.export import FILM_STEP, DeliveredFilm
from core.flows.files import FETCH_STEP, PIECE_STEP, UPLOAD_STEP, naming
from core.flows.pieces import PROPOSAL_STEP
from core.flows.send import Sent
from core.flows.send_context import SEND_STEPS
from core.intent import understand
from core.jobs.job import adapter
from core.jobs.paid import Stage
from core.messages import IncomingMessage
from core.nemo.model import UploadedFile
from core.store import Conversation, JobRecord
from core.texts import nearest, say
from media import NotFetched

_WITH_FILES = {Act.AGAIN, Act.LIKE, Act.UNDER, Act.FITTING}
"""Buttons that need the files of their job."""
LONGEST_WISH = 4000
"""Letters; what is longer is no wish for music."""


async def parse_request(
    services: Services, conversation: Conversation, said: IncomingMessage, hint: str | None
) -> Request:
    """Return what a message asks for; `hint` is the language to assume where the words don't tell.

    Raises `PersonError` for a button that is nobody's any more, a wish too long, an address that is not public.
    """
    if said.press is not None:
        return await _of_press(services, conversation, said.press, nearest(hint))
    intent = understand(said.text, has_files=bool(said.attachments), language_hint=hint)
    # Words that can't be read are no wish, behind a command either: sending them would cost.
    command = None if intent.foreign and said.command and COMMANDS[said.command].costs else said.command
    topic = None if command else intent.topic
    action = command or (Action.SMALLTALK if topic else intent.action)
    text = said.text.strip()
    if len(text) > LONGEST_WISH:
        raise PersonError("aside.too_long", limit=LONGEST_WISH)
    if said.attachments and text and not COMMANDS[action].costs:
        # With words beside a file, the words are the wish; unless they only say that this is a file.
        action = Action.UPLOAD if intent.action is Action.UPLOAD else Action.MUSIC
    elif said.attachments and action is Action.EDIT and command is None:
        action = Action.MUSIC
    urls = intent.urls if COMMANDS[action].costs or action is Action.UPLOAD else ()
    if urls:
        _refuse_hidden_places(urls)
    if COMMANDS[action].costs and not text and not said.attachments:
        if said.command is Action.EDIT:
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
        fresh=command is Action.MUSIC and bool(text),
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


async def _of_press(services: Services, conversation: Conversation, button_id: str, language: str) -> Request:
    """Return what a button of an earlier job asks for. Raises `PersonError` where this conversation has no such job."""
    act, job_id, detail = pressed(button_id) or (None, "", "")
    job = await services.store.journal.load(conversation, job_id) if act else None
    before = Request.from_json(job.request) if job else None
    other = services.other
    if act is None or job is None or before is None or (act is Act.FALLBACK and other is None):
        raise PersonError("press.gone")
    # What came from an address is fetched once more with its request; a file that the session has is not sent again.
    names = _given(job, UPLOAD_STEP) or ([] if act is Act.AGAIN else _given(job, FETCH_STEP))
    if act in _WITH_FILES and names:
        session = await services.on(before.backend).store.sessions.load(conversation)
        if gone := [name for name in names if session is None or name not in session.files]:
            raise PersonError("upload.again", name=", ".join(gone))
    blank = Request(
        action=Action.EDIT,
        text="",
        language=language,
        about=job_id,
        backend=before.backend,
        piece=_piece_of(job),
    )
    music = replace(blank, action=Action.MUSIC, piece=None)
    name = names[0] if names else ""
    match act:
        case Act.CANCEL:
            return replace(blank, action=Action.CANCEL)
        case Act.EXPORT:
            return replace(blank, action=Action.EXPORT)
        case Act.AGAIN:
            return _again(job, before, blank)
        case Act.FALLBACK:
            return replace(before, language=language, about=None, backend=other.name if other else None)
        case Act.WISH:
            return replace(blank, text=say(language, f"core.wish.{detail}"))
        case Act.PROPOSED:
            return replace(blank, text=adapter(str).validate_json(job.results.get(PROPOSAL_STEP, '""')))
        case Act.LIKE | Act.UNDER:
            return replace(music, text=say(language, f"core.wish.{act}", name=name))
        case Act.FITTING:
            return replace(music, text=naming(language, say(language, "core.wish.fitting"), names))


def _again(job: JobRecord, request: Request, blank: Request) -> Request:
    """Return a job's request once more; of one whose message was answered and paid for, only the export."""
    if any(it.stage in (Stage.ANSWERED, Stage.CHANGED) for it in _sent(job)):
        return replace(blank, action=Action.EXPORT)
    piece = blank.piece or request.piece if request.action is Action.EDIT else None
    again = replace(request, language=blank.language, about=None, piece=piece)
    names = _given(job, UPLOAD_STEP)
    if not names or len(names) < len(again.attachments) or not COMMANDS[again.action].costs:
        return again
    # The session has the files: the message names them, and nothing has to be sent once more.
    wish = again.text or say(again.language, "core.wish.fitting")
    return replace(again, text=naming(again.language, wish, names), attachments=(), about=blank.about)


def _sent(job: JobRecord) -> list[Sent]:
    """Return what became of this job's messages."""
    return [adapter(Sent).validate_json(job.results[step]) for step in SEND_STEPS if step in job.results]


def _piece_of(job: JobRecord) -> str | None:
    """Return the piece that was on the timeline when this job ended, None where that is not known."""
    if sent := _sent(job):
        return sent[-1].piece
    if FILM_STEP in job.results:
        return adapter(DeliveredFilm).validate_json(job.results[FILM_STEP]).piece
    return adapter(str).validate_json(job.results.get(PIECE_STEP, '""')) or None


def _given(job: JobRecord, step: str) -> list[str]:
    """Return the names of the files that this job gave to the service, each once, in their order."""
    places = {name.removeprefix(step).partition(" ")[0]: name for name in sorted(job.results) if name.startswith(step)}
    found = [adapter(UploadedFile).validate_json(job.results[places[place]]) for place in sorted(places, key=int)]
    return [it.name for it in found]
