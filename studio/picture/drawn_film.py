"""Films with a drawn picture: few frames are painted and encoded, and most packets are repeated."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from queue import Full, Queue

import numpy as np
from numpy.typing import NDArray

from studio.domain import FPS, SAMPLE_RATE, FilmSpec
from studio.picture.canvas import Canvas
from studio.picture.encode import (
    Coded,
    add_picture,
    add_sound,
    encode_pictures,
    encode_sound,
    open_film,
    packets,
    write,
)
from studio.picture.film_plan import BarLook, Stretch, plan
from studio.picture.painter import Painter
from studio.picture.soundtrack import soundtrack

ProgressCallback = Callable[[str, float], None]
_AHEAD = 6
"""The most painted frames that wait for the encoder."""


def make_drawn(film: FilmSpec, out: Path, *, progress: ProgressCallback, cheap: bool) -> None:
    """Write the film; sound and picture are encoded in parallel."""
    painter = Painter(film, cheap=cheap)
    stretches = plan(film)
    sheets = _sheets(stretches)
    with open_film(out, film.tags) as container, ThreadPoolExecutor(2) as pool:
        picture_stream = add_picture(container, painter.width, painter.height, Fraction(FPS), cheap=cheap)
        sound_stream = add_sound(container)
        sound = pool.submit(lambda: list(encode_sound(sound_stream, soundtrack(film))))
        total = sum(frames for frames, _ in sheets)
        coded: list[Coded] = []
        for packet in encode_pictures(picture_stream, _ahead(pool, _paint(painter, sheets))):
            coded.append(packet)
            progress("picture", 0.9 * len(coded) / total)
        heard = sound.result()
        progress("write", 0.92)
        pictures = packets(picture_stream, _assembled(stretches, sheets, coded), Fraction(1, FPS))
        write(container, pictures, packets(sound_stream, heard, Fraction(1, SAMPLE_RATE)))
    progress("write", 1.0)


Sheet = tuple[int, Stretch]
"""A number of frames, and a stretch that shows them."""


def _sheets(stretches: list[Stretch]) -> list[Sheet]:
    """Return what must be painted: one sheet per look of a bar and one per unique stretch."""
    longest: dict[BarLook, Sheet] = {}
    unique: list[Sheet] = []
    for stretch in stretches:
        if stretch.key is None:
            unique.append((stretch.frames, stretch))
        elif stretch.key not in longest or longest[stretch.key][0] < stretch.frames:
            longest[stretch.key] = (stretch.frames, stretch)
    return [*longest.values(), *unique]


def _paint(painter: Painter, sheets: list[Sheet]) -> Iterator[tuple[NDArray[np.uint8], bool]]:
    # One canvas for each frame that waits, one that the encoder copies and one that is painted.
    canvases = cycle([Canvas(painter.width, painter.height) for _ in range(_AHEAD + 2)])
    for frames, stretch in sheets:
        for index in range(frames):
            canvas = next(canvases)
            if stretch.key is None:
                painter.paint(canvas, stretch.start + index)
            else:
                painter.paint_bar(canvas, stretch.key, index)
            yield canvas.data, index == 0


def _assembled(stretches: list[Stretch], sheets: list[Sheet], coded: list[Coded]) -> Iterator[Coded]:
    """Yield the packets of the whole film."""
    shared: dict[BarLook, int] = {}
    unique: dict[int, int] = {}
    at = 0
    for frames, stretch in sheets:
        if stretch.key is None:
            unique[stretch.start] = at
        else:
            shared[stretch.key] = at
        at += frames
    for stretch in stretches:
        first = unique[stretch.start] if stretch.key is None else shared[stretch.key]
        for index in range(stretch.frames):
            yield replace(coded[first + index], pts=stretch.start + index, duration=1)


PaintedFrame = tuple[NDArray[np.uint8], bool]


def _ahead(pool: ThreadPoolExecutor, pictures: Iterator[PaintedFrame]) -> Iterator[PaintedFrame]:
    """Paint in another thread, a few frames ahead of the encoder."""
    queue: Queue[PaintedFrame | None] = Queue(_AHEAD)
    left = threading.Event()

    def put(item: PaintedFrame | None) -> None:
        while not left.is_set():
            with suppress(Full):
                queue.put(item, timeout=0.1)
                return

    def run() -> None:
        try:
            for picture in pictures:
                put(picture)
                if left.is_set():
                    return
        finally:
            put(None)

    painting = pool.submit(run)
    try:
        while (item := queue.get()) is not None:
            yield item
    finally:
        left.set()
    painting.result()
