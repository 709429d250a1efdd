"""What a message asks for, decided from its words and the project as it is; pure, so that it can be priced first."""

from __future__ import annotations

from dataclasses import dataclass

from studio.projects.model import Project


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done."""

    is_track: bool = True
    is_edit: bool = False


def decide(message: str, project: Project) -> Plan:
    """Return what the agent will do about a message."""
    return Plan()
