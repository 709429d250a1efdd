"""A person's own video keeps its picture; what is made of it is decoded again and measured."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from media import NotMedia, probe
from studio.domain import AudioLayer, FilmSpec, Look, Shape, TitleCard
from studio.picture import make_film, poster
from studio.picture.cover import load
from tests.support.decode import level, picture_at, watch
from tests.support.files import make_audio, make_video, tone

AAC_FRAME = 1024 / 48_000


def over(video: Path, seconds: float, tmp_path: Path) -> FilmSpec:
    """Return a film of that video with a 200 Hz tone under it."""
    bed = make_audio(tmp_path / "bed.wav", sound=tone(seconds, frequency=200, level=0.2))
    return FilmSpec(
        seconds=seconds,
        shape=Shape.LANDSCAPE,
        look=Look(style="piano", seed=1, bpm=80, beats_per_bar=4, first_beat=0),
        layers=(AudioLayer(path=bed, start=0, seconds=seconds, under=True),),
        video=video,
    )


def make(film: FilmSpec, tmp_path: Path) -> Path:
    out = tmp_path / "film.mp4"
    make_film(film, out, progress=lambda stage, share: None, cheap=True)
    return out


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("rotation", [0, 90, 180])
def test_h264_is_copied_untouched(tmp_path, rotation):
    video = make_video(tmp_path / "own.mp4", seconds=3, rotation=rotation)
    out = make(over(video, 3.0, tmp_path), tmp_path)
    assert packets(out) == packets(video)
    with av.open(str(out)) as container, av.open(str(video)) as own:
        assert next(container.decode(video=0)).rotation == next(own.decode(video=0)).rotation
    seen = watch(out)
    assert seen.times == pytest.approx([index / 30 for index in range(90)], abs=1e-3)
    assert abs(len(seen.sound) / 48_000 - 3.0) <= AAC_FRAME


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("own.webm", {}),
        ("own.avi", {}),
        ("own.mkv", {}),
        ("deep.mp4", {"pix_fmt": "yuv420p10le"}),
        ("chroma.mp4", {"pix_fmt": "yuv444p"}),
        ("odd.mp4", {"width": 321, "height": 241, "pix_fmt": "yuv444p"}),
        ("silent.webm", {"sound": False}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_everything_else_becomes_plain_h264(tmp_path, name, options):
    video = make_video(tmp_path / name, seconds=2, **options)
    out = make(over(video, 2.0, tmp_path), tmp_path)
    with av.open(str(out)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert context.width % 2 == context.height % 2 == 0
        assert max(context.width, context.height) <= 320
    seen = watch(out)
    assert len(seen.times) == 60
    assert abs(len(seen.sound) / 48_000 - 2.0) <= AAC_FRAME
    own, made = picture_at(video, 1.0).astype(float), picture_at(out, 1.0).astype(float)
    rows, columns = min(own.shape[0], made.shape[0]), min(own.shape[1], made.shape[1])
    assert np.median(np.abs(own[:rows, :columns] - made[:rows, :columns])) < 12


def test_small_videos_are_not_blown_up_and_large_ones_fit_1080p(tmp_path):
    small = make_video(tmp_path / "small.webm", seconds=0.4, width=128, height=96)
    large = make_video(tmp_path / "large.mp4", seconds=0.2, width=1200, height=2400, pix_fmt="yuv444p")
    for video, size in ((small, (128, 96)), (large, (960, 1920))):
        out = tmp_path / "film.mp4"
        make_film(over(video, 0.2, tmp_path), out, progress=lambda stage, share: None)
        seen = watch(out)
        assert (seen.width, seen.height) == size


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_video_is_upright_after_encoding(tmp_path, rotation):
    video = make_video(tmp_path / "own.mp4", seconds=1, rotation=rotation)
    film = replace(over(video, 1.0, tmp_path), titles=(TitleCard(text="Hi", start=5, seconds=1),))
    shown = picture_at(make(film, tmp_path), 0.5).astype(int)
    upright = {90: shown[:, :8], 180: shown[-8:], 270: shown[:, -8:]}[rotation]
    # The red half was above: a display matrix turns counter-clockwise (ISO/IEC 14496-12, FFmpeg's sign).
    assert np.median(upright[..., 0]) > 120
    assert np.median(upright[..., 2]) < 40
    assert (shown.shape[0] > shown.shape[1]) == (rotation != 180)


def test_a_variable_rate_keeps_its_times(tmp_path):
    times = [0, 40, 100, 700, 720, 1500, 1960]
    video = make_video(tmp_path / "own.mkv", seconds=2, frame_times=times)
    seen = watch(make(over(video, 2.0, tmp_path), tmp_path))
    with av.open(str(tmp_path / "film.mp4")) as container:
        rate = container.streams.video[0].average_rate
    assert len(seen.times) == round(2.0 * rate)
    for time, index in ((0.5, 2), (1.2, 4), (1.8, 5)):
        bar = np.flatnonzero(picture_at(tmp_path / "film.mp4", time)[90, :, 1] > 150)
        assert abs(int(bar.min()) - index * 4) <= 2


@pytest.mark.parametrize("seconds", [3.5, 1.3])
def test_a_film_holds_its_videos_last_picture_or_ends_before_it(tmp_path, seconds):
    out = make(over(make_video(tmp_path / "own.mp4", seconds=2), seconds, tmp_path), tmp_path)
    seen = watch(out)
    assert len(seen.times) == round(30 * seconds)
    assert abs(len(seen.sound) / 48_000 - seconds) <= AAC_FRAME
    if seconds > 2:
        assert np.abs(picture_at(out, 3.4).astype(int) - picture_at(out, 2.2)).mean() < 2


def test_the_music_is_under_the_videos_own_sound(tmp_path):
    voice = np.concatenate([np.zeros((96_000, 2), np.float32), tone(2, frequency=1000, level=0.1),
                            np.zeros((96_000, 2), np.float32)])  # fmt: skip
    video = make_video(tmp_path / "own.mp4", seconds=6, sound=voice)
    film = over(video, 6.0, tmp_path)
    sound = watch(make(film, tmp_path)).sound
    before, during, after = level(sound, 0.5, 1.5), level(sound, 2.4, 3.6), level(sound, 5.2, 5.9)
    own = 20 * np.log10(0.1 / np.sqrt(2))
    assert during == pytest.approx(own, abs=2.5)
    assert before == pytest.approx(20 * np.log10(0.2 / np.sqrt(2)), abs=0.3)
    assert after == pytest.approx(before, abs=0.3)
    muted = watch(make(replace(film, video_volume=0.0), tmp_path)).sound
    assert level(muted, 2.4, 3.6) == pytest.approx(before, abs=0.3)


def test_a_title_over_a_video(tmp_path):
    video = make_video(tmp_path / "own.mp4", seconds=3)
    film = replace(over(video, 3.0, tmp_path), titles=(TitleCard(text="Holiday", start=1.0, seconds=1.0),))
    out = make(film, tmp_path)
    white = [(picture_at(out, time)[140:170].min(axis=2) > 200).sum() for time in (0.5, 1.5, 2.5)]
    assert white[0] == white[2] == 0
    assert white[1] > 50


def test_a_poster_is_the_first_picture(tmp_path):
    video = make_video(tmp_path / "own.mp4", seconds=1, rotation=90)
    poster(over(video, 1.0, tmp_path), tmp_path / "still.png")
    with av.open(str(tmp_path / "still.png")) as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == (180, 320)


def test_what_is_no_video_is_refused(tmp_path):
    page = tmp_path / "own.mp4"
    page.write_text("<html>404</html>")
    for other in (page, make_audio(tmp_path / "song.m4a")):
        with pytest.raises(NotMedia):
            make(over(other, 2.0, tmp_path), tmp_path)


def encoded(path: Path, *sizes: tuple[int, int], starts: float = 0.0, sound: float = 0.0) -> Path:
    """Write a Matroska file: a second of a white square in each size, from `starts` on, beside so long a tone."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = *sizes[0], "yuv420p"
        tones = out.add_stream("pcm_s16le", rate=48_000) if sound else None
        if tones is not None:
            frame = av.AudioFrame.from_ndarray((tone(sound) * 32767).astype(np.int16).reshape(1, -1), "s16", "stereo")
            frame.sample_rate, frame.pts = 48_000, 0
            for packet in (*tones.encode(frame), *tones.encode(None)):
                out.mux(packet)
        count = 0
        for number, (width, height) in enumerate(sizes):
            encoder = stream.codec_context if number == 0 else av.CodecContext.create("libx264", "w")
            if number:
                encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
                encoder.time_base = Fraction(1, 25)
            packets = []
            for _ in range(25):
                picture = np.zeros((height, width, 3), np.uint8)
                picture[height // 2 - 20 : height // 2 + 20, width // 2 - 20 : width // 2 + 20] = 255
                shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
                shown.pts = count + round(starts * 25)
                packets += encoder.encode(shown)
                count += 1
            for packet in (*packets, *encoder.encode(None)):
                packet.stream = stream
                out.mux(packet)
    return path


def filmed(video: Path, out: Path, seconds: float) -> list[np.ndarray]:
    """Make a film of a video and return its pictures, grey."""
    look = Look(style="ambient", seed=0, bpm=90.0, beats_per_bar=4, first_beat=0.0)
    film = FilmSpec(seconds=seconds, shape=Shape.LANDSCAPE, look=look, layers=(), video=video)
    make_film(film, out, progress=lambda *_: None, cheap=False)
    with av.open(str(out)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


async def test_a_picture_that_begins_after_its_sound_waits_for_its_time(tmp_path: Path) -> None:
    late = encoded(tmp_path / "late.mkv", (320, 180), starts=1.0, sound=2.0)
    assert (await probe(late)).seconds == pytest.approx(2.0, abs=0.06)
    late_at = encoded(tmp_path / "flash.mkv", (320, 180), (180, 320), starts=1.0, sound=3.0)
    pictures = filmed(late_at, tmp_path / "film.mp4", 3.0)
    # The second size, which begins a second after the first, comes 2 s after the beginning of the sound.
    narrow = [index for index, picture in enumerate(pictures) if (picture[90] > 200).sum() < 30]
    assert len(pictures) == 75
    assert narrow[0] / 25 == pytest.approx(2.0, abs=0.04)


async def test_where_the_sound_goes_on_the_last_picture_stays(tmp_path: Path) -> None:
    longer = encoded(tmp_path / "long.mkv", (320, 180), sound=3.0)
    assert (await probe(longer)).seconds == pytest.approx(3.0, abs=0.06)
    assert len(filmed(longer, tmp_path / "film.mp4", 3.0)) == 75


def test_a_picture_whose_size_changes_on_the_way_is_never_stretched(tmp_path: Path) -> None:
    *_, last = filmed(encoded(tmp_path / "turned.mkv", (320, 180), (180, 320)), tmp_path / "film.mp4", 2.0)
    wide, tall = (last[90] > 200).sum(), (last[:, 160] > 200).sum()
    assert abs(int(wide) - int(tall)) <= 2
    assert last[:, :80].max() < 5


@pytest.mark.parametrize(
    ("matrix", "corner"),
    [
        ((1, 0, 0, -1), "bottom left"),
        ((-1, 0, 0, 1), "top right"),
        ((0, 1, 1, 0), "top left"),
        ((0, -1, -1, 0), "bottom right"),
    ],
)
def test_a_mirrored_video_is_mirrored_in_the_film(tmp_path: Path, matrix: tuple[int, ...], corner: str) -> None:
    path = tmp_path / "mirrored.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        picture = np.zeros((96, 160, 3), np.uint8)
        picture[:16, :16] = 255
        for _ in range(25):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    a, b, c, d = (value << 16 for value in matrix)
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    turned = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    head, track, rest = path.read_bytes().partition(b"tkhd")
    path.write_bytes(head + track + rest.replace(upright, turned, 1))
    card = TitleCard(text="x", start=0.5, seconds=0.4)
    film = replace(over(path, 1.0, tmp_path), titles=(card,), layers=())
    make_film(film, tmp_path / "film.mp4", progress=lambda *_: None, cheap=False)
    with av.open(str(tmp_path / "film.mp4")) as container:
        grey = next(container.decode(video=0)).to_ndarray(format="gray")
    down, right = grey.shape[0] - 8, grey.shape[1] - 8
    corners = {"top left": (8, 8), "top right": (8, right), "bottom left": (down, 8), "bottom right": (down, right)}
    assert [name for name, place in corners.items() if grey[place] > 200] == [corner]


def test_the_first_picture_of_an_animation_that_shows_anything_is_the_cover(tmp_path: Path) -> None:
    path = tmp_path / "blank.gif"
    blank = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    blank.save(path, save_all=True, append_images=[Image.new("RGBA", (64, 64), (255, 0, 0, 255))], disposal=2)
    assert load(path).getpixel((32, 32)) == (255, 0, 0)


@pytest.mark.parametrize(("transfer", "white"), [(18, 0.75), (16, 0.58)], ids=["HLG", "PQ"])
def test_diffuse_white_of_a_phones_film_stays_white(tmp_path: Path, transfer: int, white: float) -> None:
    path = tmp_path / "hdr.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx265", rate=25, options={"x265-params": "log-level=error"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p10le"
        stream.codec_context.color_trc, stream.codec_context.colorspace = transfer, 9
        stream.codec_context.color_primaries = 9
        picture = np.full((144, 160), 512, np.uint16)
        picture[:96] = round(64 + 876 * white)
        for index in range(25):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p10le")
            frame.pts = index
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    *_, last = filmed(path, tmp_path / "film.mp4", 1.0)
    assert last.mean() >= 230
