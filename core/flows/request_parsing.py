"""From what was said to what is asked for: commands, buttons, free text, files."""

from __future__ import annotations

from dataclasses import replace
from mimetypes import guess_type

from core.commands import COMMANDS, Action
from core.errors import PersonError
from core.flows.context import Act, Request, Services, pressed
from core.flows.export import FILM_STEP, DeliveredFilm
from core.flows.files import FETCH_STEP, PIECE_STEP, UPLOAD_STEP, naming
from core.flows.pieces import PROPOSAL_STEP
from core.flows.send import Sent
from core.flows.send_context import SEND_STEPS
from core.jobs.job import adapter
from core.jobs.paid import Stage
from core.messages import IncomingMessage
from core.nemo.model import UploadedFile
from core.store import Conversation, JobRecord
from core.texts import nearest, say
from language import Meaning, Reading, several
from media import NotFetched
from media.share_links import direct_link

_WITH_FILES = {Act.AGAIN, Act.CONTINUE, Act.LIKE, Act.UNDER, Act.FITTING}
"""Buttons that need the files of their job."""
LONGEST_WISH = 4000
"""Letters; what is longer is no wish for music."""


MOST_AT_ONCE = 5
"""Things that one message may ask for."""


async def parse_requests(
    services: Services, conversation: Conversation, said: IncomingMessage, hint: str | None
) -> tuple[Request, ...]:
    """Return all that a message asks for, one after the other. Raises `PersonError` as `parse_request` does."""
    request = await parse_request(services, conversation, said, hint)
    if request.action is not Action.MUSIC or said.press is not None:
        return (request,)
    parts = await _parts(services, conversation, request)
    if len(parts) > MOST_AT_ONCE:
        raise PersonError("several.too_many", limit=MOST_AT_ONCE)
    return parts or (request,)


async def _parts(services: Services, conversation: Conversation, request: Request) -> tuple[Request, ...]:
    """Return the things that a wish for music asks for, each with its own words and file; empty where it is one."""
    given = request.attachments
    here: tuple[str, ...] = ()
    if not given and (session := await services.store.sessions.load(conversation)):
        here = session.files
    parts: list[Request] = []
    for part in several(request.text, request.language, len(given) or len(here), given=bool(given)):
        mine = replace(request, text=part.text, fresh=True)
        if part.file is not None and given:
            mine = replace(mine, attachments=(given[part.file],))
        elif part.file is not None:
            mine = replace(mine, text=naming(request.language, part.text, [here[part.file]]))
        parts.append(mine)
    kinds = {(it.mime or guess_type(it.name)[0] or it.name).partition("/")[0] for it in given}
    if not parts and len(given) > 1 and kinds in ({"video"}, {"image"}):
        # An album with one instruction: it is meant for each.
        parts = [replace(request, attachments=(it,), fresh=bool(request.text)) for it in given]
    # What comes from an address is fetched once, with the first of them.
    links = (request.urls, *[()] * len(parts))
    return tuple(replace(part, among=len(parts), urls=urls) for part, urls in zip(parts, links, strict=False))


async def parse_request(
    services: Services, conversation: Conversation, said: IncomingMessage, hint: str | None
) -> Request:
    """Return what a message asks for; `hint` is the language to assume where the words don't tell.

    Raises `PersonError` for a button that is nobody's any more, a wish too long, an address that is not public.
    """
    if said.press is not None:
        return await _of_press(services, conversation, said.press, nearest(hint))
    text = said.text.strip()
    if len(text) > LONGEST_WISH:
        raise PersonError("aside.too_long", limit=LONGEST_WISH)
    reading = await services.reader.read(text, hint)
    # Words that can't be read are no wish, behind a command either: sending them would cost.
    foreign = reading.meaning is Meaning.FOREIGN
    command = None if foreign and said.command and COMMANDS[said.command].costs else said.command
    action = command or _action_of(reading, services, has_files=bool(said.attachments))
    topic = reading.meaning if action is Action.SMALLTALK else None
    urls = reading.urls if COMMANDS[action].costs or action in (Action.UPLOAD, Action.UNSURE) else ()
    if urls:
        _refuse_hidden_places(urls)
        urls = tuple(map(direct_link, urls))
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
        language=nearest(reading.language),
        attachments=said.attachments,
        urls=urls,
        vague=reading.vague and command is None,
        wants_file=reading.wants_file and command is None,
        sound_format=reading.sound_format,
        fresh=command is Action.MUSIC and bool(text),
        topic=topic,
        backend=backend,
    )


