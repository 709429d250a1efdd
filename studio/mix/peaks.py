"""True peaks: the peaks between samples, found by four-fold oversampling (ITU-R BS.1770-4, annex 2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from studio.sound.tone import Sound

_ROW = 64
_REACH = 12
"""Frames on each side of the interpolation kernel."""
_CHUNK = _ROW * 4096


def peak_envelope(sound: Sound) -> NDArray[np.float32]:
    """Return the true peak envelope of a sound.

    Parameters
    ----------
    sound : ndarray, shape (frames, channels), float32
        Sound at any rate.

    Returns
    -------
    ndarray, shape (frames,), float32
        Per frame, the largest amplitude at and right after it, over all channels and four phases.
    """
    result = np.empty(len(sound), np.float32)
    for start, stop, peaks in _chunks(sound):
        result[start:stop] = peaks
    return result


def true_peak(sound: Sound) -> float:
    """Return the true peak of a sound.

    Parameters
    ----------
    sound : ndarray, shape (frames, channels), float32
        Sound at any rate.

    Returns
    -------
    float
        Amplitude; 0.0 for an empty sound.

    Examples
    --------
    >>> quarter = np.sin(np.pi / 2 * np.arange(480) + np.pi / 4).astype(np.float32)[:, None]
    >>> quarter.max() < 0.71 and true_peak(quarter) > 0.99
    True
    """
    return max((float(peaks.max(initial=0.0)) for _, _, peaks in _chunks(sound)), default=0.0)


def _chunks(sound: Sound) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    for start in range(0, len(sound), _CHUNK):
        stop = min(start + _CHUNK, len(sound))
        channels = (_oversampled(sound[:, channel], start, stop) for channel in range(sound.shape[1]))
        yield start, stop, np.maximum.reduce(list(channels))


def _oversampled(channel: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
    """Interpolate by one matrix product: rows of 64 frames with their neighbours, times all phases of all frames."""
    rows = -(-(stop - start) // _ROW)
    padded = np.zeros(rows * _ROW + 2 * _REACH, np.float32)
    first, last = max(0, start - _REACH), min(len(channel), stop + _REACH)
    padded[first - start + _REACH : last - start + _REACH] = channel[first:last]
    windows = np.lib.stride_tricks.sliding_window_view(padded, _ROW + 2 * _REACH)[::_ROW]
    between = np.abs(np.ascontiguousarray(windows) @ _interpolator())
    peaks = between.reshape(rows, 3, _ROW).max(axis=1).reshape(-1)[: stop - start]
    highest: NDArray[np.float32] = np.maximum(peaks, np.abs(channel[start:stop]))
    return highest


@lru_cache(maxsize=1)
def _interpolator() -> NDArray[np.float32]:
    """Return the matrix that maps a row with its neighbours to its values ¼, ½ and ¾ of a frame later."""
    matrix = np.zeros((_ROW + 2 * _REACH, 3, _ROW))
    taps = np.arange(-_REACH + 1, _REACH + 1)
    for phase in (1, 2, 3):
        distance = taps - phase / 4.0
        kernel = np.sinc(distance) * np.cos(0.5 * np.pi * distance / (_REACH + 0.5)) ** 2
        kernel /= kernel.sum()
        for column in range(_ROW):
            matrix[column + _REACH + taps, phase - 1, column] = kernel
    return matrix.reshape(_ROW + 2 * _REACH, -1).astype(np.float32)
