"""The built-in synthesisers by name: they play where there is no SoundFont, or where they are the better sound."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from studio.domain import SAMPLE_RATE
from studio.sound import drums, keyboards, strung, sustained
from studio.sound.tone import Sound, Tone, fade, filtered, frames, mono, noise, phase, stereo


def riser(tone: Tone) -> Sound:
    """Noise and a tone that climb for as long as the note is held."""
    length = max(tone.held, frames(0.2))
    x = np.linspace(0.0, 1.0, length)
    air = noise("riser", length)
    bands = [filtered(air, "bandpass", band, 1) for band in ((300.0, 900.0), (900.0, 2700.0), (2700.0, 8000.0))]
    swept = sum(
        band * np.exp(-(((x - centre) / 0.3) ** 2)) for band, centre in zip(bands, (0.15, 0.55, 1.0), strict=True)
    )
    whistle = np.sin(phase(180.0 * 2.0 ** (x * 2.5), length)) * 0.12
    sound = (np.asarray(swept) * 0.5 + whistle) * x**1.7
    tail = min(length, frames(0.03))
    sound[-tail:] *= fade(tail)
    sway = 0.3 * np.sin(2 * np.pi * 3.0 * x)
    return stereo(sound * (1.0 + sway), sound * (1.0 - sway))


def impact(tone: Tone) -> Sound:
    """A low stroke with a long, dark tail."""
    length = frames(2.8)
    time = np.arange(length) / SAMPLE_RATE
    boom = np.sin(phase(38.0 * (1.0 + 2.0 * np.exp(-time / 0.06)), length)) * np.exp(-time / 0.7)
    dust = filtered(noise("impact", length), "lowpass", 1400.0) * np.exp(-time / 0.45) * 0.35
    tail = frames(0.2)
    sound = np.tanh(1.3 * (boom + dust * (0.4 + tone.velocity))) * np.clip(time / 0.002, 0.0, 1.0)
    sound[-tail:] *= fade(tail)
    return mono(sound * 0.7)


_PATCHES: dict[str, Callable[[Tone], Sound]] = {
    "piano": keyboards.piano,
    "epiano": keyboards.epiano,
    "bell": keyboards.bell,
    "mallet": keyboards.mallet,
    "organ": keyboards.organ,
    "pluck": strung.pluck,
    "drive": strung.drive,
    "bass": strung.bass,
    "drum": drums.drum,
    "strings": sustained.strings,
    "choir": sustained.choir,
    "brass": sustained.brass,
    "reed": sustained.reed,
    "flute": sustained.flute,
    "sub": strung.sub,
    "eight": strung.eight,
    "sawbass": strung.sawbass,
    "reese": strung.reese,
    "acid": strung.acid,
    "chip": sustained.chip,
    "sawlead": sustained.sawlead,
    "softlead": sustained.softlead,
    "supersaw": sustained.supersaw,
    "synthpluck": strung.synthpluck,
    "warmpad": sustained.warmpad,
    "glasspad": sustained.glasspad,
    "drone": sustained.drone,
    "riser": riser,
    "impact": impact,
    **{f"kit {name}": partial(drums.hit, name) for name in drums.KITS},
}


class Synthesiser:
    """A built-in synthesiser with one patch."""

    def __init__(self, patch: str) -> None:
        """Raise `KeyError` for a patch that does not exist."""
        self._sound = _PATCHES[patch]
        self._drums = patch.startswith("kit ")

    def play(self, tone: Tone) -> Sound:
        """Return the note as `(frames,)` or `(frames, 2)` float32, from its onset to the end of its ring."""
        return self._sound(tone)

    def exclusive_class(self, tone: Tone) -> int:
        """Return 1 for the hi-hats of a kit: each stroke ends the one before."""
        return int(self._drums and tone.pitch in drums.HI_HATS)
