"""The client as flows see it. `core.nemo.client.NemoClient` implements it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from core.nemo.model import (
    AgentEvent,
    AnonymousToken,
    Backend,
    Credits,
    RenderStatus,
    SessionIds,
    State,
    UploadedFile,
)


class Nemo(Protocol):
    """One method per endpoint; every one raises `core.errors.ServiceError`, `ServiceUnreachable` or `OutcomeUnknown`.

    Reads are retried where that is harmless; nothing that costs is ever sent twice.
    """

    backend: Backend

    async def anonymous_token(self, client_id: str) -> AnonymousToken:
        """Get a token for this client id; waits and retries once on a rate limit.

        `ClientIdRefused`: the id was not taken, make another one.
        """
        ...

    async def create_session(self, token: SecretStr, language: str) -> SessionIds:
        """Open a project; `language` is a BCP 47 primary tag."""
        ...

    def run(
        self, token: SecretStr, session_id: str, message: str
    ) -> AbstractAsyncContextManager[AsyncIterator[AgentEvent]]:
        """Send a message, once, and stream what the agent does.

        `ServiceUnreachable` means that nothing left this machine; every other failure after the
        request went out is `OutcomeUnknown`. A total silence or length beyond the deadlines is that too. The
        iterator ends when the stream ends cleanly. Cancelling a wait for the next event (`asyncio.wait_for`) ends the
        stream: read it in a task of its own where something else is to be waited for as well. An answer that
        refuses the message before any stream is its `ServiceError`.
        """
        ...

    async def upload_file(
        self,
        token: SecretStr,
        session_id: str,
        path: Path,
        name: str,
        mime: str,
        progress: Callable[[float], None],
    ) -> UploadedFile:
        """Stream a file from disk to the session; `progress` gets 0..1. Never reads the file into memory."""
        ...

    async def upload_url(self, token: SecretStr, session_id: str, url: str) -> UploadedFile:
        """Let the service fetch a public address."""
        ...

    async def credits(self, token: SecretStr) -> Credits:
        """Read the balance."""
        ...

    async def state(self, token: SecretStr, session_id: str) -> State:
        """Read the session's timeline and media."""
        ...

    async def start_render(self, token: SecretStr, session_id: str, render_id: str, draft_json: str) -> None:
        """Start an export under `render_id` (free, so a repeat under the same id is harmless).

        `DraftRefused`: this timeline can't be rendered.
        """
        ...

    async def render_status(self, token: SecretStr, render_id: str) -> RenderStatus:
        """Read where a render is. `RenderGone`: there is no such render for this token."""
        ...

    async def download(
        self, token: SecretStr, render_id: str, url: str | None, to: Path, progress: Callable[[float], None]
    ) -> int:
        """Stream the rendered file to `to` and return its size in bytes; falls back to the download endpoint."""
        ...

    async def claim_link(self, token: SecretStr, task_id: str, session_id: str) -> str | None:
        """Make the link under which a person may open the project; None where there are no pages for people."""
        ...
