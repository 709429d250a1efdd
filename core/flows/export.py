"""Export: the timeline as an MP4, rendered by the worker, then fetched and made to fit by whoever shows it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from core.errors import (
    BotError,
    OutcomeUnknown,
    PersonError,
    PlanRefused,
    RateLimited,
    RenderRefused,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    SessionGone,
    StoreUnavailable,
)
from core.flows.account import Account
from core.flows.context import Act, Turn
from core.flows.files import take_in
from core.flows.send import Sent
from core.flows.send_context import tell_abandoned
from core.flows.wording import AFTER_EDIT, cost_line, lines, megabytes, offer, rate_limited, seconds, slug
from core.jobs.job import adapter
from core.messages import Button, Facts, Film, Outcome, Text
from core.nemo import new_render_id
from core.nemo.model import RenderState, Segment, State, Timeline, TrackKind
from core.sender import MediaFile, OutgoingMessage
from core.store import PastResult, SessionRecord
from core.tracing import trace
from media import Fault, NotMedia, probe, shrink

log = logging.getLogger(__name__)

T = TypeVar("T")

FILM_STEP = "film"
_TRIES = 2
"""A failed render is submitted once more under a new id (exports are free)."""
_MIME = "video/mp4"
_PLATFORMS, _NEAR = -14.0, 1.5
"""LUFS at which video platforms play, and LU from it that need no change."""


@dataclass(frozen=True, slots=True)
class DeliveredFilm:
    """What a job delivers, as its journal keeps it: without links, which give access to a project."""

    film: Film
    #: The piece that it shows.
    piece: str | None
    #: It was delivered before, by an earlier job.
    again: bool
    #: The number of that piece among what the session gave, where the service counts.
    version: int | None = None


async def export(turn: Turn) -> Outcome:
    """Export what is on the timeline now; a button under a film brings that film once more."""
    account = Account(turn)
    if film := await _film_before(turn, account):
        await turn.talk.show(film)
        return Outcome.FULFILLED
    await account.check_piece()
    if turn.request.sound_format:
        wanted = turn.request.sound_format
        await turn.talk.note(turn.talk.say("export.only_film", format=wanted if wanted == "stems" else wanted.upper()))
    return await export_timeline(turn, account, steps=AFTER_EDIT)


async def export_timeline(turn: Turn, account: Account, *, steps: tuple[str, ...], sent: Sent | None = None) -> Outcome:
    """Check that there is something, render it, deliver it with what it is and cost; `steps` are the next edits."""
    talk, job_id, cost = turn.talk, turn.job.id, cost_line(turn, sent.cost if sent else None)
    try:
        made = await turn.job.step(FILM_STEP, DeliveredFilm, partial(_make_film, turn, account, steps, sent))
    except PlanRefused:
        # The plan does not allow exports: a normal outcome, with the reason, the claim link and another way.
        links = await account.project_links()
        offered, buttons = offer(turn, job_id)
        kept = talk.say("export.kept") if links else ""
        text = lines(talk.say("export.plan"), kept, offered or talk.say("export.other_way"), cost)
        await talk.show(Text(text, buttons, links))
        return Outcome.REFUSED
    except RateLimited as limited:
        why = rate_limited(talk, limited)
    except RenderRefused as refused:
        log.warning("Draft not taken: %s", refused.detail, extra={"job": job_id})
        why = talk.say("export.not_taken")
    except _Unfinished as unfinished:
        why = talk.say(unfinished.key, **unfinished.values)
    except (ServiceFault, ServiceUnreachable, OutcomeUnknown) as error:
        # What was paid for is on the timeline; an export is free and can be asked for again.
        log.warning("Export interrupted: %s", type(error).__name__, extra={"job": job_id})
        reason = error.reason if isinstance(error, ServiceFault) else None
        why = talk.say("export.failed_because", reason=reason) if reason else talk.say("export.interrupted")
    else:
        session = await account.session()
        # Not once more where an earlier attempt of this job has shown it.
        if made.again or session.delivered_render != made.film.render_id:
            await talk.show(replace(made.film, links=await account.project_links()))
            # The session goes on knowing this render: another export of the same timeline delivers it again.
            session = replace(session, delivered_render=made.film.render_id)
            await _remember(turn, made, session)
            await account.keep(session)
        return Outcome.FULFILLED
    await talk.show(Text(lines(why, cost), (talk.button(Act.EXPORT, job_id),)))
    return Outcome.FAILED


async def _remember(turn: Turn, made: DeliveredFilm, session: SessionRecord) -> None:
    """Keep what was delivered, so that the person can come back to it."""
    facts = made.film.facts
    title, seconds = facts.title or made.film.name, facts.seconds or 0.0
    past = PastResult(turn.job.id, title, turn.services.clock(), seconds, session, made.version)
    await turn.services.store.sessions.remember(turn.conversation, past)


class _Unfinished(PersonError):
    """There is no film: the render failed, or takes too long."""


async def _film_before(turn: Turn, account: Account) -> Film | None:
    """Return the film of the job whose button was pressed, None where it delivered none or its render is gone."""
    about = turn.request.about
    record = await turn.services.store.journal.load(turn.conversation, about) if about else None
    if record is None or FILM_STEP not in record.results:
        return None
    film = adapter(DeliveredFilm).validate_json(record.results[FILM_STEP]).film
    try:
        status = await account.reach(turn.services.nemo.render_status, film.render_id)
    except (RenderRefused, SessionGone):
        return None
    if status.state is not RenderState.COMPLETED:
        return None
    return replace(film, job_id=turn.job.id, language=turn.talk.language)


async def _make_film(turn: Turn, account: Account, steps: tuple[str, ...], sent: Sent | None) -> DeliveredFilm:
    """Render what is on the timeline and say what it is. Raises `_Unfinished`, and what refuses it."""
    talk = turn.talk
    talk.progress("preparing")
    _, state = await take_in(turn, account)
    if sent is None:
        await tell_abandoned(turn, state, (await account.session()).session_id)
    if not state.timeline.can_export:
        raise PersonError("export.nothing")
    render_id = await _render(turn, account, state)
    session = await account.session()
    again = session.delivered_render == render_id
    music = first(state.timeline, TrackKind.BGM)
    loudness = state.timeline.loudness
    if loudness is not None and abs(loudness - _PLATFORMS) > _NEAR:
        steps = ("level", *steps[:2])
    cost = sent.cost if sent else None
    text = lines(
        talk.say("export.same") if again else "",
        "" if sent else _what_it_is(state.timeline, session.files),
        cost_line(turn, cost),
        talk.say("answer.by_fallback") if turn.request.backend else "",
    )
    film = Film(
        render_id=render_id,
        job_id=turn.job.id,
        language=talk.language,
        name=_file_name(state.timeline, session.title),
        text=text,
        facts=Facts(
            title=(music.title or music.name or None) if music else None,
            seconds=state.timeline.seconds,
            tempo=music.tempo if music else None,
            cost=cost,
        ),
        buttons=(*_keeping(turn, music), *map(partial(talk.button, Act.WISH, turn.job.id), steps)),
        backend=turn.request.backend,
    )
    return DeliveredFilm(film, session.piece, again, music.version if music else None)


def _keeping(turn: Turn, music: Segment | None) -> tuple[Button, ...]:
    """Return the button that goes on with this result, where its message asked for several."""
    if turn.request.among == 1 or music is None or music.version is None:
        return ()
    return (turn.talk.button(Act.KEEP, turn.job.id, str(music.version)),)


def first(timeline: Timeline, kind: TrackKind) -> Segment | None:
    """Return the first segment of a kind, None where there is none."""
    return next((it for track in timeline.tracks if track.kind is kind for it in track.segments), None)


def _what_it_is(timeline: Timeline, files: tuple[str, ...]) -> str:
    """Return in one line what a film shows and plays: its title, the person's own files, the music."""
    named = [
        f"“{it.name}”" if track.kind is TrackKind.TITLE else it.name
        for track in sorted(timeline.tracks, key=lambda track: track.kind is not TrackKind.TITLE)
        for it in track.segments
        if track.kind in (TrackKind.TITLE, TrackKind.BGM) or it.name in files
    ]
    return " · ".join(filter(None, named))


