"""Films with a person's own video: its packets are copied where possible, else it is encoded again."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media import Fault, NotMedia
from media.demuxing import open_media, origin_of
from studio.domain import FPS, SAMPLE_RATE, FilmSpec
from studio.picture.canvas import Bytes, Canvas
from studio.picture.drawn_film import ProgressCallback
from studio.picture.encode import Packet, add_sound, encode_sound, open_film, packets, tag_colours, write
from studio.picture.film_plan import title_opacity
from studio.picture.soundtrack import soundtrack
from studio.picture.titles import set_title
from studio.picture.tone_mapping import HLG, PQ, table

_PROFILES = ("Baseline", "Constrained Baseline", "Main", "High")
_LONG, _SHORT = 1920, 1080
_CHEAP_LONG, _CHEAP_SHORT = 320, 180
_BY_MATRIX: dict[tuple[int, ...], tuple[str, ...]] = {
    (-1, 0, 0, 1): ("hflip",),
    (1, 0, 0, -1): ("vflip",),
    (-1, 0, 0, -1): ("hflip", "vflip"),
    (0, 1, -1, 0): ("transpose dir=clock",),
    (0, -1, 1, 0): ("transpose dir=cclock",),
    (0, 1, 1, 0): ("transpose dir=cclock_flip",),
    (0, -1, -1, 0): ("transpose dir=clock_flip",),
}
"""Filters by the signs of a display matrix."""
_ROUNDED = 2
"""Pixels by which the size of a picture may differ for being even."""


@dataclass(frozen=True, slots=True)
class _Shot:
    """The properties of a video: how it is turned, size as shown (even, within 1080p), frame rate, length."""

    upright: tuple[str, ...]
    """Filters that turn and mirror a decoded picture as players show it."""
    swapped: bool
    """Whether that swaps its sides."""
    width: int
    height: int
    rate: Fraction
    seconds: float
    copyable: bool
    sample: Fraction
    """The width of a pixel by its height."""


def make_footage(film: FilmSpec, video: Path, out: Path, *, progress: ProgressCallback, cheap: bool) -> None:
    """Write the film. Raises `media.NotMedia` if the video can't be decoded."""
    shot = _look_at(video, cheap=cheap)
    copied = shot.copyable and not film.titles and abs(shot.seconds - film.seconds) <= 1 / shot.rate
    with open_media(video) as source, open_film(out, film.tags) as container, ThreadPoolExecutor(1) as pool:
        taken = _picture(source)
        if copied:
            pictures = _copies(taken, container)
        else:
            stream = _add_picture(container, shot, cheap=cheap)
            pictures = _encoded(stream, _fitted(taken, film, shot))
        sound_stream = add_sound(container)
        # All encoders must be open before the first packet is written.
        heard = pool.submit(lambda: list(encode_sound(sound_stream, soundtrack(film)))).result()
        progress("sound", 0.2)
        write(container, _told(pictures, film, progress), packets(sound_stream, heard, Fraction(1, SAMPLE_RATE)))
    progress("write", 1.0)


def first_picture(film: FilmSpec, video: Path) -> Canvas:
    """Return the film's first frame."""
    shot = _look_at(video, cheap=False)
    with open_media(video) as source:
        return next(_fitted(_picture(source), film, shot))


def _told(pictures: Iterator[Packet], film: FilmSpec, progress: ProgressCallback) -> Iterator[Packet]:
    for packet in pictures:
        progress("picture", 0.2 + 0.75 * min(1.0, float((packet.pts or 0) * packet.time_base) / film.seconds))
        yield packet


def _picture(source: InputContainer) -> VideoStream:
    """Return the video stream of a file, not the cover art of a song."""
    for stream in source.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            stream.thread_type = "AUTO"
            return stream
    raise NotMedia(Fault.EMPTY, "no picture")


