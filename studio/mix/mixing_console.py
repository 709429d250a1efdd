"""The mixing console: stems are added one after the other and leave as one stereo mix."""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage, signal

from studio.domain import SAMPLE_RATE, Part, Score
from studio.instruments import INSTRUMENTS
from studio.mix.balance import balance
from studio.mix.channel_strips import decibels, equalise, kit_level, level, place, strip
from studio.mix.ducking import duck, kick_shape
from studio.mix.gain_automation import automate_gain
from studio.mix.room import ROOMS, echo, reverberate
from studio.mix.voice_sharing import voices_sounding
from studio.sound.tone import Sound

_STEP = 240
"""Frames per value of the bus compressor: 5 ms."""
_RATIO = 2.0
_CHUNK = _STEP * 2000
_MONO_BELOW = 120.0
"""Hz below which the mix is mono."""
_WIDEST = 0.6
"""Largest ratio of side to middle: wider mixes lose too much on a mono phone."""


class MixingConsole:
    """Sums stems on two buses, dry and reverb send; nothing else is kept in memory.

    Parameters
    ----------
    score : Score
        Gives the length, tempo, kick strokes and space of the mix.

    Examples
    --------
    >>> console = MixingConsole(score)
    >>> for part in score.parts:
    ...     console.add(part, console.prepare(part, render_part(score, part, soundfont)))
    >>> mix = console.finish()
    """

    def __init__(self, score: Score) -> None:
        frames = round(score.seconds * SAMPLE_RATE)
        self._score = score
        self._dry = np.zeros((frames, 2), np.float32)
        self._send = np.zeros((frames, 2), np.float32)
        self._room = ROOMS[score.space]
        self._kick = kick_shape(score)
        self._voices = voices_sounding(score)

    def prepare(self, part: Part, stem: Sound) -> Sound:
        """Equalise, level, pan and duck a stem `(frames, 2) float32` in place and return it; thread-safe."""
        channel = strip(part.role)
        instrument = INSTRUMENTS[part.instrument]
        equalise(stem, channel, instrument.patch)
        now = kit_level(stem) if instrument.kit else level(stem)
        if math.isinf(now):
            return stem
        shared = 10.0 * math.log10(self._voices[part])
        place(stem, part.pan, decibels(channel.level - now - shared + part.gain))
        if self._kick is not None and channel.duck:
            duck(stem, self._kick, channel.duck)
        return stem

    def add(self, part: Part, stem: Sound) -> None:
        """Add a prepared stem `(frames, 2) float32` to the buses; the order of calls is the order of summation."""
        channel = strip(part.role)
        send = np.float32(decibels(channel.send + self._room.wet))
        # Second by second: copying a whole long stem would cost more than the sums.
        for start in range(0, len(stem), SAMPLE_RATE):
            piece = stem[start : start + SAMPLE_RATE]
            self._dry[start : start + SAMPLE_RATE] += piece
            self._send[start : start + SAMPLE_RATE] += piece * send
        if channel.echo is not None and self._room.echo:
            echo(stem, self._score.bpm, decibels(channel.echo), self._dry, self._send)

    def finish(self) -> Sound:
        """Return the mix `(frames, 2) float32`; the console can't be used afterwards."""
        reverberate(self._dry, self._send, self._room)
        del self._send
        _centre_the_low_end(self._dry)
        _narrow(self._dry)
        balance(self._dry)
        automate_gain(self._dry, self._score)
        _compress(self._dry)
        return self._dry


def _centre_the_low_end(mix: Sound) -> None:
    """Make everything below 120 Hz mono, in place: phones and clubs sum it to mono anyway."""
    sections = signal.butter(2, _MONO_BELOW, "highpass", fs=SAMPLE_RATE, output="sos")
    state = np.zeros((len(sections), 2))
    for start in range(0, len(mix), _CHUNK):
        piece = mix[start : start + _CHUNK]
        middle, side = (piece[:, 0] + piece[:, 1]) / 2, (piece[:, 0] - piece[:, 1]) / 2
        side, state = signal.sosfilt(sections, side, zi=state)
        piece[:, 0], piece[:, 1] = middle + side, middle - side


def _narrow(mix: Sound) -> None:
    """Narrow a mix that is too wide, in place."""
    sides = float(np.sum(np.square(mix[:, 0] - mix[:, 1]), dtype=np.float64))
    middle = float(np.sum(np.square(mix[:, 0] + mix[:, 1]), dtype=np.float64))
    if middle == 0.0 or sides <= middle * _WIDEST**2:
        return
    kept = np.float32(_WIDEST * math.sqrt(middle / sides))
    for start in range(0, len(mix), _CHUNK):
        piece = mix[start : start + _CHUNK]
        centre, side = (piece[:, 0] + piece[:, 1]) / 2, (piece[:, 0] - piece[:, 1]) / 2 * kept
        piece[:, 0], piece[:, 1] = centre + side, centre - side


def _compress(mix: Sound) -> None:
    """Compress the mix gently in place: 2:1 above its 95th percentile less 6 dB, slow enough not to be heard."""
    frames = len(mix) - len(mix) % _STEP
    if not frames:
        return
    steps = mix[:frames].reshape(-1, _STEP * 2)
    power = np.einsum("ij,ij->i", steps, steps, dtype=np.float64) / steps.shape[1]
    smooth = 10.0 * np.log10(ndimage.gaussian_filter1d(power, 12.0) + 1e-12)
    threshold = np.percentile(smooth, 95) - 6.0
    reduction = np.maximum(0.0, smooth - threshold) * (1.0 - 1.0 / _RATIO)
    gains = 10.0 ** (-reduction / 20.0)
    middles = np.arange(len(gains)) * _STEP + _STEP / 2
    for start in range(0, len(mix), _CHUNK):
        piece = mix[start : start + _CHUNK]
        piece *= np.interp(np.arange(start, start + len(piece)), middles, gains).astype(np.float32)[:, None]
