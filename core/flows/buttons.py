"""What buttons mean.

An id is `j1:<act>:<job>[:<detail>]`, at most 64 bytes, and outlives restarts: it names a job that is kept in Redis.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.messages import Button
from core.texts import say

_VERSION = "j1"


class Act(StrEnum):
    """What a press asks for."""

    CANCEL = "cancel"
    EXPORT = "export"
    AGAIN = "again"
    """The same request once more, as a new job."""
    STUDIO = "studio"
    """The same request at the other service."""
    WISH = "wish"
    """A ready-made edit; the detail is its name (`core.wish.<name>`)."""
    PROPOSED = "proposed"
    """The edit that the service proposed in this job."""
    LIKE = "like"
    """Music like the audio file of this job."""
    UNDER = "under"
    """The audio file of this job under the video."""
    FITTING = "fitting"
    """Music that fits the video or picture of this job."""


_ACTS = {act.value: act for act in Act}

AFTER_MUSIC = ("longer", "calmer", "no_drums")
AFTER_EDIT = ("undo", "slower")
AFTER_NOTHING = ("slower", "calmer")
"""Ready-made edits that are offered as next steps."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button."""

    act: Act
    job_id: str
    detail: str = ""


def button(language: str, act: Act, job_id: str, detail: str = "") -> Button:
    """Return a button with its label in `language`."""
    parts = [_VERSION, act.value, job_id, *([detail] if detail else [])]
    label = f"core.button.{act.value}.{detail}" if act is Act.WISH else f"core.button.{act.value}"
    return Button(":".join(parts), say(language, label))


def pressed(button_id: str) -> Press | None:
    """Return what a button id means, None where it is not one of ours."""
    version, act, job_id, detail = (*button_id.split(":", 3), "", "", "", "")[:4]
    if version != _VERSION or act not in _ACTS or not job_id:
        return None
    return Press(_ACTS[act], job_id, detail)
