"""Writes sound to disk."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from studio.model import SAMPLE_RATE
from studio.sound.tone import Sound

_BYTES = 3
BYTES_A_SECOND = SAMPLE_RATE * 2 * _BYTES
"""Of a file that `write` makes."""

_CHUNK = 10 * SAMPLE_RATE
_FULL = 2**23 - 1


def write(path: Path, sound: Sound) -> None:
    """Write `(frames, 2)` as PCM of 24 bits at 48 kHz. Raise `OSError` where that is not possible."""
    with path.open("wb") as plain, wave.open(plain, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(_BYTES)
        file.setframerate(SAMPLE_RATE)
        for start in range(0, len(sound), _CHUNK):
            values = np.rint(np.clip(sound[start : start + _CHUNK], -1.0, 1.0) * np.float32(_FULL)).astype("<i4")
            file.writeframesraw(values.reshape(-1, 1).view(np.uint8)[:, :3].tobytes())
