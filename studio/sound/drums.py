"""Built-in drum kits: skins are falling sines, cymbals inharmonic partials and noise.

A `Tone`'s pitch chooses the drum, by the keys of General MIDI; the result is `(frames,) float32`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.domain import SAMPLE_RATE
from studio.sound.tone import Curve, Sound, Tone, adsr_envelope, fade, filtered, frames, mono, noise, partials, phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The character of a kit: times in seconds, frequencies in Hz, levels as amplitudes."""

    #: The frequency that the kick falls to.
    kick: float = 52.0
    #: How far above it the kick starts, as a ratio less one.
    drop: float = 3.0
    #: The time in which it falls.
    fall: float = 0.022
    #: How long the kick rings.
    boom: float = 0.16
    #: The level of the beater.
    click: float = 0.25
    #: The frequency of the snare's shell.
    snare: float = 190.0
    #: How long the snare's wires and the room of the claps ring.
    wires: float = 0.13
    #: The level of the stick on the snare.
    crack: float = 0.8
    #: The frequency of the hi-hats.
    hat: float = 8200.0
    #: How long the closed hi-hat rings.
    tick: float = 0.035
    #: How long the open hi-hat rings.
    wash: float = 0.3
    #: The size of the toms: their frequencies are divided by it, their rings multiplied.
    tom: float = 1.0
    #: The whole kit is heard below this frequency.
    dull: float = 18_000.0
    #: Whether it is quantised to a few steps, as by an early sampler: 1 or 0.
    grit: float = 0.0


_KITS = {
    "acoustic": Kit(),
    "house": Kit(kick=50.0, drop=4.5, fall=0.028, boom=0.2, click=0.35, snare=210.0, wires=0.11, hat=8800.0, tick=0.03),
    "808": Kit(
        kick=46.0, drop=2.0, fall=0.02, boom=0.5, click=0.12, snare=180.0, wires=0.1, hat=9200.0, tick=0.025, wash=0.4
    ),
    "lofi": Kit(kick=56.0, drop=2.2, boom=0.13, click=0.1, snare=175.0, wires=0.1, crack=0.5, hat=6500.0, dull=8500.0),
    "chip": Kit(kick=60.0, drop=5.0, fall=0.03, boom=0.1, click=0.0, wires=0.08, hat=7000.0, tick=0.02, grit=1.0),
    "epic": Kit(kick=46.0, drop=1.4, fall=0.05, boom=0.36, click=0.25, snare=140.0, wires=0.22, tom=1.4, wash=0.6),
}
KITS = tuple(_KITS)
HI_HATS = frozenset({42, 44, 46})
"""The closed one, the pedal and the open one."""

_TOMS = {41: 75.0, 43: 90.0, 45: 108.0, 47: 128.0, 48: 150.0, 50: 178.0}
_HANDS = {60: 420.0, 61: 300.0, 62: 330.0, 63: 280.0, 64: 210.0, 65: 480.0, 66: 350.0, 78: 400.0, 79: 300.0}
_WOODS = {31: 1700.0, 37: 1650.0, 75: 2500.0, 76: 1150.0, 77: 880.0, 85: 2100.0, 33: 1900.0, 32: 1400.0}
_METALS = {34: 2600.0, 53: 2350.0, 56: 560.0, 67: 910.0, 68: 680.0, 80: 4100.0, 81: 4100.0, 83: 3900.0, 84: 3300.0}
_SHAKERS = {54: (6500.0, 0.12), 58: (3200.0, 0.4), 69: (5600.0, 0.05), 70: (6000.0, 0.045), 82: (5200.0, 0.06)}
_SHAKERS |= {
    73: (2600.0, 0.07),
    74: (2600.0, 0.22),
    29: (2500.0, 0.1),
    30: (2100.0, 0.12),
    71: (2400.0, 0.1),
    72: (2400.0, 0.25),
}
_CYMBALS = {49: 1.3, 57: 1.5, 52: 0.9, 55: 0.6, 51: 0.8, 59: 0.9}


def drum(tone: Tone) -> Sound:
    """A kettledrum, tuned."""
    curve = adsr_envelope(tone, attack=0.003, release=0.9)
    ratios, gains = np.array([1.0, 1.5, 1.98, 2.44]), np.array([1.0, 0.6, 0.3, 0.18])
    body = partials(tone.hertz * ratios, gains * 0.5, len(curve), decay=np.array([7.0, 13.0, 20.0, 28.0]))
    knock = min(len(curve), frames(0.05))
    body[:knock] += filtered(noise(f"kettle {tone.pitch}", knock), "lowpass", 900.0) * fade(knock) * tone.velocity
    return mono(body * curve)


def hit(kit_name: str, tone: Tone) -> Sound:
    """Return one stroke of a kit, `(frames,) float32`. A key without a drum of its own plays a wood block."""
    kit = _KITS[kit_name]
    key = tone.pitch
    sound = _skin(kit, tone) if key in {35, 36, 38, 40, 39, 28} or key in _TOMS else _other(kit, tone)
    if kit.dull < 16_000.0:
        sound = filtered(sound, "lowpass", kit.dull)
    if kit.grit:
        sound = np.round(sound * 24.0) / 24.0
    tail = min(len(sound), frames(0.01))
    sound[-tail:] *= np.linspace(1.0, 0.0, tail)
    return mono(sound)


def _skin(kit: Kit, tone: Tone) -> Curve:
    key = tone.pitch
    if key in {35, 36}:
        return _kick(kit, tone)
    if key in {38, 40}:
        return _snare(kit, tone)
    if key in _TOMS:
        return _tom(_TOMS[key] / kit.tom, 0.28 * kit.tom, tone)
    return _clap(kit, tone)


