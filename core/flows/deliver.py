"""Delivering a finished film: fetched by the process that shows it, looked at, made to fit, with what it is."""

from __future__ import annotations

import asyncio
import logging
import secrets
from pathlib import Path

from core.errors import BotError, StoreUnavailable
from core.events import Film
from core.flows import telling
from core.flows.account import Account
from core.flows.buttons import Act
from core.flows.turn import Turn
from core.messages import File, Outcome, Text
from core.tracing import trace
from media import Fault, MediaInfo, NotMedia, probe, shrink

log = logging.getLogger(__name__)

_MIME = "video/mp4"


async def fetch_film(turn: Turn, film: Film, largest: int | None, folder: Path) -> tuple[File | Text, Outcome]:
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
        log.warning(
            "A film could not be brought, reference %s: %s", reference, trace(error), extra={"job": film.job_id}
        )
        again = turn.talk.button(Act.EXPORT, film.job_id)
        # What is left of the system's errors comes from the disk: full, read-only, taken away.
        disk = isinstance(error, OSError) and not isinstance(error, TimeoutError | ConnectionError)
        why = turn.talk.say("trouble.disk", reference=reference) if disk else turn.talk.say("export.interrupted")
        return Text("\n".join((why, film.text)), (again,)), Outcome.FAILED
    return item, Outcome.FULFILLED if isinstance(item, File) else Outcome.REFUSED


async def _file(turn: Turn, film: Film, largest: int | None, folder: Path) -> File | Text:
    talk = turn.talk
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    path = folder / "out.mp4"
    talk.progress("fetching_result")
    size = await Account(turn).call(
        lambda token: turn.services.nemo.download(
            token, film.render_id, film.url, path, lambda done: talk.progress("fetching_result", done)
        )
    )
    lines = [film.text]
    if largest is not None and size > largest:
        smaller = await _fit(turn, path, largest)
        if smaller is None:
            return _too_large(turn, size, largest, film)
        path = smaller
        lines.append(talk.say("deliver.shrunk", size=telling.megabytes(size)))
    found = await _look_at(path)
    if film.link:
        lines.append(talk.say("deliver.link", link=film.link))
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    seconds = found.seconds if found else film.seconds
    ready = talk.say("deliver.ready", seconds=telling.seconds(seconds), size=telling.megabytes(size))
    return File(
        path=path,
        name=film.name,
        mime=_MIME,
        seconds=seconds,
        size=size,
        text="\n".join((ready, *lines)),
        width=(found.width or None) if found else None,
        height=(found.height or None) if found else None,
        buttons=film.buttons,
    )


async def _look_at(path: Path) -> MediaInfo | None:
    """Return what the file is, None where it is too heavy to be looked at here; it may be a good one all the same."""
    try:
        return await probe(path)
    except NotMedia as error:
        if error.fault is not Fault.TOO_HEAVY:
            raise
        log.info("A finished file was too heavy to be looked at")
        return None


async def _fit(turn: Turn, path: Path, largest: int) -> Path | None:
    """Return a smaller version of the film that fits, None where it can't be made or only with a ruin of a picture."""
    turn.talk.progress("shrinking")
    smaller = path.with_name("fits.mp4")
    try:
        return smaller if await shrink(path, smaller, largest=largest) else None
    except NotMedia as error:
        if error.fault is not Fault.TOO_HEAVY:
            raise
        log.info("A finished file was too heavy to be made smaller")
        return None


def _too_large(turn: Turn, size: int, largest: int, film: Film) -> Text:
    key = "deliver.too_large_link" if film.link else "deliver.too_large"
    values = {"link": film.link} if film.link else {}
    said = turn.talk.say(key, size=telling.megabytes(size), limit=telling.megabytes(largest), **values)
    return Text(said, film.buttons)
