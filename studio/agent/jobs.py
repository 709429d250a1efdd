"""The heavy work, as jobs for processes of their own."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from studio.model import SAMPLE_RATE, Brief, Film, Loudness
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
        report("compose", 0.0)
        frames = round(self.brief.seconds * SAMPLE_RATE)
        time = np.arange(frames) / SAMPLE_RATE
        sound = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220, 277.18, 329.63)) * 0.1
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
        with av.open(str(self.out), "w", format="mp4") as out, av.open(str(self.film.layers[0].path)) as sound:
            picture = out.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
            picture.width, picture.height, picture.pix_fmt = 320, 180, "yuv420p"
            audio = out.add_stream("aac", rate=SAMPLE_RATE)
            for index in range(round(self.film.seconds * 30)):
                frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), index % 255, np.uint8))
                frame.pts, frame.time_base = index, Fraction(1, 30)
                out.mux(picture.encode(frame))
                report("film", index / (self.film.seconds * 30))
            out.mux(picture.encode(None))
            for frame in sound.decode(audio=0):
                out.mux(audio.encode(frame))
            out.mux(audio.encode(None))
        return self.out.stat().st_size
