"""The sound room: a part of a score becomes a stem, by SoundFont or by the built-in synthesisers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from studio.instruments import INSTRUMENTS
from studio.model import SAMPLE_RATE, Part, Score
from studio.sound.patches import Synthesiser
from studio.sound.sampler import Sampler, sampler
from studio.sound.sequencer import events, grouped, place
from studio.sound.soundfont import NotASoundFont, SoundFontFile
from studio.sound.tone import Sound

__all__ = ["NotASoundFont", "preload", "render_part"]


def preload(soundfont: Path | None) -> None:
    """Read the SoundFont's tables into this process, for its children to share; the samples stay on disk.

    Raise `NotASoundFont` for another file, `OSError` if it cannot be read.
    """
    if soundfont is not None:
        _opened(soundfont)


def render_part(score: Score, part: Part, soundfont: Path | None) -> Sound:
    """Return the part alone as `(round(score.seconds * 48000), 2)` float32, dry, without its pan and gain.

    `soundfont` None: the built-in synthesisers play. Raise `KeyError` for an instrument that does not exist.
    """
    instrument = INSTRUMENTS[part.instrument]
    stem = np.zeros((round(score.seconds * SAMPLE_RATE), 2), np.float32)
    groups = grouped(events(score, part, instrument))
    if not groups:
        return stem
    player: Sampler | Synthesiser | None = None
    if soundfont is not None and instrument.program is not None:
        player = sampler(_opened(soundfont), instrument, frozenset(groups))
    if player is None:
        player = Synthesiser(instrument.patch)
    for tone, same in groups.items():
        sound = player.play(tone)
        for event in same:
            place(stem, sound, event)
    return stem


@lru_cache(maxsize=2)
def _opened(path: Path) -> SoundFontFile:
    return SoundFontFile(path)
