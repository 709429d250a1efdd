"""Writes sound to WAV files."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from studio.domain import SAMPLE_RATE
from studio.sound.tone import Sound

_BYTES = 3
BYTES_A_SECOND = SAMPLE_RATE * 2 * _BYTES
"""The size of a second in a file of `write`."""
_CHUNK = 10 * SAMPLE_RATE
_FULL = 2**23 - 1


def write(path: Path, sound: Sound) -> None:
    """Write a sound `(frames, 2) float32` as 24-bit PCM at 48 kHz. Raises `OSError`."""
    with path.open("wb") as plain, wave.open(plain, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(_BYTES)
        file.setframerate(SAMPLE_RATE)
        for start in range(0, len(sound), _CHUNK):
            values = np.rint(np.clip(sound[start : start + _CHUNK], -1.0, 1.0) * np.float32(_FULL)).astype("<i4")
            file.writeframesraw(values.reshape(-1, 1).view(np.uint8)[:, :3].tobytes())
