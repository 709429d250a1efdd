"""Files are opened in a process of their own: what they hold is told, and what is wrong with them."""

from __future__ import annotations

import math
import os
import zlib

import av
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from media import Family, Fault, NotMedia, probe, shrink
from studio.picture.cover import load
from studio.picture.layers import length, read
from tests.support.decode import boxes, picture_at, watch
from tests.support.files import SUFFIXES, make, make_audio, make_image, make_video, tone

_CODECS = {
    "mp4": ("h264", "aac"),
    "mov": ("h264", "aac"),
    "avi": ("mpeg4", "mp3"),
    "webm": ("vp8", "opus"),
    "mkv": ("h264", "aac"),
    "mp3": (None, "mp3"),
    "wav": (None, "pcm_s16le"),
    "m4a": (None, "aac"),
    "aac": (None, "aac"),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
async def test_all_accepted_formats_are_told(tmp_path, suffix):
    info = await probe(make(tmp_path / f"file.{suffix}", seconds=2))
    if suffix in _CODECS:
        assert (info.picture_codec, info.sound_codec) == _CODECS[suffix]
        assert info.seconds == pytest.approx(2.0, abs=0.06)
        assert info.has_sound
    else:
        assert (info.family, info.seconds, info.width, info.height) == (Family.IMAGE, 0.0, 320, 240)
    if info.family is Family.VIDEO:
        assert (info.width, info.height) == (320, 180)
    assert info.mime.startswith(str(info.family))


async def test_size_is_that_of_the_upright_picture(tmp_path):
    film = await probe(make_video(tmp_path / "a.mp4", seconds=0.5, rotation=90))
    still = await probe(make_image(tmp_path / "a.jpg", size=(300, 200), orientation=8))
    assert (film.width, film.height) == (180, 320)
    assert (still.width, still.height) == (200, 300)


async def test_a_video_without_sound_and_a_sound_in_a_videos_container(tmp_path):
    assert not (await probe(make_video(tmp_path / "a.mp4", seconds=0.5, sound=False))).has_sound
    song = make_audio(tmp_path / "a.m4a", seconds=1)
    song.write_bytes(song.read_bytes().replace(b"ftypM4A ", b"ftypisom", 1))
    assert (await probe(song)).family is Family.AUDIO


@pytest.mark.parametrize("suffix", ["mp4", "mov", "jpg", "png", "gif", "webp"])
async def test_a_truncated_file_is_broken(tmp_path, suffix):
    path = make(tmp_path / f"file.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(NotMedia) as refused:
        await probe(path)
    assert refused.value.fault is Fault.BROKEN


async def test_bytes_that_only_begin_like_media_are_broken(tmp_path):
    for name, head in (("a.wav", b"RIFF\xff\xff\x00\x00WAVEfmt "), ("a.mkv", b"\x1aE\xdf\xa3"), ("a.mp3", b"ID3\x04")):
        path = tmp_path / name
        path.write_bytes(head + os.urandom(5000))
        with pytest.raises(NotMedia) as refused:
            await probe(path)
        assert refused.value.fault in (Fault.BROKEN, Fault.EMPTY, Fault.TOO_HEAVY)


@pytest.mark.parametrize(("content", "fault"), [(b"", Fault.EMPTY), (b"<html>", Fault.UNKNOWN)])
async def test_what_is_no_media_is_named(tmp_path, content, fault):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(NotMedia) as refused:
        await probe(path)
    assert refused.value.fault is fault


async def test_a_playlist_reaches_neither_files_nor_addresses(tmp_path):
    """The file's own content must not choose a reader that opens other things."""
    secret = make_audio(tmp_path / "secret.wav")
    for text in (f"#EXTM3U\n#EXTINF:2,\n{secret}\n", f"ffconcat version 1.0\nfile {secret}\n"):
        path = tmp_path / "list.mp4"
        path.write_text(text)
        with pytest.raises(NotMedia):
            await probe(path)


async def test_a_picture_bomb_is_too_heavy(tmp_path):
    """A PNG of 40,000 x 40,000 pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    side = (40_000).to_bytes(4, "big")
    path = tmp_path / "bomb.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", side + side + b"\x08\x02\x00\x00\x00")
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(NotMedia) as refused:
        await probe(path)
    assert refused.value.fault is Fault.TOO_HEAVY


async def test_a_film_is_shrunk_to_fit_and_keeps_its_length(tmp_path):
    path = make_video(tmp_path / "a.mp4", seconds=4, width=960, height=540, options={"crf": "0", "preset": "ultrafast"})
    largest = path.stat().st_size // 4
    assert await shrink(path, tmp_path / "b.mp4", largest=largest)
    assert largest * 0.3 < (tmp_path / "b.mp4").stat().st_size <= largest
    assert boxes(tmp_path / "b.mp4").index("moov") < boxes(tmp_path / "b.mp4").index("mdat")
    own, small = watch(path), watch(tmp_path / "b.mp4")
    assert len(small.times) == len(own.times) == 120
    assert abs(len(small.sound) - len(own.sound)) <= 1024
    assert small.width < own.width


async def test_a_turned_film_stays_turned(tmp_path):
    path = make_video(tmp_path / "a.mp4", seconds=2, rotation=90)
    assert await shrink(path, tmp_path / "b.mp4", largest=60_000)
    info = await probe(tmp_path / "b.mp4")
    assert info.height > info.width
    assert picture_at(tmp_path / "b.mp4", 1.0).shape[0] < picture_at(tmp_path / "b.mp4", 1.0).shape[1]


async def test_what_can_not_fit_leaves_no_file(tmp_path):
    path = make_video(tmp_path / "a.mp4", seconds=8)
    assert not await shrink(path, tmp_path / "b.mp4", largest=20_000)
    assert not (tmp_path / "b.mp4").exists()


async def test_sounds_as_recorders_and_editors_leave_them_are_told_for_what_they_are(tmp_path):
    wav = make_audio(tmp_path / "a.wav", seconds=2).read_bytes()
    rf64 = tmp_path / "rf64.wav"
    sizes = (len(wav) - 8).to_bytes(8, "little") + (len(wav) - 44).to_bytes(8, "little") + bytes(12)
    rf64.write_bytes(b"RF64" + b"\xff" * 4 + b"WAVEds64" + (28).to_bytes(4, "little") + sizes + wav[12:])
    tagged = tmp_path / "tagged.aac"
    tag = b"ID3\x04\x00\x00" + bytes((0, 0, 79, 8)) + bytes(79 * 128 + 8)
    tagged.write_bytes(tag + make_audio(tmp_path / "a.aac", seconds=2).read_bytes())
    padded = tmp_path / "padded.mp3"
    padded.write_bytes(bytes(4000) + make_audio(tmp_path / "a.mp3", seconds=2).read_bytes())
    for path, mime in ((rf64, "audio/wav"), (tagged, "audio/aac"), (padded, "audio/mpeg")):
        info = await probe(path)
        assert (info.family, info.mime) == (Family.AUDIO, mime), path.name
        assert info.seconds == pytest.approx(2.0, abs=0.1)


async def test_a_song_with_a_picture_that_is_not_marked_as_its_cover_is_a_song(tmp_path):
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", format="mov") as out:
        sound, cover = out.add_stream("aac", rate=48_000), out.add_stream("mjpeg", rate=25)
        cover.width = cover.height = 64
        cover.pix_fmt = "yuvj420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        for packet in (*cover.encode(picture), *cover.encode(None)):
            out.mux(packet)
        frame = av.AudioFrame.from_ndarray(tone(2).reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = 48_000
        fifo = av.AudioResampler("fltp", "stereo", 48_000, frame_size=1024)
        for piece in (*fifo.resample(frame), *fifo.resample(None)):
            for packet in sound.encode(piece):
                out.mux(packet)
        for packet in sound.encode(None):
            out.mux(packet)
    info = await probe(path)
    assert (info.family, info.has_sound) == (Family.AUDIO, True)
    assert info.seconds == pytest.approx(2.0, abs=0.1)


async def test_a_picture_with_megabytes_of_text_in_it_is_a_picture(tmp_path):
    told = PngInfo()
    told.add_itxt("workflow", "x" * 3_000_000, zip=True)
    path = tmp_path / "generated.png"
    Image.new("RGB", (64, 64)).save(path, pnginfo=told)
    assert (await probe(path)).width == 64
    assert load(path).size == (64, 64)


def test_sound_whose_format_changes_on_the_way_is_heard_to_its_end(tmp_path):
    parts = [
        make_audio(tmp_path / f"{rate}.mp3", seconds=2, sound=tone(2, frequency=hertz, rate=rate), rate=rate)
        for hertz, rate in ((330, 44_100), (550, 48_000))
    ]
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    heard = np.concatenate(list(read(joined)))
    assert len(heard) / 48_000 == pytest.approx(4.1, abs=0.15)
    for half, hertz in ((heard[24_000:72_000], 330), (heard[-72_000:-24_000], 550)):
        assert abs(int(np.abs(np.fft.rfft(half[:, 0])).argmax()) - hertz) <= 2


def test_sound_of_unknown_length_is_sound(tmp_path):
    recorded = tmp_path / "recorded.webm"
    with recorded.open("wb") as file, av.open(file, "w", format="webm", options={"live": "1"}) as out:
        stream = out.add_stream("libopus", rate=48_000)
        frame = av.AudioFrame.from_ndarray(tone(3).reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = 48_000
        fifo = av.AudioResampler("flt", "stereo", 48_000, frame_size=960)
        for piece in (*fifo.resample(frame), *fifo.resample(None)):
            for packet in stream.encode(piece):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
    assert length(recorded) == math.inf
    assert len(np.concatenate(list(read(recorded)))) / 48_000 == pytest.approx(3.0, abs=0.1)
