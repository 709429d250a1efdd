"""What stops an adapter for good."""

from __future__ import annotations

from core.errors import BotError


class TokenNotAccepted(BotError):
    """The platform refused the bot's token."""

    def __init__(self, setting: str) -> None:
        """`setting` names the variable that holds the token; the token itself stays out of every message."""
        self.setting = setting
        super().__init__(f"{setting} was refused: check that it is complete and has not been reset")


class PlatformClosed(BotError):
    """The platform ended the connection for a reason that trying again does not mend."""


class PlatformUnreachable(BotError):
    """The platform does not answer."""
