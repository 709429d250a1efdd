"""`python -m bots studio`: the embedded backend alone."""

from __future__ import annotations

import os
import secrets
import sys

from bots.embedded import EmbeddedStudio
from bots.errors import AddressUnusable
from bots.private import UMASK
from bots.settings import Settings
from core.texts import say
from studio.serve import AddressRefused, AlreadyServing, serve


def studio(settings: Settings, host: str, port: int, language: str) -> int:
    """Serve until asked to stop, and return the exit status. Raises `AddressUnusable`."""
    home = EmbeddedStudio(settings.data_dir, {})
    identity = secrets.token_hex(16)
    os.umask(UMASK)

    def ready(url: str) -> None:
        home.announce(url, identity)
        sys.stdout.write(say(language, "console.studio_ready", url=url) + "\n")
        sys.stdout.flush()

    try:
        serve(
            settings.studio(host=host, port=port, identity=identity),
            ready=ready,
            unwanted=home.close_to_users,
        )
    except AlreadyServing:
        sys.stderr.write(say(language, "console.studio_taken", url=home.url or "?", folder=str(home.folder)) + "\n")
        return 1
    except AddressRefused as error:
        raise AddressUnusable(host, port, error.cause, settings=("--host", "--port")) from error
    return 0
