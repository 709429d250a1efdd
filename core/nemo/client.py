"""The client of the API: one method per endpoint, answers as values of `core.nemo.model`.

Every method raises `core.errors.ServiceError`, `ServiceUnreachable` or `OutcomeUnknown`. Reads are retried where that
is harmless; nothing that costs is ever sent twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from urllib.parse import quote

import httpx
from pydantic import JsonValue, SecretStr

from core.errors import (
    ClientIdRefused,
    FileTooLarge,
    OutcomeUnknown,
    PlanRefused,
    RenderRefused,
    UnsupportedFile,
)
from core.nemo._answers import (
    FLAG,
    NUMBER,
    OBJECT,
    OBJECTS,
    TEXT,
    JsonObject,
    data_of,
    fault,
    field,
    first_of,
    fraction,
    known_by,
    needed,
    reason_of,
    whole,
)
from core.nemo._files import WatchedFile, download
from core.nemo._http import LARGEST_ANSWER, ShortCalls, new_client
from core.nemo._identity import page_for_people, request_headers, strike
from core.nemo._run import run
from core.nemo._timeline import read_timeline
from core.nemo.model import (
    AgentEvent,
    Credits,
    Granted,
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


class NemoClient(ShortCalls, AbstractAsyncContextManager["NemoClient"]):
    """The API over HTTP. Streams under way when it is closed are closed by those who read them."""

    async def anonymous_token(self, client_id: str) -> Granted:
        """Get a token for this client id (a UUID), valid for 7 days; waits and retries once on a rate limit.

        Raises `ClientIdRefused` where the id was not taken: another one is to be made.
        """
        response = await self._call(
            "POST", "/api/auth/anonymous-token", None, repeatable=False, headers={"X-Client-Id": client_id}
        )
        with known_by(ClientIdRefused, 400):
            token, data = needed(response, TEXT, "token")
        secret = SecretStr(token)
        return Granted(secret, _struck(data, "user_id", secret))

    async def create_session(self, token: SecretStr, language: str) -> SessionIds:
        """Open a project; `language` is a BCP 47 primary tag, of Chinese the service wants the region too."""
        path = "/api/tasks/me/with-session/nemo_agent"
        body = {"task_name": "project", "language": "zh-CN" if language == "zh" else language}
        response = await self._call("POST", path, token, body, repeatable=False)
        session_id, data = needed(response, TEXT, "session_id")
        return SessionIds(session_id, _struck(data, "task_id", token), _struck(data, "user_id", token))

    def run(
        self, token: SecretStr, session_id: str, message: str
    ) -> AbstractAsyncContextManager[AsyncIterator[AgentEvent]]:
        """Send a message, once, and stream what the agent does.

        `ServiceUnreachable` means that nothing left this machine; every other failure after the request went out is
        `OutcomeUnknown`, and so is a total silence or length beyond the deadlines. An answer that refuses the message
        before any stream is its `ServiceError`. The iterator ends when the stream ends cleanly. Cancelling a wait for
        the next event (`asyncio.wait_for`) ends the stream: read it in a task of its own where something else is to be
        waited for as well.
        """
        return run(self.backend, request_headers(self.backend, token), session_id, message)

    async def upload_file(
        self,
        token: SecretStr,
        session_id: str,
        path: Path,
        name: str,
        mime: str,
        progress: Callable[[float], None],
    ) -> UploadedFile:
        """Stream a file from disk to the session, never all of it in memory; `progress` gets 0..1.

        Raises OSError where the file can't be read.
        """
        deadlines = self.backend.deadlines
        timeout = httpx.Timeout(deadlines.request, connect=deadlines.connect, read=deadlines.upload)
        address, headers = _upload_path(session_id), request_headers(self.backend, token)

        async def send() -> httpx.Response:
            with WatchedFile(path, progress) as file:
                files = {"files": (name, file, mime)}
                async with (
                    new_client(self.backend.api_url, timeout) as client,
                    client.stream("POST", address, headers=headers, files=files) as response,
                ):
                    return await whole(response, LARGEST_ANSWER)

        try:
            async with asyncio.timeout(deadlines.upload):
                response = await self._persist(send, repeatable=False)
        except TimeoutError as error:
            raise OutcomeUnknown("the upload took too long") from error
        return _uploaded(response, name, token)

    async def upload_url(self, token: SecretStr, session_id: str, url: str) -> UploadedFile:
        """Let the service fetch a public address."""
        body: dict[str, JsonValue] = {"urls": [url], "source_type": "url"}
        response = await self._call("POST", _upload_path(session_id), token, body, repeatable=False)
        return _uploaded(response, httpx.URL(url).path.rpartition("/")[2] or url, token)

    async def credits(self, token: SecretStr) -> Credits:
        """Read the balance."""
        response = await self._call("GET", "/api/credits/balance/simple", token, repeatable=True)
        available, data = needed(response, NUMBER, "available")
        return Credits(available, field(NUMBER, data, "frozen") or 0.0, field(NUMBER, data, "total"))

    async def state(self, token: SecretStr, session_id: str) -> State:
        """Read the session's timeline and media."""
        path = f"/api/state/nemo_agent/me/{quote(session_id, safe='')}/latest"
        response = await self._call("GET", path, token, repeatable=True, most=_LARGEST_STATE)
        data = data_of(response, about_session=True)[0]
        body = field(OBJECT, data, "state") or {}
        draft = body.get("draft")
        told = json.dumps(draft, ensure_ascii=False)
        draft_json = strike(told, token)
        generated = []
        for item in field(OBJECTS, body, "generated_media") or []:
            kind = field(TEXT, item, "type") or ""
            generated.append(Media(kind, _struck(item, "name", token), field(NUMBER, item, "duration")))
        return State(
            draft_json=draft_json,
            timeline=read_timeline(draft if draft_json == told else json.loads(draft_json)),
            generated=tuple(generated),
            task_id=_struck(data if field(TEXT, data, "task_id") else body, "task_id", token),
        )

    async def start_render(self, token: SecretStr, session_id: str, render_id: str, draft_json: str) -> None:
        """Start an export under `render_id` (free, so a repeat under the same id is harmless).

        Raises `RenderRefused` where this timeline can't be rendered.
        """
        body: dict[str, JsonValue] = {
            "id": render_id,
            "sessionId": session_id,
            "draft": json.loads(draft_json),
            "output": {"format": "mp4", "quality": "high"},
        }
        response = await self._call("POST", _RENDER_PATH, token, body, repeatable=True)
        # Anonymous tokens have the scopes read, write and upload; renders ask for one more, and 403 says so.
        with known_by(PlanRefused, 403), known_by(RenderRefused, 400, 413, 422):
            data_of(response, about_session=True)

    async def render_status(self, token: SecretStr, render_id: str) -> RenderStatus:
        """Read where a render is. Raises `RenderRefused` where there is no such render for this token."""
        response = await self._call("GET", f"{_RENDER_PATH}/{quote(render_id, safe='')}", token, repeatable=True)
        with known_by(RenderRefused, 404):
            answer = data_of(response)[::-1]
        word = first_of(answer, TEXT, "status")
        if word is None:
            raise fault("a render without status", response)
        known = word.lower() in list(RenderState)
        outputs = [output for data in answer if (output := field(OBJECT, data, "output"))]
        state = RenderState(word.lower()) if known else RenderState.PROCESSING
        return RenderStatus(
            state,
            fraction(first_of(answer, NUMBER, "progress")),
            first_of([*outputs, *answer], TEXT, "url", "outputUrl", "output_url"),
            reason_of(answer[0], response) if state is RenderState.FAILED else None,
        )

    async def cancel_render(self, token: SecretStr, render_id: str) -> None:
        """Stop a render; one that is over, or that is not there, is no trouble."""
        path = f"{_RENDER_PATH}/{quote(render_id, safe='')}/cancel"
        with suppress(RenderRefused), known_by(RenderRefused, 404, 409):
            data_of(await self._call("POST", path, token, repeatable=True))

    async def download(
        self, token: SecretStr, render_id: str, url: str | None, to: Path, progress: Callable[[float], None]
    ) -> int:
        """Stream the rendered file to `to` and return its size in bytes.

        It is fetched from `url` where there is one, else and where that fails from the download endpoint.
        """
        endpoint = f"/api/render/proxy/{quote(render_id, safe='')}/download"
        addresses = (url, endpoint) if url else (endpoint,)
        return await download(self.backend, request_headers(self.backend, token), addresses, to, progress, self._sleep)

    async def claim_link(self, token: SecretStr, task_id: str, session_id: str) -> str | None:
        """Make the link under which a person may open the project; None where there are no pages for people."""
        if self.backend.web_url is None:
            return None
        body = {"task_id": task_id, "session_id": session_id}
        response = await self._call("POST", "/api/auth/claim-token", token, body, repeatable=True)
        claim, _ = needed(response, TEXT, "claim_token", about_session=True)
        return page_for_people(self.backend, "/workspace/claim", ct=strike(claim, token))

    def workspace_page(self, task_id: str, session_id: str) -> str | None:
        """Return the project's page for its owner, which needs no call; None where there are no pages for people."""
        return page_for_people(self.backend, f"/workspace/task/{quote(task_id, safe='')}", session=session_id)


