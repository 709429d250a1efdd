"""What the film's AAC makes of the peaks: an encoder drops what is not heard, and the rest may reach higher."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from studio.mix.peaks import true_peak
from studio.model import SAMPLE_RATE
from studio.sound.tone import Sound

_BITRATE = 192_000
"""As the films have it."""
_FRAME = 1024
_DELAY = 1024
"""Frames by which the encoder starts early."""
_MOST = 6
"""Seconds that are tried: those with the highest peaks. In louder music all seconds are alike."""
_LEAD = SAMPLE_RATE // 8
"""Frames of run-up that belong to the encoder's start, not to the music."""


def coded_peak(sound: Sound) -> float:
    """Return the true peak, as an amplitude, of the highest seconds of a sound `(frames, 2)` after AAC and back."""
    seconds = -(-len(sound) // SAMPLE_RATE)
    heights = [np.abs(sound[n * SAMPLE_RATE : (n + 1) * SAMPLE_RATE]).max(initial=0.0) for n in range(seconds)]
    highest = sorted(range(seconds), key=lambda n: -heights[n])[:_MOST]
    return max((_one(sound, n * SAMPLE_RATE) for n in highest), default=0.0)


def _one(sound: Sound, start: int) -> float:
    first = max(0, start - _LEAD)
    decoded = _through_aac(sound[first : start + SAMPLE_RATE + _LEAD])[_DELAY:]
    return true_peak(decoded[start - first : start - first + SAMPLE_RATE])


def _through_aac(sound: Sound) -> NDArray[np.float32]:
    encoder = av.AudioCodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE, "stereo", "fltp"
    encoder.bit_rate, encoder.time_base = _BITRATE, Fraction(1, SAMPLE_RATE)
    encoder.open()
    decoder = av.AudioCodecContext.create("aac", "r")
    decoder.extradata = encoder.extradata
    pieces = []
    for start in [*range(0, len(sound), _FRAME), None]:
        frame = None
        if start is not None:
            planes = np.ascontiguousarray(sound[start : start + _FRAME].T)
            frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        for packet in encoder.encode(frame):
            pieces += [decoded.to_ndarray() for decoded in decoder.decode(packet)]
    pieces += [decoded.to_ndarray() for decoded in decoder.decode(None)]
    return np.ascontiguousarray(np.concatenate(pieces, axis=1).T)
