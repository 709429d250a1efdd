"""Sees to it that the SoundFont and the font for titles are there, and shows the person what is downloaded."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from studio.asset_download import DownloadProgress, Unavailable, fetch
from studio.assets import SOUNDFONT, TITLE_FONTS, Asset, Source, directories
from studio.texts import say

_RETRY_SECONDS = 24 * 3600.0
_MEGABYTE = 1_000_000


def fetch_missing(console: Console, language: str, *, wanted: Path | None, again: bool) -> bool:
    """Fetch what is missing and return whether everything is there.

    `wanted` is a SoundFont of the person's own. What could not be had is said once and not tried again for a day,
    unless `again`.
    """
    own = wanted is not None and wanted.expanduser().is_file()
    missing = [
        asset for asset in (SOUNDFONT, *TITLE_FONTS) if asset.find() is None and not (own and asset is SOUNDFONT)
    ]
    failed = directories()[0] / ".failed"
    if not again and _is_fresh(failed):
        return not missing
    troubles = {asset: trouble for asset in missing if (trouble := _fetch(asset, console, language))}
    with contextlib.suppress(OSError):  # a directory that can't be written to is among the troubles
        if troubles:
            failed.touch()
        else:
            failed.unlink(missing_ok=True)
    if troubles:
        what, without = (
            say(language, "assets.and").join(say(language, key) for key in keys)
            for keys in map(dict.fromkeys, ([it.what for it in troubles], [it.without for it in troubles]))
        )
        why = "; ".join(dict.fromkeys(part for trouble in troubles.values() for part in trouble.split("; ")))
        _print(console, say(language, "assets.failed", what=what, why=why, without=without))
    return not troubles


def _is_fresh(failed: Path) -> bool:
    try:
        return time.time() - failed.stat().st_mtime < _RETRY_SECONDS
    except OSError:
        return False


def _fetch(asset: Asset, console: Console, language: str) -> str | None:
    """Fetch the asset and say where it is; return why it could not be had."""
    what = say(language, asset.what)
    try:
        with _progress(what, console, language) as received:
            path = fetch(asset, directories()[0], received)
    except (Unavailable, OSError) as trouble:
        return str(trouble)
    _print(console, say(language, "assets.saved", what=what, path=str(path)))
    return None


@contextmanager
def _progress(what: str, console: Console, language: str) -> Iterator[DownloadProgress]:
    """Name each package once, with its size and licence, and draw a bar where the console is a terminal."""
    told: set[str] = set()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None, visible=False)

        def received(source: Source, size: int) -> None:
            if source.package not in told:
                told.add(source.package)
                megabytes = f"{source.size / _MEGABYTE:.0f}"
                names = {"title": source.title, "licence": source.licence, "megabytes": megabytes}
                _print(console, say(language, "assets.fetching", what=what, **names))
            bar.update(
                task, description=source.title, total=source.size, completed=min(size, source.size), visible=True
            )

        yield received


def _print(console: Console, line: str) -> None:
    console.print(line, soft_wrap=True, markup=False, highlight=False)
