"""The embedded backend: it serves the API of the cloud and composes, plays, mixes and films by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.settings import Prices, Quirks, StudioSettings

__all__ = ["Prices", "Quirks", "StudioSettings", "serve", "soundfont"]


def serve(settings: StudioSettings, *, ready: Callable[[str], None], unwanted: Callable[[], bool]) -> None:
    """Serve until asked to stop, or until idle; see `studio.serve.serve`."""
    # Imported late, so that worker processes do not load the server's libraries.
    from studio.serve import serve as serve_until_stopped

    serve_until_stopped(settings, ready=ready, unwanted=unwanted)


def soundfont(wanted: Path | None) -> Path | None:
    """Return the SoundFont that would be played, None if there is none."""
    # Imported late, so that `python -m studio.assets` does not import its module twice.
    from studio.assets import soundfont as found

    return found(wanted)