def _look_at(path: Path, *, cheap: bool) -> _Shot:
    with open_media(path) as source:
        stream = _picture(source)
        first = next(_decoded(stream), None)
        if first is None:
            raise NotMedia(Fault.BROKEN, "no picture can be decoded")
        context = stream.codec_context
        sample = stream.sample_aspect_ratio or Fraction(1)
        wide, tall = first.width * sample, Fraction(first.height)
        upright = _upright(first)
        swapped = any(step.startswith("transpose") for step in upright)
        if swapped:
            wide, tall = tall, wide
        scale = min(
            Fraction(1),
            Fraction(_CHEAP_LONG if cheap else _LONG) / max(wide, tall),
            Fraction(_CHEAP_SHORT if cheap else _SHORT) / min(wide, tall),
        )
        exact = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        return _Shot(
            upright,
            swapped,
            max(int(wide * scale) // 2 * 2, 2),
            max(int(tall * scale) // 2 * 2, 2),
            _rate(stream),
            exact,
            source.format.name in ("mp4", "mov")
            and context.codec.canonical_name == "h264"
            and context.pix_fmt == "yuv420p"
            and (stream.profile or "") in _PROFILES
            and not stream.start_time,
            sample,
        )


def _upright(frame: VideoFrame) -> tuple[str, ...]:
    """Return the filters for a frame's display matrix (ISO/IEC 14496-12, 8.2.2): quarter turns and mirrors."""
    told = frame.side_data.get("DISPLAYMATRIX")
    if told is None:
        return ()
    a, b, _, c, d, *_ = struct.unpack("<9i", bytes(cast("bytes", told)))
    return _BY_MATRIX.get(tuple((value > 0) - (value < 0) for value in (a, b, c, d)), ())


def _rate(stream: VideoStream) -> Fraction:
    """Return a constant frame rate for a video whose own may vary: its mean, within common bounds."""
    rate = stream.average_rate or stream.guessed_rate or Fraction(FPS)
    if not 5 <= rate <= 61:
        return Fraction(FPS)
    near = min((Fraction(known) for known in (24, 25, 30, 50, 60)), key=lambda known: abs(known - rate))
    return near if abs(near - rate) < Fraction(1, 100) else Fraction(rate).limit_denominator(1001)


def _copies(taken: VideoStream, container: OutputContainer) -> Iterator[Packet]:
    stream = container.add_stream_from_template(taken)

    def run() -> Iterator[Packet]:
        for packet in cast("InputContainer", taken.container).demux(taken):
            if packet.dts is not None and packet.size:
                packet.stream = stream
                yield cast("Packet", packet)

    return run()


def _decoded(stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield the frames that can be decoded; a damaged packet loses only its own frame."""
    for packet in cast("InputContainer", stream.container).demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _fitted(taken: VideoStream, film: FilmSpec, shot: _Shot) -> Iterator[Canvas]:
    """Yield the film's frames at a constant rate, each one until the next is due.

    Where the picture begins after the sound its first frame stands until then; after its end the last one stays.
    """
    total = round(film.seconds * shot.rate)
    titles = [(card, set_title(card.text, shot.width, shot.height, at=0.84)) for card in film.titles]
    convert = _Converter(shot)
    shown: Bytes | None = None
    written = 0
    origin = origin_of(cast("InputContainer", taken.container))

    def finished(picture: Bytes) -> Canvas:
        canvas = Canvas(shot.width, shot.height, picture.copy())
        for card, title in titles:
            if title is not None:
                title.draw(canvas, title_opacity(card, round(written / shot.rate * FPS)))
        return canvas

    for frame in _decoded(taken):
        if shown is None:
            shown = convert(frame)
            continue
        time = frame.time - origin if frame.time is not None else written / float(shot.rate)
        until = min(round(time * shot.rate), total)
        while written < until:
            yield finished(shown)
            written += 1
        if written >= total:
            return
        shown = convert(frame)
    while shown is not None and written < total:
        yield finished(shown)
        written += 1


class _Converter:
    """Rotates and scales decoded frames and converts them to 4:2:0, BT.709, limited range."""

    def __init__(self, shot: _Shot) -> None:
        self._shot = shot
        self._graph: Graph | None = None
        self._like: tuple[int, int, str] | None = None

    def __call__(self, frame: VideoFrame) -> Bytes:
        like = frame.width, frame.height, frame.format.name
        if self._graph is None or like != self._like:
            self._graph, self._like = self._built(frame), like
        self._graph.push(frame)
        fitted = cast("VideoFrame", self._graph.pull())
        return np.ascontiguousarray(cast("Bytes", fitted.to_ndarray()))

    def _built(self, frame: VideoFrame) -> Graph:
        with TemporaryDirectory() as folder:
            return self._configured(frame, Path(folder) / "table.cube")

    def _configured(self, frame: VideoFrame, colours: Path) -> Graph:
        graph = Graph()
        steps = [
            graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
        ]
        steps += [graph.add(*step.split(" ")) for step in self._shot.upright]
        shot = self._shot
        wide, tall = frame.width * shot.sample, Fraction(frame.height)
        wide, tall = (tall, wide) if shot.swapped else (wide, tall)
        # A picture whose size changes on the way is fitted into the first one's.
        factor = min(shot.width / wide, shot.height / tall)
        width, height = (max(round(side * factor) // 2 * 2, 2) for side in (wide, tall))
        if abs(width - shot.width) <= _ROUNDED and abs(height - shot.height) <= _ROUNDED:
            width, height = shot.width, shot.height
        size = f"w={width}:h={height}:flags=bicubic"
        if frame.color_trc in (PQ, HLG):
            steps += [graph.add("scale", f"{size}:in_color_matrix=bt2020"), graph.add("format", "gbrp10le")]
            colours.write_text(table(frame.color_trc), "ascii")
            steps.append(graph.add("lut3d", f"file={colours}"))
            size = "flags=bicubic"
        bars = f"w={shot.width}:h={shot.height}:x=-1:y=-1"
        steps.append(graph.add("scale", f"{size}:out_color_matrix=bt709:out_range=tv"))
        steps += [graph.add("format", "yuv420p"), graph.add("pad", bars)]
        steps.append(graph.add("buffersink"))
        for step, following in pairwise(steps):
            step.link_to(following)
        graph.configure()
        return graph


def _add_picture(container: OutputContainer, shot: _Shot, *, cheap: bool) -> VideoStream:
    options = {"preset": "ultrafast" if cheap else "veryfast", "crf": "26" if cheap else "21", "profile": "high"}
    stream = container.add_stream("libx264", rate=shot.rate, options=options)
    stream.width, stream.height, stream.pix_fmt = shot.width, shot.height, "yuv420p"
    stream.codec_context.time_base = 1 / shot.rate
    stream.codec_context.gop_size = round(shot.rate * 2)
    tag_colours(stream.codec_context)
    return stream


def _encoded(stream: VideoStream, pictures: Iterator[Canvas]) -> Iterator[Packet]:
    for index, canvas in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(canvas.data, format="yuv420p")
        frame.pts = index
        tag_colours(frame)
        yield from stream.encode(frame)
    yield from stream.encode(None)
