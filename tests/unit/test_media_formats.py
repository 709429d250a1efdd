"""Files are told apart by their content."""

from __future__ import annotations

import pytest

from media import Family, sniff
from media.formats import FORMATS
from tests.support.files import SUFFIXES, make


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_accepted_formats_are_known_under_any_name(tmp_path, suffix):
    path = make(tmp_path / f"real.{suffix}", seconds=0.3).rename(tmp_path / "file.txt")
    kind = sniff(path)
    assert kind is not None
    assert kind.suffix == suffix
    assert kind.mime.startswith(str(kind.family))
    assert kind == FORMATS[suffix]


def test_families():
    songs = {suffix: kind.taken for suffix, kind in FORMATS.items() if kind.family is Family.AUDIO}
    assert songs == {"mp3": True, "wav": True, "m4a": True, "aac": True, "ogg": False}
    assert {suffix for suffix, kind in FORMATS.items() if kind.family is Family.IMAGE} == {"jpg", "png", "gif", "webp"}
    assert {suffix for suffix, kind in FORMATS.items() if kind.taken} == set(SUFFIXES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\x00" * 10_000,
        b"<!doctype html><html><body>not found</body></html>",
        b"hello, world\n" * 100,
        b"%PDF-1.7\n",
        b"MZ\x90\x00" + b"\x00" * 300,
        b"PK\x03\x04" + b"\x00" * 300,
        b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/secret\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\xff\xfb",
        b"\xff\xff\xff\xff" * 100,
    ],
    ids=lambda content: content[:12],
)
def test_everything_else_is_none(tmp_path, content):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    assert sniff(path) is None


def test_mpeg_audio_without_a_tag(tmp_path):
    path = tmp_path / "song"
    path.write_bytes(b"\xff\xfb\x90\x64" + b"\x00" * 413)
    assert sniff(path) == FORMATS["mp3"]
