"""Servers that the program brings along and that all its processes of one data directory share."""

from bots.embedded.shared import EmbeddedError, Server, shared
from bots.embedded.studio import EmbeddedStudio, StudioHome
from bots.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedError", "EmbeddedStudio", "EmbeddedValkey", "Server", "StudioHome", "shared"]
