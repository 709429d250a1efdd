"""Plays the notes of one part on a SoundFont preset, one note at a time."""

from __future__ import annotations

import numpy as np

# The package's own Synth starts no audio device either, but adds channels and callbacks that are not wanted here.
from tinysoundfont._tinysoundfont import OutputMode, SoundFont

from studio.instruments import Instrument
from studio.model import SAMPLE_RATE
from studio.sound.modulators import Strike
from studio.sound.soundfont import SoundFontFile
from studio.sound.tone import Sound, Tone

_BLOCK = SAMPLE_RATE // 10
_LONGEST_RELEASE = 4 * SAMPLE_RATE
_LONGEST_STROKE = 6 * SAMPLE_RATE
_SILENT = 2e-4
"""A tail below this share of the note's peak (-74 dB) is not waited for."""
_AUDIBLE = 0.02
_LATEST, _RAMP = SAMPLE_RATE // 40, SAMPLE_RATE // 2000
"""How much of a late start is cut (25 ms at most), and the ramp that is left before the onset (0.5 ms)."""
_DRUM_BANK = 128


class Sampler:
    """A preset cut from the SoundFont for the tones that it will play."""

    def __init__(self, font: SoundFontFile, bank: int, program: int, tones: frozenset[Tone]) -> None:
        """Decode what `tones` need. Raise `KeyError` where the font lacks the preset."""
        self._drums = bank == _DRUM_BANK
        strikes = frozenset(Strike(tone.pitch, _midi(tone.velocity)) for tone in tones)
        self._synth = SoundFont(font.cut(bank, program, strikes))
        self._synth.set_output(OutputMode.StereoInterleaved, SAMPLE_RATE, 0.0)
        self._synth.set_max_voices(64)

    def play(self, tone: Tone) -> Sound:
        """Strike, hold and release one key; drums ring out."""
        # The player cuts the fraction off; half a step more makes sure that it finds the zone.
        velocity = min(1.0, (_midi(tone.velocity) + 0.5) / 127.0)
        self._synth.note_on(0, tone.pitch, velocity)
        if self._drums:
            sound = self._ring(np.zeros((0, 2), np.float32), _LONGEST_STROKE)
        else:
            held = self._render(tone.held)
            self._synth.note_off(0, tone.pitch)
            sound = self._ring(held, _LONGEST_RELEASE)
        self._silence()
        # The player's gain is proportional to velocity; the sequencer applies its own curve.
        sound /= np.float32(velocity)
        return _prompt(sound)

    def _ring(self, head: Sound, longest: int) -> Sound:
        """Render on after `head` until nothing is heard any more, `longest` frames at most, and end on zero."""
        blocks, peak, rung = [head], float(np.abs(head).max(initial=0.0)), 0
        while rung < longest:
            block = self._render(_BLOCK)
            blocks.append(block)
            rung += _BLOCK
            loudest = float(np.abs(block).max())
            peak = max(peak, loudest)
            if loudest <= peak * _SILENT:
                break
        sound = np.concatenate(blocks)
        sound[-_BLOCK:] *= np.linspace(1.0, 0.0, _BLOCK, dtype=np.float32)[:, None]
        return sound

    def _render(self, frames: int) -> Sound:
        block = np.zeros((frames, 2), np.float32)
        self._synth.render(block.data)
        return block

    def _silence(self) -> None:
        """End all voices; each takes a hundredth of a second to go."""
        self._synth.note_off()
        self._synth.reset()
        self._render(SAMPLE_RATE // 50)


def sampler(font: SoundFontFile, instrument: Instrument, tones: frozenset[Tone]) -> Sampler | None:
    """Return a sampler for the instrument, None where the font has no preset for it.

    A kit that the font lacks is played by its standard kit.
    """
    if instrument.program is None:
        return None
    bank = _DRUM_BANK if instrument.kit else 0
    for program in (instrument.program, 0) if instrument.kit else (instrument.program,):
        if font.has(bank, program):
            return Sampler(font, bank, program, tones)
    return None


def _prompt(sound: Sound) -> Sound:
    """Return the sound without the near-silence that some samples begin with: a note starts on its beat."""
    loud = np.abs(sound).max(axis=1)
    late = int(np.argmax(loud > _AUDIBLE * loud.max(initial=0.0)))
    start = min(max(0, late - _RAMP), _LATEST)
    if start:
        sound = sound[start:]
        sound[:_RAMP] *= np.linspace(0.0, 1.0, _RAMP, dtype=np.float32)[:, None]
    return sound


def _midi(velocity: float) -> int:
    return max(1, round(velocity * 127))
