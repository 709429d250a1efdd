"""The client of the API: one method per endpoint, answers as values of `core.nemo.model`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import JsonValue, SecretStr

from core.errors import (
    ClientIdRefused,
    DraftRefused,
    FileTooLarge,
    OutcomeUnknown,
    PlanRefused,
    RenderGone,
    ServiceFault,
    UnsupportedFile,
)
from core.nemo._answers import check, count, data_of, json_of, known_by, request_id, whole
from core.nemo._download import download
from core.nemo._draft import read_timeline
from core.nemo._http import LARGEST_ANSWER, ShortCalls, Sleep, new_client, persist
from core.nemo._identity import attribution, authorization
from core.nemo._links import claim_page
from core.nemo._run import run
from core.nemo._strike import strike
from core.nemo._upload import Multipart
from core.nemo._wire import CLAIM, CREDITS, RENDER, SESSION, STATE, TOKEN, UPLOAD, StateBody, fraction, readable
from core.nemo.model import (
    AgentEvent,
    AnonymousToken,
    Backend,
    Credits,
    Media,
    RenderState,
    RenderStatus,
    SessionIds,
    State,
    UploadedFile,
)

_LARGEST_STATE = 16_000_000
"""Bytes."""
_RENDER_PATH = "/api/render/proxy/lambda"


class NemoClient:
    """`core.nemo.port.Nemo` over HTTP; use it as an async context manager, or call `aclose`."""

    def __init__(self, backend: Backend, *, sleep: Sleep = asyncio.sleep) -> None:
        """`sleep` takes seconds: the waits between repetitions and after a rate limit."""
        self.backend = backend
        self._sleep = sleep
        self._calls = ShortCalls(backend.api_url, backend.deadlines, sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. Streams under way are closed by those who read them."""
        await self._calls.aclose()

    async def anonymous_token(self, client_id: str) -> AnonymousToken:
        """Get a token for this client id (a UUID). Raises `ClientIdRefused` where the id was not taken."""
        headers = {**attribution(self.backend), "X-Client-Id": client_id}
        response = await self._calls.call("POST", "/api/auth/anonymous-token", headers, repeatable=False)
        with known_by(ClientIdRefused, 400):
            data = data_of(response, TOKEN)
        return AnonymousToken(SecretStr(data.token), data.credits)

    async def create_session(self, token: SecretStr, language: str) -> SessionIds:
        """Open a project."""
        response = await self._calls.call(
            "POST",
            "/api/tasks/me/with-session/nemo_agent",
            self._headers(token),
            {"task_name": "project", "language": language},
            repeatable=False,
        )
        data = data_of(response, SESSION)
        return SessionIds(data.session_id, _struck(data.task_id, token))

    def run(
        self, token: SecretStr, session_id: str, message: str
    ) -> AbstractAsyncContextManager[AsyncIterator[AgentEvent]]:
        """Send a message, once, and stream what the agent does."""
        return run(self.backend, self._headers(token), session_id, message)

    async def upload_file(
        self,
        token: SecretStr,
        session_id: str,
        path: Path,
        name: str,
        mime: str,
        progress: Callable[[float], None],
    ) -> UploadedFile:
        """Stream a file from disk to the session."""
        body = Multipart(path, name, mime, progress)
        deadlines = self.backend.deadlines
        timeout = httpx.Timeout(deadlines.request, connect=deadlines.connect, read=deadlines.upload)

        async def send() -> httpx.Response:
            headers = {**self._headers(token), **body.headers}
            path = _upload_path(session_id)
            # httpx leaves a body that breaks off to the garbage collector, and its file open until then.
            async with (
                new_client(self.backend.api_url, timeout) as client,
                aclosing(body.pieces()) as pieces,
                client.stream("POST", path, headers=headers, content=pieces) as response,
            ):
                return await whole(response, LARGEST_ANSWER)

        try:
            async with asyncio.timeout(deadlines.upload):
                response = await persist(send, deadlines, self._sleep, repeatable=False)
        except TimeoutError as error:
            raise OutcomeUnknown("the upload took too long") from error
        return _uploaded(response, name, token)

    async def upload_url(self, token: SecretStr, session_id: str, url: str) -> UploadedFile:
        """Let the service fetch a public address."""
        response = await self._calls.call(
            "POST",
            _upload_path(session_id),
            self._headers(token),
            {"urls": [url], "source_type": "url"},
            repeatable=False,
        )
        return _uploaded(response, httpx.URL(url).path.rpartition("/")[2] or url, token)

    async def credits(self, token: SecretStr) -> Credits:
        """Read the balance."""
        response = await self._read("/api/credits/balance/simple", token)
        data = data_of(response, CREDITS)
        frozen = data.frozen or 0.0
        return Credits(data.available, frozen, data.available + frozen if data.total is None else data.total)

    async def state(self, token: SecretStr, session_id: str) -> State:
        """Read the session's timeline and media."""
        path = f"/api/state/nemo_agent/me/{quote(session_id, safe='')}/latest"
        response = await self._read(path, token, most=_LARGEST_STATE)
        data = data_of(response, STATE, about_session=True)
        body = data.state or StateBody()
        told = json.dumps(body.draft, ensure_ascii=False)
        draft_json = strike(told, token)
        return State(
            draft_json=draft_json,
            timeline=read_timeline(body.draft if draft_json == told else json.loads(draft_json)),
            generated=tuple(
                Media(item.type or "", item.url, _struck(item.name, token), item.duration)
                for item in readable(body.generated_media)
            ),
            task_id=_struck(data.task_id or body.task_id, token),
        )

    async def start_render(self, token: SecretStr, session_id: str, render_id: str, draft_json: str) -> None:
        """Start an export under `render_id`. Raises `DraftRefused` where this timeline can't be rendered."""
        body: dict[str, JsonValue] = {
            "id": render_id,
            "sessionId": session_id,
            "draft": json.loads(draft_json),
            "output": {"format": "mp4", "quality": "high"},
        }
        response = await self._calls.call("POST", _RENDER_PATH, self._headers(token), body, repeatable=True)
        if response.status_code == httpx.codes.FORBIDDEN:
            # Anonymous tokens have the scopes read, write and upload; renders ask for one more.
            count(403)
            raise PlanRefused("the token has no scope for exports", request_id=request_id(response), status=403)
        with known_by(DraftRefused, 400, 413, 422):
            check(response, about_session=True)
        json_of(response)

    async def render_status(self, token: SecretStr, render_id: str) -> RenderStatus:
        """Read where a render is. Raises `RenderGone` where there is no such render."""
        response = await self._read(f"{_RENDER_PATH}/{quote(render_id, safe='')}", token)
        with known_by(RenderGone, 404):
            check(response)
        return _render_status(response)

    async def download(
        self, token: SecretStr, render_id: str, url: str | None, to: Path, progress: Callable[[float], None]
    ) -> int:
        """Stream the rendered file to `to` and return its size in bytes."""
        endpoint = f"/api/render/proxy/{quote(render_id, safe='')}/download"
        addresses = (url, endpoint) if url else (endpoint,)
        return await download(self.backend, self._headers(token), addresses, to, progress, self._sleep)

    async def claim_link(self, token: SecretStr, task_id: str, session_id: str) -> str | None:
        """Make the link under which a person may open the project; None where there are no pages for people."""
        if self.backend.web_url is None:
            return None
        response = await self._calls.call(
            "POST",
            "/api/auth/claim-token",
            self._headers(token),
            {"task_id": task_id, "session_id": session_id},
            repeatable=True,
        )
        claim = data_of(response, CLAIM, about_session=True).claim_token
        return claim_page(self.backend, strike(claim, token))

    def _headers(self, token: SecretStr) -> Mapping[str, str]:
        return {**attribution(self.backend), **authorization(token)}

    async def _read(self, path: str, token: SecretStr, *, most: int = LARGEST_ANSWER) -> httpx.Response:
        return await self._calls.call("GET", path, self._headers(token), repeatable=True, most=most)


