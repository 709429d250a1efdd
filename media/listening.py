"""Hear a sound's tempo, key and energy. Runs in `media.child`.

Tempo: autocorrelation of the onset strength (the spectral flux), weighted towards tempos that people tap. Key: the
chroma of the spectral peaks against the key profiles of Albrecht and Shanahan (2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from media.errors import Fault, NotMedia
from media.opening import open_media

Values = NDArray[np.float64]

RATE = 22_050
LONGEST = 90.0
"""Seconds that are listened to; the beginning of a piece tells enough."""

_HOP = 256
_PULSE = RATE / _HOP
"""Values of onset strength per second."""

_SLOWEST, _FASTEST, _TAPPED = 55.0, 190.0, 112.0
_STEADY = 0.22
"""Autocorrelation of the beat below which there is none to speak of."""

_STRIKE = 0.02
"""Onset strength below which nothing is struck: a held tone, wind."""

_CLEAR_KEY = 0.6
"""Correlation below which no key is claimed."""

_SILENCE = 1e-4
"""Level (RMS) of a sound that holds nothing."""

_MAJOR = np.array([0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081])
_MINOR = np.array([0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052])


def listen(path: Path) -> Mapping[str, object]:
    """Return the fields of `media.Heard`. Raises `NotMedia` for what can't be decoded and for silence."""
    sound = _decoded(path)
    level = float(np.sqrt(np.mean(sound**2))) if len(sound) else 0.0
    if level < _SILENCE or len(sound) < RATE:
        raise NotMedia(Fault.EMPTY, "silence")
    spectra = _spectra(sound, 1024, _HOP)
    onsets = _onsets(spectra)
    tonic, mode = _key(sound)
    return {"bpm": _tempo(onsets), "tonic": tonic, "mode": mode, "energy": _energy(level, spectra, onsets)}


def _decoded(path: Path) -> Values:
    """Return the sound in one channel."""
    blocks: list[Values] = []
    held = 0
    with open_media(path) as container:
        if not container.streams.audio:
            raise NotMedia(Fault.EMPTY, "no sound")
        resampler = av.AudioResampler("fltp", "mono", RATE)
        try:
            for frame in container.decode(container.streams.audio[0]):
                for part in resampler.resample(frame):
                    blocks.append(cast("NDArray[np.float32]", part.to_ndarray())[0].astype(np.float64))
                    held += len(blocks[-1])
                if held > LONGEST * RATE:
                    break
        except (av.FFmpegError, ValueError) as error:
            raise NotMedia(Fault.BROKEN, str(error)) from error
    return np.nan_to_num(np.concatenate(blocks)) if blocks else np.zeros(0)


def _spectra(sound: Values, size: int, hop: int) -> Values:
    """Return magnitudes, `(frames, size / 2 + 1)`."""
    padded = np.pad(sound, (0, max(0, size - len(sound))))
    windows = sliding_window_view(padded, size)[::hop]
    return cast("Values", np.abs(np.fft.rfft(windows * np.hanning(size), axis=1)))


def _onsets(spectra: Values) -> Values:
    """Return the onset strength: how much grows, less what grows there on average."""
    flux = np.maximum(0.0, np.diff(np.log1p(100.0 * spectra), axis=0)).mean(axis=1)
    return cast("Values", np.maximum(0.0, flux - uniform_filter1d(flux, round(_PULSE), mode="nearest")))


