"""What the agent's tools do, as stages that people read about (`core.stage.<stage>`)."""

from __future__ import annotations

_WORDS = (
    ("queue", "waiting"),
    ("compos", "composing"),
    ("arrang", "composing"),
    ("score", "composing"),
    ("music", "composing"),
    ("bgm", "composing"),
    ("synth", "playing"),
    ("sound", "playing"),
    ("play", "playing"),
    ("perform", "playing"),
    ("mix", "mixing"),
    ("master", "mixing"),
    ("picture", "filming"),
    ("film", "filming"),
    ("video", "filming"),
    ("render", "filming"),
    ("encod", "filming"),
    ("write", "filming"),
    ("title", "editing"),
    ("text", "editing"),
    ("edit", "editing"),
    ("timeline", "editing"),
    ("generat", "composing"),
)


def stage_of(tool: str) -> str:
    """Return the stage for a tool's name or the stage that it reports; "working" for unknown ones.

    Names are the service's own and may change, so they are recognised by the words in them.
    """
    name = tool.lower()
    return next((stage for word, stage in _WORDS if word in name), "working")
