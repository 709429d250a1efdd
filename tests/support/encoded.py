"""Encodes sound as the finished film carries it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
_AS_IN_FILMS = {"aac_tns": "0", "aac_pns": "0", "aac_is": "0"}


def as_aac(sound: NDArray[np.float32], path: Path) -> Path:
    """Write `(frames, 2)` float32 into an MP4 with AAC at 192 kbit/s."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout="stereo", options=_AS_IN_FILMS)
        stream.bit_rate = 192_000
        for start in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound[start : start + 1024].T), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
