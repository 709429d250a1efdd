"""Encodes sound as the finished film carries it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.files import make_audio

_AS_IN_FILMS = {"aac_tns": "0", "aac_pns": "0", "aac_is": "0"}


def as_aac(sound: NDArray[np.float32], path: Path) -> Path:
    """Write `(frames, 2)` float32 into an MP4 with AAC at 192 kbit/s."""
    return make_audio(path, sound=sound, codec="aac", bit_rate=192_000, options=_AS_IN_FILMS)