def _file_name(timeline: Timeline, wish: str) -> str:
    """Return a film's name: the title that it shows, else the piece's, else the `wish` in short; and its version."""
    title, music = first(timeline, TrackKind.TITLE), first(timeline, TrackKind.BGM)
    named = [title.name if title else "", (music.title if music else None) or ""]
    called = next(filter(None, map(slug, named)), "") or wish or "music"
    version = music.version if music and music.title else None
    return f"{called}-v{version}.mp4" if version and version > 1 else f"{called}.mp4"


async def _render(turn: Turn, account: Account, state: State) -> str:
    """Render, once more if it fails; return the render's id.

    The session knows a render before it is started: after a crash, one of the same draft is picked up again first.
    Raises `_Unfinished`.
    """
    nemo = turn.services.nemo
    digest = hashlib.sha256(state.draft_json.encode()).hexdigest()
    session = await account.session()
    render_id = session.pending_render if session.pending_draft == digest else None
    reason: str | None = None
    for tries in range(_TRIES + 1):
        if render_id:
            first_look = nemo.backend.deadlines.render_first if tries else 0
            found, reason = await _follow(turn, account, render_id, first_look)
            if found is RenderState.COMPLETED:
                return render_id
            if found is not RenderState.FAILED:
                raise _Unfinished("export.slow")
        if tries < _TRIES:
            session = await account.session()
            render_id = new_render_id(turn.services.clock)
            await account.keep(replace(session, pending_render=render_id, pending_draft=digest))
            try:
                await account.reach(nemo.start_render, session.session_id, render_id, state.draft_json)
            except SessionGone as gone:
                # The draft belongs to the session that is gone: a fresh one has nothing to export.
                await account.renew_session(session.session_id)
                raise PersonError("export.nothing") from gone
            except (ServiceError, ServiceUnreachable):
                await account.keep(session)
                raise
    # What the embedded studio notes is for its operator.
    if reason and not nemo.backend.free_to_use:
        raise _Unfinished("export.failed_because", reason=reason)
    raise _Unfinished("export.failed")


