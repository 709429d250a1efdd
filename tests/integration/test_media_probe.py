"""Files are opened in a process of their own: what they hold is told, and what is wrong with them."""

from __future__ import annotations

import os
import zlib

import pytest

from media import Family, Fault, NotMedia, probe, shrink
from tests.support.decode import boxes, picture_at, watch
from tests.support.files import SUFFIXES, make, make_audio, make_image, make_video

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
