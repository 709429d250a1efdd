"""The embedded backend: it speaks the API of the service and composes, plays, mixes and films by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.settings import Prices, Quirks, StudioSettings

__all__ = ["Prices", "Quirks", "StudioSettings", "serve", "soundfont"]


def serve(settings: StudioSettings, *, ready: Callable[[str], None], unwanted: Callable[[], bool]) -> None:
    """Serve until SIGTERM, SIGINT or, where set, until idle for long enough and unwanted; see `studio.serve.serve`."""
    # The server's libraries are loaded where it serves, not in every process that plays or draws.
    from studio.serve import serve as serve_until_stopped

    serve_until_stopped(settings, ready=ready, unwanted=unwanted)


def soundfont(wanted: Path | None) -> Path | None:
    """Return the SoundFont that would be played, None where there is none; see `studio.assets.soundfont`."""
    # Loaded late, so that `python -m studio.assets` is loaded once.
    from studio.assets import soundfont as found

    return found(wanted)
