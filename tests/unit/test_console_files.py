"""Files at the terminal: found in what is typed, saved beside what is there."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.console.files import attachment, save_new, take_files
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
    "text", ["it's 50/50", "/no/such/file.mp3", "'", '"/tmp', "/\0", "~nobody/x", "./", "/" * 5000]
)
def test_what_names_no_file_is_text(text: str) -> None:
    assert take_files(text) == (text, ())


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
    await attached.save(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"sound"
    song.unlink()  # noqa: ASYNC240
    with pytest.raises(AttachmentLost):
        await attached.save(tmp_path / "copy")
