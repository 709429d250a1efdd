"""Events in the format of the Agent Development Kit's server: lines of compact JSON with camelCase keys."""

from __future__ import annotations

import json
import time
import uuid

from pydantic import JsonValue

AUTHOR = "nemo_agent"


class AdkEvents:
    """Builds the events of one run, each as the JSON of a `data:` line."""

    def __init__(self) -> None:
        self._invocation = f"e-{uuid.uuid4()}"

    def text(self, text: str, *, partial: bool = False, last: bool = False) -> str:
        """Return a text event; `partial` marks a piece of a text that is sent whole later."""
        extra: dict[str, JsonValue] = {"partial": True} if partial else {}
        if last:
            extra["turnComplete"] = True
        return self._event({"text": text}, "model", extra)

    def call(self, call_id: str, name: str, args: dict[str, JsonValue]) -> str:
        """Return the event that a tool was called; it reports while it works."""
        part: JsonValue = {"functionCall": {"id": call_id, "args": args, "name": name}}
        return self._event(part, "model", {"longRunningToolIds": [call_id]})

    def response(self, call_id: str, name: str, response: dict[str, JsonValue]) -> str:
        """Return a tool's response: its progress or its result."""
        return self._event({"functionResponse": {"id": call_id, "name": name, "response": response}}, "user", {})

    def fault(self, code: str, message: str) -> str:
        """Return the event of an error that ended the agent's turn."""
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
    """Return the error line of a failed agent; the stream ends after it."""
    details: JsonValue = {"error_type": error, "error_message": message, "timestamp": time.time()}
    return json.dumps(
        {"error": f"{error}: {message}", "error_details": details}, ensure_ascii=False, separators=(",", ":")
    )
