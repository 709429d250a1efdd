"""Delivering a finished file: fetched, looked at, made to fit, shown with what it is."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from core.flows import telling
from core.flows.account import CALL_FAILED, Account
from core.flows.turn import Talk, Turn
from core.jobs.job import Job
from core.words import Button, File, Outcome
from media import Fault, Info, NotMedia, probe, shrink

log = logging.getLogger(__name__)

_MIME = "video/mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A render that is done: where it is, its length in seconds, and what to say with it."""

    render_id: str
    url: str | None
    seconds: float
    lines: tuple[str, ...]
    link: str | None
    buttons: tuple[Button, ...]


async def deliver(turn: Turn, account: Account, job: Job, finished: Finished) -> Outcome:
    """Fetch the file and show it, once; a file that the screen can't take is made smaller."""

    async def do() -> Outcome:
        return await _deliver(turn, account, job, finished)

    return await job.step("delivered", Outcome, do)


async def claim_link(turn: Turn, account: Account) -> str | None:
    """Return the link under which the person may open this project, None where there is none now."""
    session = await account.session()
    task_id = session.task_id
    if task_id is None:
        return None
    try:
        return await account.call(lambda token: turn.services.nemo.claim_link(token, task_id, session.session_id))
    except CALL_FAILED as error:
        # The link is an extra: the file is what was asked for.
        log.info("No claim link: %s", type(error).__name__)
        return None


async def _deliver(turn: Turn, account: Account, job: Job, finished: Finished) -> Outcome:
    talk = turn.talk
    title = (await account.session()).title
    path = turn.folder(job.id) / "out.mp4"
    talk.progress("fetching_result")
    size = await account.call(
        lambda token: turn.services.nemo.download(
            token, finished.render_id, finished.url, path, lambda done: talk.progress("fetching_result", done)
        )
    )
    lines = list(finished.lines)
    if talk.largest_file is not None and size > talk.largest_file:
        smaller = await _fit(turn, path, talk.largest_file)
        if smaller is None:
            await _tell_too_large(talk, size, talk.largest_file, finished)
            return Outcome.REFUSED
        path = smaller
        lines.append(talk.say("deliver.shrunk", size=telling.megabytes(size)))
    found = await _look_at(path)
    if finished.link:
        lines.append(talk.say("deliver.link", link=finished.link))
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    seconds = found.seconds if found else finished.seconds
    ready = talk.say("deliver.ready", seconds=telling.seconds(seconds), size=telling.megabytes(size))
    file = File(
        path=path,
        name=f"{title or 'music'}.mp4",
        mime=_MIME,
        seconds=seconds,
        size=size,
        text="\n".join((ready, *lines)),
        width=(found.width or None) if found else None,
        height=(found.height or None) if found else None,
        buttons=finished.buttons,
    )
    await talk.show(file)
    # Whoever could not be reached has not got it: the render is kept, and an export fetches it later.
    return Outcome.FAILED if talk.gone else Outcome.FULFILLED


async def _look_at(path: Path) -> Info | None:
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


async def _tell_too_large(talk: Talk, size: int, largest: int, finished: Finished) -> None:
    key = "deliver.too_large_link" if finished.link else "deliver.too_large"
    values = {"link": finished.link} if finished.link else {}
    await talk.tell(key, *finished.buttons, size=telling.megabytes(size), limit=telling.megabytes(largest), **values)
