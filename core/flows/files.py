"""The files that came with a message: saved, looked at, given to the service; and a file without words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import filterfalse
from pathlib import Path, PurePath

from pydantic import SecretStr

from core.errors import AttachmentLost, PersonError, ServiceFault, SessionGone
from core.flows.account import Account
from core.flows.context import Act, Turn
from core.flows.wording import clock, megabytes
from core.messages import Attachment, Outcome, Text
from core.nemo.model import State, TrackKind, UploadedFile
from core.texts import say
from media import Family, Fault, FileFormat, NotMedia, convert, probe, sniff

UPLOAD_STEP = "upload "
FETCH_STEP = "fetch "
PIECE_STEP = "piece"
"""The step that keeps under which piece a file came in."""
#: Letters.
_LONGEST_NAME, _LONGEST_SUFFIX = 120, 10
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


async def save_files(turn: Turn) -> tuple[Saved, ...]:
    """Save and check what came with the message, once.

    Raises `PersonError` for a file that can't be used, and `AttachmentLost` where the platform has it no more.
    """

    async def save() -> tuple[Saved, ...]:
        return tuple([await _save(turn, place, it) for place, it in enumerate(turn.request.attachments)])

    if not turn.request.attachments:
        return ()
    return await turn.job.step("files", tuple[Saved, ...], save)


async def take_in(
    turn: Turn, account: Account, saved: tuple[Saved, ...] = (), urls: tuple[str, ...] = ()
) -> tuple[tuple[UploadedFile, ...], State]:
    """Give the session files, and those at addresses, each once, and read it; return how it took them, and its state.

    A session that takes the place of a lost one gets them anew.
    """
    give = partial(_give, turn, account, saved, urls)
    session = await account.session()
    try:
        taken, state = await account.reach(give, session.session_id)
    except SessionGone:
        fresh = await account.renew_session(session.session_id)
        taken, state = await account.call(give, fresh.session_id)
    session = await account.session()
    if session.task_id is None and state.task_id is not None:
        await account.keep(replace(session, task_id=state.task_id))
    return taken, state


async def _give(
    turn: Turn,
    account: Account,
    saved: tuple[Saved, ...],
    urls: tuple[str, ...],
    token: SecretStr,
    session_id: str,
) -> tuple[tuple[UploadedFile, ...], State]:
    taken = []
    for place, it in enumerate(saved):
        put = partial(_upload, turn, place, it, token, session_id)
        taken.append(await turn.job.step(f"{UPLOAD_STEP}{place} {session_id}", UploadedFile, put))
        await _keep_names(account, it.name, taken[-1].name)
    for place, url in enumerate(urls):
        put = partial(_fetch, turn, url, token, session_id)
        taken.append(await turn.job.step(f"{FETCH_STEP}{place} {session_id}", UploadedFile, put))
        await _keep_names(account, taken[-1].name)
    return tuple(taken), await turn.services.nemo.state(token, session_id)


async def _keep_names(account: Account, *names: str) -> None:
    """Keep that the session has files of these names."""
    session = await account.session()
    here = tuple(dict.fromkeys((*session.files, *names)))
    await account.keep(replace(session, files=here, lost=tuple(name for name in session.lost if name not in here)))


def naming(language: str, wish: str, names: Iterable[str]) -> str:
    """Return a wish that refers to its files by the names that the service gave them."""
    unnamed = ", ".join(filterfalse(wish.__contains__, names))
    return say(language, "core.wish.with_files", wish=wish, names=unnamed) if unnamed else wish


async def _save(turn: Turn, place: int, attachment: Attachment) -> Saved:
    name = _plain_name(attachment.name)
    if attachment.size is not None and attachment.size > LARGEST_UPLOAD:
        raise PersonError("upload.too_large", name=name, size=megabytes(attachment.size))
    path = _folder(turn) / f"in-{place}"
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    await _receive(turn, attachment, name, path)
    size = path.stat().st_size
    if size == 0:
        raise PersonError("upload.empty", name=name)
    if size > LARGEST_UPLOAD:
        raise PersonError("upload.too_large", name=name, size=megabytes(size))
    kind = await asyncio.to_thread(sniff, path)
    if kind is None:
        raise PersonError("upload.unsupported", name=name)
    try:
        found = await probe(path)
    except NotMedia as fault:
        raise _refused(name, fault) from fault
    return Saved(_with_suffix(name, kind), path.name, kind.mime, found.family, size, found.seconds)


async def _receive(turn: Turn, attachment: Attachment, name: str, path: Path) -> None:
    turn.talk.progress("receiving")
    try:
        await turn.services.fetches[turn.conversation.platform](attachment.ref, path)
    except AttachmentLost as lost:
        if lost.limit:
            raise PersonError("upload.platform_limit", name=name, size=megabytes(lost.limit)) from lost
        raise PersonError("upload.again", name=name) from lost
    kind = await asyncio.to_thread(sniff, path)
    if kind is not None and not kind.taken:
        # A voice note, say: the service takes no Ogg.
        turned = path.with_suffix(".turned")
        try:
            await convert(path, turned)
        except NotMedia as fault:
            raise _refused(name, fault) from fault
        await asyncio.to_thread(turned.replace, path)


def _refused(name: str, fault: NotMedia) -> PersonError:
    """Return what a person is told of a file that can't be used; a busy machine is not the file's fault."""
    return PersonError("upload.slow" if fault.fault is Fault.BUSY else "upload.broken", name=name)


def _folder(turn: Turn) -> Path:
    """Return the folder for the files of a job."""
    return turn.services.work_dir / turn.job.id


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


async def _upload(turn: Turn, place: int, saved: Saved, token: SecretStr, session_id: str) -> UploadedFile:
    path = _folder(turn) / saved.file
    if not await asyncio.to_thread(path.exists):
        # It was saved by another worker, on another machine.
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
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


async def upload(turn: Turn) -> Outcome:
    """Take in files that came without words, and say what they are, with buttons for what can be done with them."""
    if not turn.request.attachments and not turn.request.urls:
        await turn.talk.tell("upload.how")
        return Outcome.REFUSED
    account = Account(turn)
    saved = await save_files(turn)
    taken, state = await take_in(turn, account, saved, turn.request.urls)
    talk, job_id = turn.talk, turn.job.id
    lines = []
    families: set[Family | None] = set()
    for place, it in enumerate(taken):
        mine = saved[place] if place < len(saved) else None
        family, name = (mine.family, mine.name) if mine else (_family(it), it.name)
        families.add(family)
        length = mine.seconds if mine else it.seconds
        known = talk.say("upload.length", name=name, length=clock(length)) if length else name
        lines.append(talk.say(f"upload.got_{family.value if family else 'file'}", file=known))
    lines.append(talk.say("upload.what_now"))

    session, timeline = await account.session(), state.timeline
    # A picture that was drawn for the music is not "my video".
    videos = [it for track in timeline.tracks if track.kind is TrackKind.VIDEO for it in track.segments]
    has_video = any(it.name in session.files for it in videos)
    acts = [Act.LIKE, *([Act.UNDER] if has_video else [])] if Family.AUDIO in families else [Act.FITTING]
    if timeline.can_export:
        acts.append(Act.EXPORT)
        await turn.job.finish(PIECE_STEP, str, session.piece or "")
    await talk.show(Text("\n".join(lines), tuple(talk.button(act, job_id) for act in acts)))
    return Outcome.FULFILLED


def _family(taken: UploadedFile) -> Family | None:
    """Return what a file from an address is, by what the service says of it."""
    kind = (taken.mime or "").partition("/")[0]
    return Family(kind) if kind in list(Family) else None