def _tempo(onsets: Values) -> float | None:
    """Return beats per minute, None where no steady beat is heard."""
    count = len(onsets)
    if float(onsets.max()) < _STRIKE:
        return None
    centred = onsets - onsets.mean()
    power = np.abs(np.fft.rfft(centred, 2 * count)) ** 2
    alike = np.fft.irfft(power)[:count]
    alike = alike / alike[0] * count / np.maximum(count - np.arange(count), count / 4)
    lags = np.arange(int(60.0 * _PULSE / _FASTEST), min(int(60.0 * _PULSE / _SLOWEST) + 1, count // 3))
    if not len(lags):
        return None
    # A beat also comes back after two and four of its kind; a half beat does so less strongly.
    strength = np.array([alike[_peak(alike, int(lag))] + 0.5 * alike[_peak(alike, 2 * int(lag))] for lag in lags])
    tapped = np.exp(-0.5 * (np.log2(60.0 * _PULSE / lags / _TAPPED) / 0.8) ** 2)
    best = _peak(alike, int(lags[np.argmax(strength * tapped)]))
    if alike[best] < _STEADY:
        return None
    # The later it comes back, the more exactly its length is known.
    exact = _between(alike, best)
    for times in (2, 4, 8):
        if exact * times < count * 0.6:
            exact = _between(alike, _peak(alike, round(exact * times))) / times
    return round(60.0 * _PULSE / exact, 1)


def _peak(values: Values, about: int) -> int:
    """Return the place of the highest value near `about`."""
    reach = 1 + about // 40
    low = max(1, about - reach)
    window = values[low : about + reach + 1]
    return low + int(np.argmax(window)) if len(window) else len(values) - 1


def _between(values: Values, peak: int) -> float:
    """Return where a parabola through a peak and its neighbours is highest."""
    if not 0 < peak < len(values) - 1:
        return float(peak)
    left, middle, right = values[peak - 1 : peak + 2]
    bend = left - 2.0 * middle + right
    return peak + (float(0.5 * (left - right) / bend) if bend < 0 else 0.0)


def _key(sound: Values) -> tuple[int | None, str | None]:
    """Return the key note 0..11 and "major" or "minor", None where no key stands out."""
    size = 8192
    spectra = _spectra(sound, size, size // 4)
    frequencies = np.fft.rfftfreq(size, 1.0 / RATE)
    peaks = np.zeros_like(spectra)
    inner = spectra[:, 1:-1]
    peaks[:, 1:-1] = np.where((inner > spectra[:, :-2]) & (inner >= spectra[:, 2:]), inner, 0.0)
    heard = (frequencies > 60.0) & (frequencies < 1000.0)
    pitches = 12.0 * np.log2(frequencies[heard] / 440.0) + 69.0
    # Every moment counts the same, and a peak between two keys of a piano for neither.
    moments = np.sqrt(peaks[:, heard])
    moments /= moments.sum(axis=1, keepdims=True) + 1e-9
    weights = moments.sum(axis=0) * (1.0 - 2.0 * np.abs(pitches - np.round(pitches)))
    chroma = np.bincount(np.round(pitches).astype(int) % 12, weights=weights, minlength=12)
    if int((chroma > 0.05 * chroma.sum()).sum()) < 3:
        return None, None
    best = max(
        (float(np.corrcoef(chroma, np.roll(profile, tonic))[0, 1]), tonic, mode)
        for mode, profile in (("major", _MAJOR), ("minor", _MINOR))
        for tonic in range(12)
    )
    return (best[1], best[2]) if best[0] >= _CLEAR_KEY else (None, None)


def _energy(level: float, spectra: Values, onsets: Values) -> float:
    """Return 0 calm .. 1 lively: how loud, how bright and how busy it is."""
    frequencies = np.fft.rfftfreq(1024, 1.0 / RATE)
    total = spectra.sum(axis=0)
    centroid = float((frequencies * total).sum() / total.sum())
    struck, _ = find_peaks(onsets, height=max(_STRIKE, float(onsets.max()) * 0.2), distance=round(_PULSE * 0.08))
    loud = (20.0 * np.log10(level) + 35.0) / 25.0
    bright = np.log2(max(centroid, 1.0) / 800.0) / np.log2(5.0)
    busy = len(struck) / (len(onsets) / _PULSE) / 4.0
    shares = np.clip([loud, bright, busy], 0.0, 1.0)
    return round(float(shares @ np.array([0.2, 0.4, 0.4])), 3)
