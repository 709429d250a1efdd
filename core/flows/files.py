"""The files that came with a message: saved, looked at, given to the service."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath

from pydantic import SecretStr

from core.errors import AttachmentLost, PersonError, ServiceFault
from core.flows import telling
from core.flows.account import Account
from core.flows.turn import Turn
from core.jobs.job import Job
from core.messages import Attachment
from core.nemo.model import State, UploadedFile
from core.store import SessionRecord
from core.texts import say
from media import Family, FileFormat, NotMedia, probe, sniff

UPLOAD_STEP = "upload "
FETCH_STEP = "fetch "
_LONGEST_NAME, _LONGEST_SUFFIX = 120, 10
"""Letters."""
# Control characters (C0, DEL, C1), line separators, and marks of direction, which turn "gpj.exe" into a picture.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
LARGEST_UPLOAD = 200 * 1024 * 1024
"""Bytes that the service takes (API: "At most 200 MB")."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A file of the person in the job's folder: its `name` is theirs, `file` ours."""

    name: str
    file: str
    mime: str
    family: Family
    size: int
    seconds: float


async def save_files(turn: Turn, job: Job) -> tuple[Saved, ...]:
    """Save and check what came with the message, once.

    Raises `PersonError` for a file that can't be used, and `AttachmentLost` where the platform has it no more.
    """

    async def save() -> tuple[Saved, ...]:
        return tuple([await _save(turn, job, place, it) for place, it in enumerate(turn.request.attachments)])

    if not turn.request.attachments:
        return ()
    return await job.step("files", tuple[Saved, ...], save)


@dataclass(frozen=True, slots=True)
class Taken:
    """The files as the service took them, the session that has them, and what is in it then."""

    files: tuple[UploadedFile, ...]
    session_id: str
    state: State


async def take_in(turn: Turn, account: Account, job: Job, saved: tuple[Saved, ...]) -> Taken:
    """Give the files, and those at the addresses in the message, to the session, each once, and read it.

    A session that takes the place of a lost one gets them anew. Raises `PersonError` where the message names a file
    that came before it and went with its session: without it the wish would be paid for and wrong.
    """

    async def ask(token: SecretStr, session_id: str) -> Taken:
        files = await _upload_files(turn, account, job, saved, token, session_id)
        return Taken(files, session_id, await turn.services.nemo.state(token, session_id))

    taken = await account.in_session(ask)
    await account.learn(taken.state)
    lost = (name for name in (await account.session()).lost if PurePath(name).suffix)
    if missed := [name for name in lost if name in turn.request.text]:
        raise PersonError("upload.again", name=", ".join(missed))
    return taken


async def _upload_files(
    turn: Turn, account: Account, job: Job, saved: tuple[Saved, ...], token: SecretStr, session_id: str
) -> tuple[UploadedFile, ...]:
    taken = []
    for place, it in enumerate(saved):
        put = partial(_upload, turn, job, place, it, token, session_id)
        taken.append(await job.step(f"{UPLOAD_STEP}{place} {session_id}", UploadedFile, put))
        await account.keep(partial(_with_files, names=(it.name, taken[-1].name)))
    for place, url in enumerate(turn.request.urls):
        put = partial(_fetch, turn, url, token, session_id)
        taken.append(await job.step(f"{FETCH_STEP}{place} {session_id}", UploadedFile, put))
        await account.keep(partial(_with_files, names=(taken[-1].name,)))
    return tuple(taken)


def _with_files(kept: SessionRecord, *, names: tuple[str, ...]) -> SessionRecord:
    here = tuple(dict.fromkeys((*kept.files, *names)))
    return replace(kept, files=here, lost=tuple(name for name in kept.lost if name not in here))


def naming(language: str, wish: str, names: Iterable[str]) -> str:
    """Return a wish that refers to its files by the names that the service gave them."""
    unnamed = ", ".join(name for name in names if name not in wish)
    return say(language, "core.wish.with_files", wish=wish, names=unnamed) if unnamed else wish


async def _save(turn: Turn, job: Job, place: int, attachment: Attachment) -> Saved:
    name = _plain_name(attachment.name)
    if attachment.size is not None and attachment.size > LARGEST_UPLOAD:
        raise PersonError("upload.too_large", name=name, size=telling.megabytes(attachment.size))
    path = turn.folder(job.id) / f"in-{place}"
    await _receive(turn, attachment, name, path)
    size = path.stat().st_size
    if size == 0:
        raise PersonError("upload.empty", name=name)
    if size > LARGEST_UPLOAD:
        raise PersonError("upload.too_large", name=name, size=telling.megabytes(size))
    kind = await asyncio.to_thread(sniff, path)
    if kind is None:
        raise PersonError("upload.unsupported", name=name)
    try:
        found = await probe(path)
    except NotMedia as fault:
        raise PersonError("upload.broken", name=name) from fault
    return Saved(_with_suffix(name, kind), path.name, kind.mime, found.family, size, found.seconds)


async def _receive(turn: Turn, attachment: Attachment, name: str, path: Path) -> None:
    turn.talk.progress("receiving")
    try:
        await turn.services.fetches[turn.conversation.platform](attachment.ref, path)
    except AttachmentLost as lost:
        if lost.limit:
            raise PersonError("upload.platform_limit", name=name, size=telling.megabytes(lost.limit)) from lost
        raise PersonError("upload.again", name=name) from lost


def _plain_name(name: str) -> str:
    """Return a person's name for a file, fit for a header and a line of text, its suffix kept."""
    last = PurePath(_STEERING.sub("", name.replace("\\", "/"))).name
    suffix = PurePath(last).suffix[:_LONGEST_SUFFIX]
    return last.removesuffix(suffix)[: _LONGEST_NAME - len(suffix)] + suffix or "file"


def _with_suffix(name: str, kind: FileFormat) -> str:
    """Return the name with the suffix of what the file is, so that the service takes it for that."""
    suffix = PurePath(name).suffix.lower().lstrip(".")
    same = suffix == kind.suffix or (suffix, kind.suffix) in {("jpeg", "jpg"), ("m4v", "mp4")}
    return name if same else f"{PurePath(name).stem or 'file'}.{kind.suffix}"


async def _upload(turn: Turn, job: Job, place: int, saved: Saved, token: SecretStr, session_id: str) -> UploadedFile:
    path = turn.folder(job.id) / saved.file
    if not await asyncio.to_thread(path.exists):
        # It was saved by another worker, on another machine.
        await _receive(turn, turn.request.attachments[place], saved.name, path)

    def moved(fraction: float) -> None:
        turn.talk.progress("uploading", fraction, name=saved.name)

    moved(0.0)
    return await turn.services.nemo.upload_file(token, session_id, path, saved.name, saved.mime, moved)


async def _fetch(turn: Turn, url: str, token: SecretStr, session_id: str) -> UploadedFile:
    turn.talk.progress("fetching")
    try:
        return await turn.services.nemo.upload_url(token, session_id, url)
    except ServiceFault as fault:
        raise PersonError("upload.address") from fault
