"""The embedded backend: it speaks the API of the service and composes, plays, mixes and films by itself."""

from __future__ import annotations

from collections.abc import Callable

from studio.settings import Prices, Quirks, StudioSettings

__all__ = ["Prices", "Quirks", "StudioSettings", "serve"]


def serve(settings: StudioSettings, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT or, where set, until idle for long enough; see `studio.serve.serve`."""
    # The server's libraries are loaded where it serves, not in every process that plays or draws.
    from studio.serve import serve as serve_until_stopped

    serve_until_stopped(settings, ready=ready)