def _other(kit: Kit, tone: Tone) -> Curve:
    key = tone.pitch
    if key in {42, 44}:
        return _hat(kit, tone, kit.tick if key == 42 else kit.tick * 0.8)
    if key == 46:
        return _hat(kit, tone, kit.wash)
    if key in _CYMBALS:
        return _cymbal(tone, _CYMBALS[key], ride=key in {51, 59})
    if key in _HANDS:
        return _tom(_HANDS[key], 0.1, tone)
    if key in _METALS:
        return _metal(_METALS[key], 0.9 if key in {81, 84} else 0.18)
    if key in _SHAKERS:
        return _shaker(*_SHAKERS[key], tone)
    return _wood(_WOODS.get(key, 1000.0))


def _kick(kit: Kit, tone: Tone) -> Curve:
    length = frames(kit.boom * 4.0 + 0.05)
    time = np.arange(length) / SAMPLE_RATE
    hertz = kit.kick * (1.0 + kit.drop * np.exp(-time / kit.fall))
    body = np.tanh(1.5 * np.sin(phase(hertz, length))) * np.exp(-time / kit.boom)
    beater = filtered(noise("beater", length), "bandpass", (900.0, 4500.0)) * np.exp(-time / 0.004)
    return (0.9 * body + kit.click * (0.4 + tone.velocity) * beater) * np.clip(time / 0.001, 0.0, 1.0)


def _snare(kit: Kit, tone: Tone) -> Curve:
    length = frames(kit.wires * 5.0)
    time = np.arange(length) / SAMPLE_RATE
    shell = partials(kit.snare * np.array([1.0, 1.62]), [0.5, 0.3], length, decay=np.array([75.0, 95.0]))
    wires = filtered(noise(f"wires {tone.pitch}", length), "bandpass", (1300.0, 8500.0), 1)
    rattle = wires * (0.65 * np.exp(-time / kit.wires) + kit.crack * np.exp(-time / 0.012))
    return 0.7 * shell + rattle * (0.12 + 0.26 * tone.velocity)


def _clap(kit: Kit, tone: Tone) -> Curve:
    length = frames(0.3)
    time = np.arange(length) / SAMPLE_RATE
    hands = sum(np.exp(-np.maximum(time - at, 0.0) / 0.006) * (time >= at) for at in (0.0, 0.011, 0.021))
    room = np.exp(-np.maximum(time - 0.03, 0.0) / (kit.wires * 0.7)) * (time >= 0.03)
    clap: Curve = filtered(noise("clap", length), "bandpass", (800.0, 4200.0), 1) * (hands + 0.8 * room)
    return clap * (0.3 + 0.25 * tone.velocity)


def _tom(hertz: float, ring: float, tone: Tone) -> Curve:
    length = frames(ring * 5.0)
    time = np.arange(length) / SAMPLE_RATE
    falling = phase(hertz * (1.0 + 0.45 * np.exp(-time / 0.03)), length)
    body = np.sin(falling) * np.exp(-time / ring) + 0.3 * np.sin(1.59 * falling) * np.exp(-time / (ring * 0.4))
    stick = filtered(noise(f"stick {tone.pitch}", length), "bandpass", (700.0, 4000.0)) * np.exp(-time / 0.006)
    return (0.7 * body + 0.3 * tone.velocity * stick) * np.clip(time / 0.001, 0.0, 1.0)


def _hat(kit: Kit, tone: Tone, ring: float) -> Curve:
    length = frames(min(1.5, ring * 6.0))
    time = np.arange(length) / SAMPLE_RATE
    metal = partials(kit.hat * np.array([0.52, 0.67, 0.81, 1.0, 1.23, 1.49]), 0.16, length, phases=np.arange(6) * 2.4)
    air = filtered(noise(f"hat {tone.pitch}", length), "highpass", kit.hat * 0.8)
    return (0.22 * metal + 0.15 * air) * np.exp(-time / ring) * (0.6 + 0.4 * tone.velocity)


def _cymbal(tone: Tone, ring: float, *, ride: bool) -> Curve:
    length = frames(ring * 3.0)
    time = np.arange(length) / SAMPLE_RATE
    spread = np.random.default_rng(tone.pitch).uniform(2200.0, 11_000.0, 40)
    metal = partials(spread, 0.05, length, decay=8.7 / ring * (spread / 4000.0), phases=spread)
    air = filtered(noise(f"cymbal {tone.pitch}", length), "bandpass", (3500.0, 13_000.0), 1) * np.exp(
        -time / (ring * 0.6)
    )
    bow = filtered(noise("bow", length), "highpass", 5000.0) * np.exp(-time / 0.02)
    mix = 0.8 * metal + 0.06 * air + 0.12 * bow if ride else 0.6 * metal + 0.2 * air
    return mix * np.clip(time / 0.002, 0.0, 1.0)


def _metal(hertz: float, ring: float) -> Curve:
    length = frames(ring * 5.0)
    return partials(
        hertz * np.array([1.0, 1.48, 2.73]), [0.4, 0.3, 0.12], length, decay=8.7 / ring * np.array([1.0, 1.3, 2.0])
    )


def _shaker(hertz: float, ring: float, tone: Tone) -> Curve:
    length = frames(ring * 5.0)
    time = np.arange(length) / SAMPLE_RATE
    swing = np.clip(time / 0.012, 0.0, 1.0) * np.exp(-time / ring)
    return (
        filtered(noise(f"shaker {tone.pitch}", length), "bandpass", (hertz, min(14_000.0, hertz * 2.0)), 1)
        * swing
        * 0.5
    )


def _wood(hertz: float) -> Curve:
    length = frames(0.12)
    return partials(hertz * np.array([1.0, 1.72, 2.6]), [0.5, 0.25, 0.1], length, decay=np.array([260.0, 380.0, 500.0]))
