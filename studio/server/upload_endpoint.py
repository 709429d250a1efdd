"""POST /api/upload-video/…: untrusted files and URLs become files of a project."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import Field, JsonValue, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from media import Fault, FetchFault, NotFetched, NotMedia, probe, sniff
from media.fetching import fetch
from studio.projects.film_spec import LONGEST_MS
from studio.projects.project import FileKind, Project, ProjectFile
from studio.server.api import read, services_of, session_of
from studio.server.multipart_upload import LARGEST_FILE, MOST_FILES, Received, receive
from studio.server.responses import (
    Busy,
    InsufficientStorage,
    InvalidRequest,
    PayloadTooLarge,
    UnsupportedMedia,
    success,
)
from studio.server.services import StudioServices

FETCH_SECONDS = 300.0
"""Seconds that fetching one URL may take."""

LONGEST_NAME = 120


@dataclass(frozen=True)
class _Urls:
    urls: Annotated[list[Annotated[str, Field(max_length=4000)]], Field(min_length=1, max_length=MOST_FILES)]


_URLS = TypeAdapter(_Urls)


async def upload(request: Request) -> JSONResponse:
    """POST /api/upload-video/nemo_agent/me/{session}: multipart with parts named `files`, or JSON with `urls`."""
    services, session = services_of(request), session_of(request, request.path_params["session"])
    services.refuse_while_stopping()
    work = f"upload {uuid.uuid4().hex}"
    try:
        files = await _add_to_project(services, session, await _receive_all(request, session, work))
    except BaseException:
        services.metrics.ended("upload", succeeded=False)
        raise
    finally:
        services.disk.release(work)
        services.disk.measure(session)
    services.metrics.ended("upload", succeeded=True)
    media = f"{services.address}/api/media/nemo_agent/me/{session}"
    return success({"files": [_answer(file, media) for file in files]})


async def _receive_all(request: Request, session: str, work: str) -> list[Received]:
    """Write the files that the request contains or names to disk; `work` names the disk reservation."""
    services, content_type = services_of(request), request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() == "application/json":
        return await _fetch_all(services, session, (await read(request, _URLS)).urls, work)
    told = request.headers.get("content-length", "")
    whole = int(told) if told.isdecimal() else 0
    async with aclosing(_body(request)) as body:
        return await receive(
            content_type,
            body,
            lambda: _new_path(services, session),
            lambda size: services.housekeeper.make_room(work, max(whole, size)),
        )


async def _body(request: Request) -> AsyncGenerator[bytes, None]:
    async for chunk in request.stream():
        yield chunk


async def _fetch_all(services: StudioServices, session: str, urls: list[str], work: str) -> list[Received]:
    received: list[Received] = []
    largest = LARGEST_FILE
    try:
        for number, url in enumerate(urls):
            path = _new_path(services, session)
            largest = services.housekeeper.make_room_up_to(f"{work} {number}", LARGEST_FILE)
            try:
                fetched = await fetch(url, path, largest=largest, seconds=FETCH_SECONDS)
            finally:
                services.disk.release(f"{work} {number}")
                services.disk.measure(session)
            received.append(Received(path, fetched.name))
    except InsufficientStorage:
        _forget(received)
        raise
    except NotFetched as refused:
        _forget(received)
        if refused.reason is FetchFault.TOO_LARGE and largest < LARGEST_FILE:
            raise InsufficientStorage from None
        if refused.reason is FetchFault.TOO_LARGE:
            raise PayloadTooLarge from None
        if refused.reason is FetchFault.NOT_MEDIA:
            raise UnsupportedMedia from None
        raise InvalidRequest(f"The address could not be fetched: {refused.reason}.") from None
    return received


async def _add_to_project(services: StudioServices, session: str, received: list[Received]) -> list[ProjectFile]:
    """Probe the files and add them to the project's timeline, all or none."""
    try:
        probed = [await _probe(file) for file in received]
    except BaseException:
        _forget(received)
        raise
    # Nothing is awaited from here on, so no other request can change the project in between.
    project = services.projects.load(session)
    taken = []
    for file in probed:
        taken.append(_with_unique_name(project, file))
        project = project.with_file(taken[-1])
    services.projects.save(project)
    return taken


async def _probe(received: Received) -> ProjectFile:
    known = sniff(received.path)
    if known is None or not known.taken:
        raise UnsupportedMedia
    try:
        info = await probe(received.path)
    except NotMedia as fault:
        if fault.fault is Fault.BUSY:
            raise Busy from None
        raise UnsupportedMedia(f"This file can't be used: {fault.fault}.") from None
    if info.seconds * 1000 > LONGEST_MS:
        raise PayloadTooLarge("The file is longer than an hour.")
    return ProjectFile(
        id=received.path.name,
        name=safe_name(received.name),
        kind=FileKind(info.family.value),
        mime=info.mime,
        size=received.path.stat().st_size,
        seconds=info.seconds,
        width=info.width,
        height=info.height,
        has_sound=info.has_sound,
    )


def safe_name(name: str) -> str:
    """Return a safe name for a person's file: one printable line without a path, shortened, with its suffix."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    suffix = PurePosixPath(plain).suffix[:10]
    stem = plain.removesuffix(suffix)[: LONGEST_NAME - len(suffix)]
    return f"{stem}{suffix}" or "file"


def _with_unique_name(project: Project, file: ProjectFile) -> ProjectFile:
    """Return the file under a name that is unique in the project, since messages refer to files by name."""
    names = {other.name.casefold() for other in project.files}
    suffix = PurePosixPath(file.name).suffix
    stem, name, number = file.name.removesuffix(suffix), file.name, 1
    while name.casefold() in names:
        number += 1
        name = f"{stem} ({number}){suffix}"
    return replace(file, name=name)


def _new_path(services: StudioServices, session: str) -> Path:
    return services.projects.file(session, uuid.uuid4().hex)


def _forget(received: list[Received]) -> None:
    for file in received:
        file.path.unlink(missing_ok=True)


def _answer(file: ProjectFile, media: str) -> JsonValue:
    return {
        "file_id": file.id,
        "name": file.name,
        "mime_type": file.mime,
        "duration": file.seconds,
        "url": f"{media}/{file.id}",
    }


ROUTES = [Route("/api/upload-video/nemo_agent/me/{session}", upload, methods=["POST"])]
