"""Servers that the program brings along and that all its processes of one data directory share."""

from bots.embedded.server import EmbeddedError
from bots.embedded.studio import EmbeddedStudio, head_of
from bots.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedError", "EmbeddedStudio", "EmbeddedValkey", "head_of"]
