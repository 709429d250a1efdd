"""Plays the notes of one part on a SoundFont preset, one note at a time."""

from __future__ import annotations

from math import inf

import numpy as np

from studio.domain import SAMPLE_RATE
from studio.sound import voice
from studio.sound.generators import Generator
from studio.sound.modulators import NoteOn
from studio.sound.preset import Region
from studio.sound.resampler import Resampler
from studio.sound.soundfont import SoundFontFile
from studio.sound.tone import Sound, Tone

_LONGEST_RELEASE = 4 * SAMPLE_RATE
_LONGEST_STROKE = 6 * SAMPLE_RATE
_AUDIBLE = 0.02
_LATEST, _RAMP = SAMPLE_RATE // 40, SAMPLE_RATE // 2000
"""How much of a late start is cut (25 ms at most), and the ramp that is left before the onset (0.5 ms)."""
DRUM_BANK = 128
"""Where the drum kits are, by General MIDI."""


class Sampler:
    """A preset of a SoundFont, ready to be played."""

    def __init__(self, font: SoundFontFile, bank: int, program: int) -> None:
        """Raise `KeyError` where the font lacks the preset."""
        self._resampler = Resampler(font)
        self._preset = font.preset(bank, program)
        self._drums = bank == DRUM_BANK
        self._known: dict[NoteOn, list[Region]] = {}

    def play(self, tone: Tone) -> Sound:
        """Return one key struck, held and released as `(frames, 2) float32`; drums ring out."""
        held = inf if self._drums else float(tone.held)
        longest = _LONGEST_STROKE if self._drums else tone.held + _LONGEST_RELEASE
        return _prompt(voice.play(self._regions(tone), self._resampler, held, longest))

    def exclusive_class(self, tone: Tone) -> int:
        """Return the class within which a new note ends the others; 0 for none."""
        return max((int(region[Generator.EXCLUSIVE_CLASS]) for region in self._regions(tone)), default=0)

    def _regions(self, tone: Tone) -> list[Region]:
        note = NoteOn(tone.pitch, max(1, round(tone.velocity * 127)))
        if note not in self._known:
            self._known[note] = self._preset.regions(note)
        return self._known[note]


def _prompt(sound: Sound) -> Sound:
    """Return the sound without the near-silence that some samples begin with: a note starts on its beat."""
    peak = max(sound.max(initial=0.0), -sound.min(initial=0.0))
    head = sound[: _LATEST + _RAMP + 1]
    loud = np.abs(head).max(axis=1) > _AUDIBLE * peak
    late = int(np.argmax(loud)) if loud.any() else len(head)
    start = min(max(0, late - _RAMP), _LATEST)
    if start:
        sound = sound[start:]
        sound[:_RAMP] *= np.linspace(0.0, 1.0, _RAMP, dtype=np.float32)[:, None]
    return sound
