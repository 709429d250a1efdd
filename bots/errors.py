"""What stops an adapter for good, and what is told to the person at the terminal."""

from __future__ import annotations

import errno
import os
import socket

from core.errors import BotError


class TokenNotAccepted(BotError):
    """The platform refused the bot's token."""

    def __init__(self, setting: str) -> None:
        """`setting` names the variable that holds the token; the token itself stays out of every message."""
        self.setting = setting
        super().__init__(f"{setting} was refused: check that it is complete and has not been reset")


class PlatformClosed(BotError):
    """The platform does not answer, or ended the connection for a reason that trying again does not mend."""


class Explained(Exception):
    """What a person asked for can't be done; `key` is the text that tells them why, filled with `values`."""

    def __init__(self, key: str, **values: str) -> None:
        self.key = key
        self.values = values
        super().__init__(f"{key}: {values}")


def unusable(host: str, port: int, cause: OSError | UnicodeError, *, settings: tuple[str, str]) -> Explained:
    """Return that this process can't listen on an address.

    `cause` is the system's word for it, or that of the encoding of names; `settings` name host and port.
    """
    # Where none of a name's addresses is this machine's, asyncio may say so without a number.
    number = cause.errno if isinstance(cause, OSError) and not isinstance(cause, socket.gaierror) else None
    kinds = {errno.EADDRINUSE: "taken", errno.EADDRNOTAVAIL: "elsewhere", None: "elsewhere"}
    return Explained(
        f"console.address_{kinds.get(number, 'refused')}",
        address=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        host=host,
        reason=os.strerror(number) if number else getattr(cause, "strerror", None) or str(cause),
        host_setting=settings[0],
        port_setting=settings[1],
    )
