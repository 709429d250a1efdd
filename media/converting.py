"""Turn a sound into M4A, for services that don't take its own format. Runs in `media.child`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import av

from media.demuxing import Resampler, open_media, sound_of
from media.errors import Fault, NotMedia

_RATE, _BITS = 48_000, 160_000


def convert(path: Path, to: Path) -> Mapping[str, object]:
    """Write the sound of `path` as AAC to `to`. Raises `NotMedia`."""
    with open_media(path) as source, av.open(str(to), "w", format="ipod") as out:
        stream = sound_of(source)
        if stream is None:
            raise NotMedia(Fault.EMPTY, "no sound")
        aac = out.add_stream("aac", rate=_RATE, layout="stereo", bit_rate=_BITS)
        resampler = Resampler("fltp", "stereo", _RATE)
        position = 0
        try:
            for frame in (*source.decode(stream), None):
                for piece in resampler.resample(frame):
                    piece.pts, position = position, position + piece.samples
                    out.mux(aac.encode(piece))
        except (av.FFmpegError, ValueError) as error:
            raise NotMedia(Fault.BROKEN, str(error)) from error
        if not position:
            raise NotMedia(Fault.BROKEN, "nothing in it can be decoded")
        out.mux(aac.encode(None))
    return {}
