"""Make a film: the one door of this room."""

from __future__ import annotations

from pathlib import Path

from studio.model import Film
from studio.picture.drawn import Progress, make_drawn


def make_film(film: Film, out: Path, *, progress: Progress, cheap: bool = False) -> None:
    """Write a film as MP4 (H.264 High, AAC-LC 192 kbit/s, index first), exactly `film.seconds` long.

    `progress` is told (stage, 0..1) from the calling thread. `cheap`: a small picture, quickly encoded; the sound is
    the same. Raises `media.NotMedia` where a file of the film can't be read.
    """
    make_drawn(film, out, progress=progress, cheap=cheap)
