"""Stills, moving pictures, the waveform and the sound of a film."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw

SIZE = (960, 540)
SMALL = (480, 270)
RATE = 10
WAVE = (960, 150)
PAPER, INK = (24, 24, 27), (122, 201, 214)


def still(path: Path, to: Path, *, at: float) -> None:
    """Save the frame shown at `at` seconds as a JPEG."""
    with av.open(path) as container:
        frame = next(frame for frame in container.decode(video=0) if frame.time >= at)
        frame.to_image().resize(SIZE).save(to, quality=78, optimize=True, progressive=True)


def moving(path: Path, to: Path, *, start: float, seconds: float) -> None:
    """Save some seconds as a small animated WebP that repeats."""
    wanted = iter(np.arange(start, start + seconds, 1 / RATE))
    at, images = next(wanted), []
    with av.open(path) as container:
        for frame in container.decode(video=0):
            if frame.time >= at:
                images.append(frame.to_image().resize(SMALL))
                at = next(wanted, np.inf)
    first, *others = images
    first.save(to, save_all=True, append_images=others, duration=1000 // RATE, loop=0, quality=40, method=6)


def waveform(path: Path, to: Path) -> None:
    """Draw the loudest and softest sample of each column of pixels."""
    with av.open(path) as container:
        blocks = [frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)]
    mono = np.concatenate(blocks)
    width, height = WAVE
    image = Image.new("RGB", WAVE, PAPER)
    pen = ImageDraw.Draw(image)
    for x, column in enumerate(np.array_split(mono, width)):
        top, bottom = (height / 2 * (1 - 0.95 * value) for value in (column.max(), column.min()))
        pen.line([(x, top), (x, bottom)], fill=INK)
    image.quantize(16).save(to, optimize=True)


def sound(path: Path, to: Path, *, seconds: float) -> None:
    """Save the first seconds of the sound as they are, not encoded again."""
    with av.open(path) as source, av.open(to, "w", format="ipod") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is None or packet.dts * packet.time_base > seconds:
                break
            packet.stream = stream
            target.mux(packet)
