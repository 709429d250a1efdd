"""The wheel is all that an installation needs: built, installed apart from the sources, and started elsewhere."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bots import __version__
from tests.support.program import ROOT, Program

PACKAGES = ("bots", "core", "language", "media", "studio")


def run(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site-packages")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-index")
    run(*pip, "--target", str(folder), str(wheel))
    return folder


class Installed(Program):
    """The program as pip installed it into `site`; none of the sources of this checkout are in its reach."""

    def __init__(self, home: Path, site: Path, **settings: str) -> None:
        super().__init__(home, PYTHONPATH=str(site), **settings)
        self._script = site / "bin" / "music-bot"

    def command(self, *words: str) -> list[str]:
        return [str(self._script), *words]


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    tracked = run("git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES).splitlines()
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == {name for name in tracked if (ROOT / name).is_file()}
    assert len(names) > 100


def test_the_installed_command_says_its_version_and_makes_a_film(site: Path, tmp_path: Path) -> None:
    program = Installed(tmp_path, site)
    said = program.run("--version")
    assert (said.status, said.out.strip(), said.err) == (0, f"music-bot {__version__}", "")
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    ended = program.chat("--json", "/music upbeat energetic 5s")
    assert ended.status == 0, ended.err
    (film,) = (Path(str(shown["path"])) for shown in ended.shown if shown["kind"] == "file")
    assert film.parent == tmp_path / "out"
    assert film.read_bytes()[4:8] == b"ftyp"