async def _follow(turn: Turn, account: Account, render_id: str, first_look: float) -> tuple[RenderState, str | None]:
    """Poll until the render is done, from `first_look` seconds on; PROCESSING where it takes too long.

    With it comes what the service says about a failure.
    """
    deadlines, durations = turn.services.nemo.backend.deadlines, turn.services.nemo.backend.durations
    usually = durations.render if durations else None
    turn.talk.progress("rendering", usually=usually)
    for poll in range(deadlines.render_polls):
        await turn.services.sleep(deadlines.render_every if poll else first_look)
        try:
            status = await account.reach(turn.services.nemo.render_status, render_id)
        except (RenderRefused, SessionGone) as error:
            return RenderState.FAILED, error.reason
        except ServiceFault as error:
            if error.reason:
                return RenderState.FAILED, error.reason
            continue
        except (ServiceUnreachable, OutcomeUnknown):
            # The render goes on without us; the next look may find it.
            continue
        if status.state in (RenderState.COMPLETED, RenderState.FAILED):
            return status.state, status.reason
        turn.talk.progress("rendering", status.fraction, usually=usually)
    return RenderState.PROCESSING, None


async def fetch_film(turn: Turn, film: Film, largest: int | None, folder: Path) -> tuple[OutgoingMessage, Outcome]:
    """Fetch the film into `folder` and return it as a file of at most `largest` bytes (None: any size), or why not.

    What goes wrong on the way becomes a sentence: the film is kept, and an export brings it again. Raises
    `StoreUnavailable`.
    """
    try:
        item = await _file(turn, film, largest, folder)
    except StoreUnavailable:
        raise
    except (BotError, NotMedia, OSError) as error:
        reference = secrets.token_hex(2)
        log.warning("Film not fetched, reference %s: %s", reference, trace(error), extra={"job": film.job_id})
        again = turn.talk.button(Act.EXPORT, film.job_id)
        # What is left of the system's errors comes from the disk: full, read-only, taken away.
        disk = isinstance(error, OSError) and not isinstance(error, TimeoutError | ConnectionError)
        why = turn.talk.say("trouble.disk", reference=reference) if disk else turn.talk.say("export.interrupted")
        return OutgoingMessage(text=lines(why, film.text), buttons=(again,), links=film.links), Outcome.FAILED
    return item, Outcome.FULFILLED if item.files else Outcome.REFUSED


async def _file(turn: Turn, film: Film, largest: int | None, folder: Path) -> OutgoingMessage:
    talk = turn.talk
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    path = folder / "out.mp4"
    report = partial(talk.progress, "fetching_result")
    report()
    account, nemo = Account(turn), turn.services.nemo
    url = (await account.call(nemo.render_status, film.render_id)).url
    size = await account.call(nemo.download, film.render_id, url, path, report)
    shrunk = ""
    if largest is not None and size > largest:
        talk.progress("shrinking")
        smaller = path.with_name("fits.mp4")
        if not await _unless_too_heavy(shrink(path, smaller, largest=largest)):
            key = "deliver.too_large_link" if film.links else "deliver.too_large"
            said = talk.say(key, size=megabytes(size), limit=megabytes(largest))
            return OutgoingMessage(text=lines(said, film.text), buttons=film.buttons, links=film.links)
        path, shrunk = smaller, talk.say("deliver.shrunk", size=megabytes(size))
    found = await _unless_too_heavy(probe(path))
    size = (await asyncio.to_thread(path.stat)).st_size
    length = found.seconds if found else film.facts.seconds or 0.0
    ready = talk.say("deliver.ready", seconds=seconds(length), size=megabytes(size))
    file = MediaFile(
        path=path,
        name=film.name,
        mime=_MIME,
        seconds=length,
        size=size,
        alt=film.facts.title or "",
        width=(found.width or None) if found else None,
        height=(found.height or None) if found else None,
    )
    text = lines(ready, film.text, shrunk)
    return OutgoingMessage(text=text, files=(file,), buttons=film.buttons, links=film.links, facts=film.facts)


async def _unless_too_heavy(work: Awaitable[T]) -> T | None:
    """Return what a process made of the film, None where it is too heavy for that, good as it may be."""
    try:
        return await work
    except NotMedia as error:
        if error.fault not in (Fault.TOO_HEAVY, Fault.BUSY):
            raise
        log.info("Film too heavy to be looked at or made smaller")
        return None
