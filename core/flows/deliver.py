"""Delivering a finished file: fetched, looked at, made to fit, shown with what it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from core.errors import OutcomeUnknown, ServiceError, ServiceUnreachable
from core.flows import telling
from core.flows.account import Account
from core.flows.turn import Turn
from core.jobs.job import Job
from core.words import Button, File, Outcome

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
    except (ServiceError, ServiceUnreachable, OutcomeUnknown) as error:
        # The link is an extra: the file is what was asked for.
        log.info("No claim link: %s", type(error).__name__)
        return None


async def _deliver(turn: Turn, account: Account, job: Job, finished: Finished) -> Outcome:
    talk = turn.talk
    session = await account.session()
    path = turn.folder(job.id) / "out.mp4"
    talk.progress("fetching_result")
    await account.call(
        lambda token: turn.services.nemo.download(
            token, finished.render_id, finished.url, path, lambda done: talk.progress("fetching_result", done)
        )
    )
    await talk.show(_file(turn, path, session.title, finished))
    return Outcome.FULFILLED


def _file(turn: Turn, path: Path, title: str, finished: Finished) -> File:
    size = path.stat().st_size
    facts = turn.talk.say("deliver.ready", seconds=telling.seconds(finished.seconds), size=telling.megabytes(size))
    link = [turn.talk.say("deliver.link", link=finished.link)] if finished.link else []
    return File(
        path=path,
        name=f"{title or 'music'}.mp4",
        mime=_MIME,
        seconds=finished.seconds,
        size=size,
        text="\n".join((facts, *finished.lines, *link)),
        buttons=finished.buttons,
    )
