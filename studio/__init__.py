"""The embedded backend: it serves the API of the cloud and composes, plays, mixes and films by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from studio.assets import soundfont
from studio.settings import Prices, Quirks, StudioSettings

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Prices", "Quirks", "StudioSettings", "fetch_assets", "serve", "soundfont"]


def serve(settings: StudioSettings, *, ready: Callable[[str], None], unwanted: Callable[[], bool]) -> None:
    """Serve until asked to stop, or until idle; see `studio.serve.serve`."""
    # Imported late, so that worker processes do not load the server's libraries.
    from studio.serve import serve as serve_until_stopped

    serve_until_stopped(settings, ready=ready, unwanted=unwanted)


def fetch_assets(console: Console, language: str, *, wanted: Path | None, again: bool = False) -> bool:
    """Fetch the SoundFont and the font for titles where missing; see `studio.asset_setup.fetch_missing`."""
    # Only few processes draw progress bars.
    from studio.asset_setup import fetch_missing

    return fetch_missing(console, language, wanted=wanted, again=again)