_ACTIONS = {
    Meaning.MUSIC: Action.MUSIC,
    Meaning.EDIT: Action.EDIT,
    Meaning.UNDO: Action.EDIT,
    Meaning.EXPORT: Action.EXPORT,
    Meaning.CREDITS: Action.CREDITS,
    Meaning.STATUS: Action.STATUS,
    Meaning.HISTORY: Action.HISTORY,
    Meaning.NEW: Action.NEW,
    Meaning.CANCEL: Action.CANCEL,
    Meaning.HELP: Action.HELP,
    Meaning.UPLOAD: Action.UPLOAD,
    Meaning.UNSURE: Action.UNSURE,
}
"""Meanings that are asked for; of the others something is said (`core.topic.<meaning>`)."""
_WHATEVER_THE_LINK = {Action.CREDITS, Action.STATUS, Action.HISTORY, Action.NEW, Action.CANCEL, Action.HELP}


def _action_of(reading: Reading, services: Services, *, has_files: bool) -> Action:
    """Return what a message without a command asks for."""
    action = _ACTIONS.get(reading.meaning, Action.SMALLTALK)
    if reading.meaning in (Meaning.FACTS, Meaning.IMPOSSIBLE):
        # The embedded studio tells facts for nothing; an agent elsewhere may be able to do more than compose.
        free, facts = services.nemo.backend.free_to_use, reading.meaning is Meaning.FACTS
        action = (Action.EDIT if free else Action.STATUS) if facts else (Action.SMALLTALK if free else Action.EDIT)
    if reading.names_music_platform and action not in _WHATEVER_THE_LINK:
        return Action.LINK
    if not reading.has_words and not has_files and not reading.urls:
        return Action.EMPTY
    if has_files:
        # With words beside a file, the words are the wish where they are one.
        return Action.MUSIC if COMMANDS[action].costs else Action.UPLOAD
    return Action.UPLOAD if reading.urls and action is Action.SMALLTALK else action


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
    names = _given(job, UPLOAD_STEP) or ([] if act in (Act.AGAIN, Act.CONTINUE) else _given(job, FETCH_STEP))
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
        case Act.AGAIN | Act.CONTINUE | Act.FALLBACK | Act.MUSIC | Act.EDIT:
            return _once_more(act, job, before, blank, other.name if other else None)
        case Act.CANCEL | Act.EXPORT | Act.REOPEN | Act.REPORT:
            return replace(blank, action=Action(act.value))
        case Act.WISH:
            return replace(blank, text=say(language, f"core.wish.{detail}"))
        case Act.KEEP:
            await _check_session(services.on(before.backend), conversation, job_id)
            return replace(blank, text=say(language, "core.wish.version", number=detail), piece=None)
        case Act.PROPOSED:
            return replace(blank, text=adapter(str).validate_json(job.results.get(PROPOSAL_STEP, '""')))
        case Act.LIKE | Act.UNDER:
            return replace(music, text=say(language, f"core.wish.{act}", name=name))
        case Act.FITTING:
            return replace(music, text=naming(language, say(language, "core.wish.fitting"), names))


async def _check_session(services: Services, conversation: Conversation, job_id: str) -> None:
    """Raise `PersonError` where another project is open than that of a job's result."""
    session = await services.store.sessions.load(conversation)
    past = [it for it in await services.store.sessions.past(conversation) if it.job_id == job_id]
    if not (session and past and past[0].session.session_id == session.session_id):
        raise PersonError("press.older_piece")


def _once_more(act: Act, job: JobRecord, before: Request, blank: Request, other: str | None) -> Request:
    """Return a job's request once more, as it was, at the other backend, or as what it was meant to be."""
    if act in (Act.AGAIN, Act.CONTINUE):
        return replace(_again(job, before, blank), agreed=act is Act.CONTINUE or before.agreed)
    if act is Act.FALLBACK:
        return replace(before, language=blank.language, about=None, backend=other)
    action = Action.MUSIC if act is Act.MUSIC else Action.EDIT
    backend = None if act is Act.MUSIC else before.backend
    return replace(before, action=action, language=blank.language, fresh=act is Act.MUSIC, backend=backend)


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
