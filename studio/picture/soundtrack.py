"""The sound of a film: layers are placed, ducked beneath one another and limited, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

from studio.domain import SAMPLE_RATE, AudioLayer, FilmSpec
from studio.mix.loudness import integrated_of
from studio.picture.layers import BLOCK, LayerReader, length

Blocks = Iterator[NDArray[np.float32]]

_STEP = SAMPLE_RATE // 100
"""Frames per value of a ducking curve: 10 ms."""

_DUCK_DB = -12.0
"""Gain of music beneath a voice; editors offer -4 to -14 dB."""

_SPEECH = 10 ** (-42 / 20)
"""Level (RMS) above which the upper layers count as sounding."""

_AHEAD, _HOLD = 0.15, 0.7
"""Seconds for which music is lowered before a voice and after it, which bridges pauses for breath."""

_RAMP = 0.25
"""Seconds of the ramps down and up."""

_CEILING = 10 ** (-2.5 / 20)
"""Largest true peak (ITU-R BS.1770-4, 4x oversampled) of a mix: -2.5 dBTP leaves room for AAC."""

_GUARD = 0.5
"""Blocks whose samples stay below this are not oversampled: their true peak can't reach the ceiling in practice."""

_GAIN_STEP = 48
"""Frames per value of the limiter's curve: 1 ms."""

_ROUNDS, _CLOSE, _MOST_GAIN = 3, 0.3, 10 ** (24 / 20)
"""Rounds to reach a level, LU that are near enough, and the most that a recording is raised."""


def soundtrack(film: FilmSpec) -> Blocks:
    """Yield the film's sound in blocks `(n, 2) float32` of up to a second, exactly `film.seconds` in all.

    A single layer at full volume or below passes unchanged, since it was mastered. Several layers are read twice, first
    to find where to duck and limit; a level that was asked for takes some rounds more.
    """
    layers = _layers(film)
    frames = round(film.seconds * SAMPLE_RATE)
    lone = len(layers) <= 1 and all(layer.volume <= 1 for layer in layers)
    ducking = any(layer.under for layer in layers) and not all(layer.under for layer in layers)
    duck = _duck_curve([layer for layer in layers if not layer.under], frames) if ducking else None
    mixed = partial(_mix, layers, frames, duck)
    if film.level is not None:
        yield from _levelled(film.level, mixed, frames)
    elif lone:
        yield from mixed()
    else:
        yield from _limited(mixed(), _limit_curve(mixed(), frames))


def _levelled(level: float, mixed: Callable[[], Blocks], frames: int) -> Blocks:
    """Yield a mix at a loudness in LUFS; what would go over the ceiling is limited, so that it may stay below."""
    loudness = integrated_of(mixed())
    gain, curve = 1.0, None
    for _ in range(_ROUNDS if isfinite(loudness) else 0):
        gain = min(gain * 10 ** ((level - loudness) / 20), _MOST_GAIN)
        curve = _limit_curve((block * gain for block in mixed()), frames)
        if curve is None:
            break
        loudness = integrated_of(_limited((block * gain for block in mixed()), curve))
        if abs(level - loudness) <= _CLOSE:
            break
    yield from _limited((block * gain for block in mixed()), curve)


def _limited(blocks: Blocks, curve: NDArray[np.float32] | None) -> Blocks:
    at = 0
    for block in blocks:
        yield block if curve is None else block * _stretch(curve, _GAIN_STEP, at, len(block))
        at += len(block)


def _layers(film: FilmSpec) -> list[AudioLayer]:
    """Return all sounding layers, including the sound of the person's video."""
    layers = [layer for layer in film.layers if layer.volume > 0 and layer.seconds > 0]
    if film.video is not None and film.video_volume > 0 and (own := length(film.video)) is not None:
        # Slightly longer than stated: the last packet may extend beyond the end of the picture.
        voice = AudioLayer(path=film.video, start=0.0, seconds=min(own + 1.0, film.seconds), volume=film.video_volume)
        layers.append(voice)
    return [replace(layer, seconds=min(layer.seconds, film.seconds - layer.start)) for layer in layers]


def _mix(layers: list[AudioLayer], frames: int, duck: NDArray[np.float32] | None) -> Blocks:
    placed = [(layer.under, LayerReader(layer, frames)) for layer in layers]
    for at in range(0, frames, BLOCK):
        count = min(BLOCK, frames - at)
        mixed = np.zeros((count, 2), dtype=np.float32)
        for under, layer in placed:
            sound = layer.next(count)
            mixed += sound * _stretch(duck, _STEP, at, count) if under and duck is not None else sound
        yield mixed


def _duck_curve(above: list[AudioLayer], frames: int) -> NDArray[np.float32]:
    """Return the gain of the layers beneath, one value per 10 ms; it falls shortly before the upper ones sound."""
    levels = []
    for block in _mix(above, frames, None):
        padded = np.pad(block, ((0, -len(block) % _STEP), (0, 0)))
        levels.append(np.sqrt(np.mean(padded.reshape(-1, _STEP * 2) ** 2, axis=1)))
    level = np.concatenate(levels)
    sounding = level > _SPEECH
    ahead, hold = round(_AHEAD * 100), round(_HOLD * 100)
    held = np.zeros_like(sounding)
    for index in np.flatnonzero(sounding):
        held[max(index - ahead, 0) : index + hold] = True
    decibels = uniform_filter1d(np.where(held, _DUCK_DB, 0.0), max(round(_RAMP * 100), 1), mode="nearest")
    return (10 ** (decibels / 20)).astype(np.float32)


def _limit_curve(blocks: Blocks, frames: int) -> NDArray[np.float32] | None:
    """Return a gain per millisecond that keeps the true peak below the ceiling; None if nothing is too loud.

    Each block is oversampled together with the end of the one before, so that no peak at the seam is missed.
    """
    peaks = np.zeros(frames // _GAIN_STEP + 2, dtype=np.float32)
    overlap = 4 * _GAIN_STEP
    last = np.zeros((overlap, 2), dtype=np.float32)
    at = 0
    for block in blocks:
        joined = np.concatenate([last, block])
        if float(np.abs(joined).max()) > _GUARD:
            fine = np.abs(resample_poly(joined, 4, 1, axis=0)).max(axis=1)
            fine = np.pad(fine, (0, -len(fine) % (_GAIN_STEP * 4)))
            peak = fine.reshape(-1, _GAIN_STEP * 4).max(axis=1)
            begin = at // _GAIN_STEP - overlap // _GAIN_STEP
            skip = max(-begin, 0)
            window = peaks[begin + skip : begin + len(peak)]
            np.maximum(window, peak[skip : skip + len(window)], out=window)
        last = joined[-overlap:]
        at += len(block)
    if float(peaks.max()) <= _CEILING:
        return None
    needed = np.minimum(1.0, _CEILING / np.maximum(peaks, 1e-9))
    # Attack within 5 ms before a peak, release over 80 ms; each minimum is as wide as the average that smooths it.
    span = 11
    fast = uniform_filter1d(minimum_filter1d(needed, span + 2), span)
    slow = uniform_filter1d(minimum_filter1d(needed, 163), 161)
    return np.minimum(fast, slow).astype(np.float32)


def _stretch(curve: NDArray[np.float32], step: int, at: int, count: int) -> NDArray[np.float32]:
    """Return `count` values of a curve from frame `at` on, interpolated linearly, `(count, 1) float32`."""
    positions = np.arange(at, at + count, dtype=np.float64) / step - 0.5
    return np.interp(positions, np.arange(len(curve)), curve).astype(np.float32)[:, None]
