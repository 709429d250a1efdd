"""Metadata of a film: title, generator, seed, licence. Of the person's own words it holds the title only."""

from __future__ import annotations

from studio.projects.project import Project
from studio.texts import say

GENERATOR = "music-bot studio"


def tags_of(project: Project) -> dict[str, str]:
    """Return the metadata of a film of this project, under FFmpeg's names."""
    piece = project.piece
    if piece is None:
        return {"title": project.now.title} if project.now.title else {}
    rights = say(project.language, "licence.rights")
    return {
        "title": project.now.title or piece.title,
        "artist": GENERATOR,
        "composer": GENERATOR,
        "comment": f"{GENERATOR}, seed {piece.brief.seed}. {rights}",
        "copyright": rights,
    }
