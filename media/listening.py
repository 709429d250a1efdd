"""Estimate the tempo, key and energy of a sound. Runs in `media.child`.

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

from media.demuxing import Resampler, open_media, sound_of
from media.errors import Fault, NotMedia

Values = NDArray[np.float64]

RATE = 22_050
LONGEST = 90.0
"""Seconds that are listened to; the beginning of a piece tells enough."""

_HOP = 256
_FRAME_RATE = RATE / _HOP
"""Values of onset strength per second (Hz)."""

_SLOWEST, _FASTEST, _PREFERRED = 55.0, 190.0, 112.0
"""Beats per minute; `_PREFERRED` is what people tap to most readily, the centre of the weighting."""

_STEADY = 0.22
"""Autocorrelation (1 at lag 0) below which no beat is claimed."""

_LEAST_ONSET = 0.02
"""Onset strength below which nothing begins: a held tone, wind."""

_CLEAR_KEY = 0.6
"""Correlation below which no key is claimed."""

_SILENCE = 1e-4
"""Level (RMS, full scale = 1) below which a sound counts as silence."""

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
    """Return at most `LONGEST` seconds in one channel, `(samples,) float64` at `RATE`."""
    blocks: list[Values] = []
    samples = 0
    with open_media(path) as container:
        stream = sound_of(container)
        if stream is None:
            raise NotMedia(Fault.EMPTY, "no sound")
        resampler = Resampler("fltp", "mono", RATE)
        try:
            for frame in container.decode(stream):
                for part in resampler.resample(frame):
                    blocks.append(cast("NDArray[np.float32]", part.to_ndarray())[0].astype(np.float64))
                    samples += len(blocks[-1])
                if samples > LONGEST * RATE:
                    break
        except (av.FFmpegError, ValueError) as error:
            raise NotMedia(Fault.BROKEN, str(error)) from error
    return np.nan_to_num(np.concatenate(blocks)) if blocks else np.zeros(0)


def _spectra(sound: Values, size: int, hop: int) -> Values:
    """Return the magnitude spectra of windows every `hop` samples, `(frames, size / 2 + 1) float64`."""
    padded = np.pad(sound, (0, max(0, size - len(sound))))
    windows = sliding_window_view(padded, size)[::hop]
    return cast("Values", np.abs(np.fft.rfft(windows * np.hanning(size), axis=1)))


def _onsets(spectra: Values) -> Values:
    """Return the onset strength, `(frames - 1,)`: the spectral flux above its mean over a second."""
    flux = np.maximum(0.0, np.diff(np.log1p(100.0 * spectra), axis=0)).mean(axis=1)
    return cast("Values", np.maximum(0.0, flux - uniform_filter1d(flux, round(_FRAME_RATE), mode="nearest")))


def _tempo(onsets: Values) -> float | None:
    """Return beats per minute, None where there is no steady beat."""
    count = len(onsets)
    if float(onsets.max()) < _LEAST_ONSET:
        return None
    centred = onsets - onsets.mean()
    power = np.abs(np.fft.rfft(centred, 2 * count)) ** 2
    correlation = np.fft.irfft(power)[:count]
    correlation = correlation / correlation[0] * count / np.maximum(count - np.arange(count), count / 4)
    lags = np.arange(int(60.0 * _FRAME_RATE / _FASTEST), min(int(60.0 * _FRAME_RATE / _SLOWEST) + 1, count // 3))
    if not len(lags):
        return None
    # What repeats after one beat also repeats after two; what repeats after half a beat does so less strongly.
    peaks = [(_peak(correlation, int(lag)), _peak(correlation, 2 * int(lag))) for lag in lags]
    strength = np.array([correlation[one] + 0.5 * correlation[two] for one, two in peaks])
    weights = np.exp(-0.5 * (np.log2(60.0 * _FRAME_RATE / lags / _PREFERRED) / 0.8) ** 2)
    best = _peak(correlation, int(lags[np.argmax(strength * weights)]))
    if correlation[best] < _STEADY:
        return None
    # The more beats a lag spans, the more exactly it gives the length of one.
    exact = _between(correlation, best)
    for times in (2, 4, 8):
        if exact * times < count * 0.6:
            exact = _between(correlation, _peak(correlation, round(exact * times))) / times
    return round(60.0 * _FRAME_RATE / exact, 1)


def _peak(values: Values, about: int) -> int:
    """Return the index of the highest value near `about`."""
    reach = 1 + about // 40
    low = max(1, about - reach)
    window = values[low : about + reach + 1]
    return low + int(np.argmax(window)) if len(window) else len(values) - 1


def _between(values: Values, peak: int) -> float:
    """Return the vertex of the parabola through a peak and its neighbours, in indices."""
    if not 0 < peak < len(values) - 1:
        return float(peak)
    left, middle, right = values[peak - 1 : peak + 2]
    curvature = left - 2.0 * middle + right
    return peak + (float(0.5 * (left - right) / curvature) if curvature < 0 else 0.0)


def _key(sound: Values) -> tuple[int | None, str | None]:
    """Return the tonic 0..11 (C = 0) and "major" or "minor", None where no key stands out."""
    size = 8192
    spectra = _spectra(sound, size, size // 4)
    frequencies = np.fft.rfftfreq(size, 1.0 / RATE)
    peaks = np.zeros_like(spectra)
    inner = spectra[:, 1:-1]
    peaks[:, 1:-1] = np.where((inner > spectra[:, :-2]) & (inner >= spectra[:, 2:]), inner, 0.0)
    in_range = (frequencies > 60.0) & (frequencies < 1000.0)
    pitches = 12.0 * np.log2(frequencies[in_range] / 440.0) + 69.0
    # Every window counts the same, and a peak half-way between two semitones for neither.
    windows = np.sqrt(peaks[:, in_range])
    windows /= windows.sum(axis=1, keepdims=True) + 1e-9
    weights = windows.sum(axis=0) * (1.0 - 2.0 * np.abs(pitches - np.round(pitches)))
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
    found, _ = find_peaks(
        onsets, height=max(_LEAST_ONSET, float(onsets.max()) * 0.2), distance=round(_FRAME_RATE * 0.08)
    )
    loud = (20.0 * np.log10(level) + 35.0) / 25.0
    bright = np.log2(max(centroid, 1.0) / 800.0) / np.log2(5.0)
    busy = len(found) / (len(onsets) / _FRAME_RATE) / 4.0
    shares = np.clip([loud, bright, busy], 0.0, 1.0)
    return round(float(shares @ np.array([0.2, 0.4, 0.4])), 3)