def _struck(text: str | None, token: SecretStr) -> str | None:
    return None if text is None else strike(text, token)


def _upload_path(session_id: str) -> str:
    return f"/api/upload-video/nemo_agent/me/{quote(session_id, safe='')}"


def _uploaded(response: httpx.Response, name: str, token: SecretStr) -> UploadedFile:
    """Read the answer of an upload, whose shape is not documented: at worst the file is known by its own name."""
    with known_by(FileTooLarge, 413), known_by(UnsupportedFile, 415):
        data = data_of(response, UPLOAD, about_session=True)
    first = next(iter(readable(data.files)), data)
    return UploadedFile(strike(first.name or name, token), first.file_id, first.mime_type, first.duration, first.url)


def _render_status(response: httpx.Response) -> RenderStatus:
    body = json_of(response)
    inner = body.get("data") if isinstance(body, dict) else None
    told = [data for data in (RENDER.value(body), RENDER.value(inner)) if data and data.status]
    if not told:
        raise ServiceFault("a render without status", request_id=request_id(response), status=response.status_code)
    data = told[0]
    word = (data.status or "").lower()
    state = RenderState(word) if word in list(RenderState) else RenderState.PROCESSING
    return RenderStatus(state, fraction(data.progress), data.output.url if data.output else None)
