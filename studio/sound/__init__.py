"""Turns a part of a score into a stem, by SoundFont or by the built-in synthesisers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from studio.domain import SAMPLE_RATE, Part, Score
from studio.instruments import INSTRUMENTS, Instrument
from studio.sound.patches import Synthesiser
from studio.sound.sampler import DRUM_BANK, Sampler
from studio.sound.sequencer import NotePlayer, grouped, place, played_notes
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
    """Play a part alone: dry, without its pan and its gain.

    Parameters
    ----------
    score : Score
        The piece, for its tempo and length.
    part : Part
        One of its parts.
    soundfont : Path or None
        What plays acoustic instruments; the built-in synthesisers play everything where it is None.

    Returns
    -------
    ndarray, ``(round(score.seconds * 48000), 2) float32``
        The same samples for the same arguments.

    Raises
    ------
    KeyError
        For an instrument that does not exist.
    NotASoundFont
        For another file, or one whose samples cannot be decoded.
    OSError
        If the file cannot be read.
    """
    instrument = INSTRUMENTS[part.instrument]
    player = _player(instrument, soundfont)
    stem = np.zeros((round(score.seconds * SAMPLE_RATE), 2), np.float32)
    groups = grouped(played_notes(score, part, instrument, player))
    # Notes of one key share samples, and a short one is the beginning of a long one.
    for tone, same in sorted(groups.items(), key=lambda group: (group[0].pitch, -group[0].held, group[0].velocity)):
        sound = player.play(tone)
        for event in same:
            place(stem, sound, event)
    return stem


def _player(instrument: Instrument, soundfont: Path | None) -> NotePlayer:
    """Return what plays the instrument: the SoundFont where it has a preset for it, else a synthesiser.

    A kit that the font lacks is played by its standard kit.
    """
    if soundfont is not None and instrument.program is not None:
        font, bank = _opened(soundfont), DRUM_BANK if instrument.kit else 0
        for program in (instrument.program, 0) if instrument.kit else (instrument.program,):
            if font.has(bank, program):
                return Sampler(font, bank, program)
    return Synthesiser(instrument.patch)


@lru_cache(maxsize=2)
def _opened(path: Path) -> SoundFontFile:
    return SoundFontFile(path)
