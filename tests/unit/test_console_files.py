"""Files at the terminal: found in what is typed, saved beside what is there."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.console.files import attachment, fetch, save_new, take_files
from bots.errors import Explained
from core.errors import AttachmentLost


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "my song (1).mp3"
    path.write_bytes(b"sound")
    return path


def test_a_dropped_file_is_taken_however_the_terminal_writes_it(song: Path) -> None:
    escaped = str(song).replace(" ", "\\ ").replace("(", "\\(").replace(")", "\\)")
    written = [str(song), f"'{song}'", f'"{song}"', escaped, shlex.quote(str(song)), song.as_uri(), f"  {song} "]
    for text in written:
        assert take_files(text) == ("", (song,)), text


def test_the_words_around_files_stay(song: Path, tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.touch()
    text = f"put calm piano '{song}' under this {video} and add the title 'Golden Hour'"
    assert take_files(text) == ("put calm piano under this and add the title 'Golden Hour'", (song, video))


def test_a_path_below_home_is_taken(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(song.parent))
    assert take_files(f"like '~/{song.name}'") == ("like", (song,))


@pytest.mark.parametrize(
    "text",
    [
        "it's 50/50",
        "piano and/or strings",
        "no /slower please",
        "like https://example.org/a.mp3",
        "like example.org/a.mp3",
        "'",
        '"/tmp',
        "/\0",
        "~nobody/x",
        "./",
        "...",
        "/" * 5000,
    ],
)
def test_what_is_no_path_is_text(text: str) -> None:
    assert take_files(text) == (text, ())


@pytest.mark.parametrize(
    "text",
    [
        "/no/such/file.mp3",
        "calm piano under /no/such/clip.mp4",
        "./gone.mp4",
        "../gone",
        "~/no-such-file",
        "'/no/such file.mp3'",
        "clips/gone.mp4",
        "file:///no/such.mp4",
        "/gone.mp4",
        "/a\0b/c",
        "/" + "x" * 5000 + "/y",
    ],
)
def test_a_path_without_a_file_is_refused_not_sent_as_words(text: str) -> None:
    with pytest.raises(Explained) as caught:
        take_files(text)
    assert caught.value.key == "console.no_such_file"
    assert caught.value.values["path"] in text


@pytest.mark.parametrize("kind", ["folder", "fifo", "device"])
def test_what_stands_at_a_path_must_be_a_regular_file(kind: str, tmp_path: Path) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    with pytest.raises(Explained) as caught:
        take_files(f"piano under {path}")
    assert (caught.value.key, caught.value.values["path"]) == ("console.not_a_file", str(path))


def test_a_path_without_a_leading_dot_is_taken(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(song.parent.parent)
    assert take_files(f"like '{song.parent.name}/{song.name}'") == ("like", (song,))


def test_the_name_of_an_attachment_can_be_sent_and_shown(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\nb\x1b]0;x\x07\xff.mp4"))
    path.touch()
    assert attachment(path).name == "a b ]0;x \ufffd.mp4"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="/")))
def test_text_without_a_path_is_never_changed(text: str) -> None:
    assert take_files(text) == (text.strip(), ())


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "made"
    source.write_bytes(b"first")
    names = []
    for content in (b"first", b"second", b"third"):
        source.write_bytes(content)
        names.append(save_new(source, tmp_path / ".", "upbeat.mp4"))
    assert [path.name for path in names] == ["upbeat.mp4", "upbeat (2).mp4", "upbeat (3).mp4"]
    assert [path.read_bytes() for path in names] == [b"first", b"second", b"third"]
    assert all(path.is_absolute() for path in names)


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        save_new(tmp_path / "gone", tmp_path, "upbeat.mp4")
    assert list(tmp_path.iterdir()) == []


async def test_an_attachment_is_copied_and_may_be_lost(song: Path, tmp_path: Path) -> None:
    attached = attachment(song)
    assert (attached.name, attached.size, attached.mime) == (song.name, 5, "audio/mpeg")
    await fetch(attached.ref, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"sound"
    song.unlink()  # noqa: ASYNC240
    with pytest.raises(AttachmentLost):
        await fetch(attached.ref, tmp_path / "copy")
