"""The heavy work, as jobs for worker processes.

The jobs import what they need themselves: the fork server has it in memory, and the HTTP server never needs it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from studio.compose import compose, describe, title_for
from studio.domain import Brief, FilmSpec
from studio.pool import Report
from studio.projects.project import ComposedPiece

_log = logging.getLogger(__name__)

_STAGES = {"compose": (0.0, 0.02), "sound": (0.02, 0.6), "mix": (0.6, 0.75), "master": (0.75, 1.0)}
"""The fractions at which each stage of a piece begins and ends, as measured."""


@dataclass(frozen=True, slots=True)
class MakePiece:
    """Compose and play a brief into a WAV file."""

    piece: str
    brief: Brief
    out: Path
    soundfont: Path | None

    def __call__(self, report: Report, /) -> ComposedPiece:
        """Return the piece, unnamed; its sound is in `out`."""
        from studio.piece import make_piece

        def report_stage(stage: str, fraction: float) -> None:
            first, last = _STAGES.get(stage, (0.0, 1.0))
            report(stage, first + (last - first) * fraction)

        report_stage("compose", 0.0)
        score = compose(self.brief)
        font = _readable(self.soundfont)
        loudness = make_piece(score, self.out, soundfont=font, progress=report_stage)
        return ComposedPiece(
            id=self.piece,
            title=title_for(score.brief),
            brief=score.brief,
            seconds=score.seconds,
            bpm=score.bpm,
            key=score.key,
            beats_per_bar=score.beats_per_bar,
            first_beat=score.start,
            sections=score.sections,
            loudness=loudness,
            players=describe(score).instruments,
            font_failed=font is None and self.soundfont is not None,
        )


def _readable(soundfont: Path | None) -> Path | None:
    """Return the SoundFont if it can be read; music without it is better than none."""
    from studio.sound.soundfont import NotASoundFont, SoundFontFile

    if soundfont is None:
        return None
    try:
        SoundFontFile(soundfont)
    except (NotASoundFont, OSError) as fault:
        _log.warning("Cannot read the SoundFont %s: %s; the built-in synthesisers play", soundfont, fault)
        return None
    return soundfont


@dataclass(frozen=True, slots=True)
class MeasureLoudness:
    """Measure how loud a film is."""

    film: FilmSpec

    def __call__(self, _report: Report, /) -> float:
        """Return LUFS; -inf for silence."""
        from studio.mix.loudness import integrated_of
        from studio.picture.soundtrack import soundtrack

        return integrated_of(soundtrack(self.film))


@dataclass(frozen=True, slots=True)
class MakeFilm:
    """Render a film to MP4."""

    film: FilmSpec
    out: Path
    cheap: bool

    def __call__(self, report: Report, /) -> int:
        """Return the size in bytes of the film in `out`."""
        from studio.picture import make_film

        make_film(self.film, self.out, progress=report, cheap=self.cheap)
        return self.out.stat().st_size
