"""AdkEvents in the shape of the Agent Development Kit's server: one line of compact JSON with camelCase keys each."""

from __future__ import annotations

import json
import time
import uuid

from pydantic import JsonValue

AUTHOR = "nemo_agent"


class AdkEvents:
    """Makes the events of one run; returns each as the JSON of a `data:` line."""

    def __init__(self) -> None:
        self._invocation = f"e-{uuid.uuid4()}"

    def text(self, text: str, *, partial: bool = False, last: bool = False) -> str:
        """A text; `partial`: a piece of one that comes whole later."""
        extra: dict[str, JsonValue] = {"partial": True} if partial else {}
        if last:
            extra["turnComplete"] = True
        return self._event({"text": text}, "model", extra)

    def call(self, call_id: str, name: str, args: dict[str, JsonValue]) -> str:
        """A tool is called, and will report while it works."""
        part: JsonValue = {"functionCall": {"id": call_id, "args": args, "name": name}}
        return self._event(part, "model", {"longRunningToolIds": [call_id]})

    def response(self, call_id: str, name: str, response: dict[str, JsonValue]) -> str:
        """A tool answers: how far it is, or its result."""
        return self._event({"functionResponse": {"id": call_id, "name": name, "response": response}}, "user", {})

    def fault(self, code: str, message: str) -> str:
        """The agent could not go on."""
        return self._frame({"errorCode": code, "errorMessage": message})

    def _event(self, part: JsonValue, role: str, extra: dict[str, JsonValue]) -> str:
        return self._frame({"content": {"parts": [part], "role": role}, **extra})

    def _frame(self, fields: dict[str, JsonValue]) -> str:
        common: dict[str, JsonValue] = {
            "invocationId": self._invocation,
            "author": AUTHOR,
            "actions": {"stateDelta": {}, "artifactDelta": {}},
            "id": str(uuid.uuid4()),
            "timestamp": time.time(),
        }
        return json.dumps({**fields, **common}, ensure_ascii=False, separators=(",", ":"))


def crash(error: str, message: str) -> str:
    """The error line of a failing agent, after which the stream ends."""
    details: JsonValue = {"error_type": error, "error_message": message, "timestamp": time.time()}
    return json.dumps(
        {"error": f"{error}: {message}", "error_details": details}, ensure_ascii=False, separators=(",", ":")
    )
