"""A person at the studio's API, as plain HTTP: what a test says and what comes back, nothing retried or hidden."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import httpx

from tests.support.waiting import PATIENCE, wait_until

ATTRIBUTION = {
    "X-Skill-Source": "music-generator-free",
    "X-Skill-Version": "1.0.0",
    "X-Skill-Platform": "unknown",
}
MULTIPART = "multipart/form-data; boundary=b"
HEAD, TAIL = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n', b"\r\n--b--\r\n"
"""What comes before and after the content of an uploaded file, where a test writes the body itself."""


def connect(url: str) -> httpx.Client:
    """Return a client for a base URL, with the headers of every request."""
    return httpx.Client(base_url=url, headers=ATTRIBUTION, timeout=PATIENCE, trust_env=False)


class Run:
    """The events of one run."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.events = events
        parts = [(event, part) for event in events for part in event.get("content", {}).get("parts", [])]
        self.texts = [part["text"] for event, part in parts if "text" in part and not event.get("partial")]
        self.pieces = [part["text"] for event, part in parts if "text" in part and event.get("partial")]
        self.calls = [part["functionCall"] for _, part in parts if "functionCall" in part]
        self.responses = [part["functionResponse"] for _, part in parts if "functionResponse" in part]

    @property
    def text(self) -> str:
        """Everything that the agent said."""
        return "\n".join(self.texts)


class Person:
    """Somebody with a token of their own."""

    def __init__(self, url: str, client_id: str | None = None) -> None:
        self.client_id = client_id or str(uuid.uuid4())
        self.http = connect(url)
        answer = self.http.post("/api/auth/anonymous-token", headers={"X-Client-Id": self.client_id}).json()
        self.token: str = answer["data"]["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def session(self, language: str = "en") -> str:
        return str(self.new_session(language)["session_id"])

    def new_session(self, language: str = "en") -> Any:
        body = {"task_name": "project", "language": language}
        return self.http.post("/api/tasks/me/with-session/nemo_agent", json=body).json()["data"]

    def stream(self, session: str, text: str) -> Any:
        """Return the open answer to a message, as a context manager."""
        return self.http.stream("POST", "/run_sse", json=message(session, text))

    def say(self, session: str, text: str) -> Run:
        """Send a message and read its stream to the end."""
        with self.stream(session, text) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            return Run([json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")])

    def _look(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self, session: str) -> Any:
        return self._look(f"/api/state/nemo_agent/me/{session}/latest")["data"]["state"]

    def balance(self) -> Any:
        return self._look("/api/credits/balance/simple")["data"]

    def upload(self, session: str, *files: tuple[str, bytes]) -> httpx.Response:
        parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
        return self.http.post(f"/api/upload-video/nemo_agent/me/{session}", files=parts)

    def upload_body(self, session: str, body: bytes | Iterable[bytes], content_type: str = MULTIPART) -> httpx.Response:
        """Upload a body as it is; of unknown length, where it comes in parts."""
        path = f"/api/upload-video/nemo_agent/me/{session}"
        return self.http.post(path, content=body, headers={"Content-Type": content_type})

    def submit(self, session: str, render: str, draft: object) -> httpx.Response:
        output = {"format": "mp4", "quality": "high"}
        body = {"id": render, "sessionId": session, "draft": draft, "output": output}
        return self.http.post("/api/render/proxy/lambda", json=body)

    def status(self, render: str) -> Any:
        return self._look(f"/api/render/proxy/lambda/{render}")

    def wait_for_render(self, render: str) -> Any:
        wait_until(lambda: self.status(render)["status"] not in {"pending", "processing"})
        return self.status(render)

    def export(self, session: str, to: Path) -> Path:
        """Render the session's draft as it is and save the film."""
        render = f"render_{uuid.uuid4().hex}"
        assert self.submit(session, render, self.state(session)["draft"]).status_code == 200
        assert self.wait_for_render(render)["status"] == "completed"
        to.write_bytes(self.http.get(f"/api/render/proxy/{render}/download").content)
        return to


def message(session: str, text: str) -> dict[str, object]:
    """Return the body of a message."""
    said = {"role": "user", "parts": [{"text": text}]}
    return {"app_name": "nemo_agent", "user_id": "me", "session_id": session, "new_message": said}


def tracks(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the kinds and names of a state's tracks."""
    metas = [track["sg"][0]["m"] for track in state["draft"]["t"]]
    return [(meta["type"], meta.get("text") or meta.get("name")) for meta in metas]
