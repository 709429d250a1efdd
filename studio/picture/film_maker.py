"""Makes films and posters."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange
from PIL import Image

from studio.domain import FilmSpec
from studio.picture.canvas import Bytes, Canvas
from studio.picture.drawn_film import ProgressCallback, make_drawn
from studio.picture.footage import first_picture, make_footage
from studio.picture.painter import Painter


def make_film(film: FilmSpec, out: Path, *, progress: ProgressCallback, cheap: bool = False) -> None:
    """Write a film as MP4 (H.264 High, AAC-LC 192 kbit/s, index first), exactly `film.seconds` long.

    `progress` is called with a stage and 0..1 from the calling thread. `cheap` makes a small picture and encodes it
    quickly; the sound is the same. Raises `media.NotMedia` if a file of the film can't be read.
    """
    if film.video is not None:
        make_footage(film, film.video, out, progress=progress, cheap=cheap)
    else:
        make_drawn(film, out, progress=progress, cheap=cheap)


def poster(film: FilmSpec, out: Path) -> None:
    """Write the film's first frame as PNG, for previews. Raises `media.NotMedia`."""
    if film.video is not None:
        canvas = first_picture(film, film.video)
    else:
        painter = Painter(film, cheap=False)
        canvas = Canvas(painter.width, painter.height)
        painter.paint(canvas, 0)
    frame = av.VideoFrame.from_ndarray(canvas.data, format="yuv420p")
    coloured = frame.reformat(format="rgb24", src_colorspace="itu709", src_color_range=ColorRange.MPEG)
    rgb: Bytes = coloured.to_ndarray().astype(np.uint8)
    Image.fromarray(rgb).save(out)