def _struck(data: JsonObject, name: str, token: SecretStr) -> str | None:
    text = field(TEXT, data, name)
    return None if text is None else strike(text, token)


def _upload_path(session_id: str) -> str:
    return f"/api/upload-video/nemo_agent/me/{quote(session_id, safe='')}"


def _uploaded(response: httpx.Response, name: str, token: SecretStr) -> UploadedFile:
    """Read the answer of an upload in any of its shapes: at worst the file is known by its own name.

    Raises `ServiceFault` where it says that the file is not in the session, so that no wish for it is paid.
    """
    with known_by(FileTooLarge, 413), known_by(UnsupportedFile, 415):
        answer = data_of(response, about_session=True)
    taken = [field(OBJECTS, data, key) for data in answer for key in ("files", "uploaded_files")]
    files = next((listed for listed in taken if listed), None)
    kept_out = any(field(FLAG, data, "session_state_applied") is False for data in answer)
    if kept_out or (files is None and any(listed == [] for listed in taken)):
        raise fault("the file was taken, but is not in the session", response)
    first = files[0] if files else answer[0]
    called = field(TEXT, first, "name") or field(TEXT, first, "filename") or name
    mime = field(TEXT, first, "mime_type") or field(TEXT, first, "file_type")
    return UploadedFile(strike(called, token), mime, field(NUMBER, first, "duration"))
