"""Servers that the program brings along and that all its processes of one data directory share."""

from bots.embedded.shared import EmbeddedError, Server, close_to_users, log_of, shared
from bots.embedded.studio import Address, EmbeddedStudio, StudioHome, answers_http
from bots.embedded.valkey import EmbeddedValkey

__all__ = [
    "Address",
    "EmbeddedError",
    "EmbeddedStudio",
    "EmbeddedValkey",
    "Server",
    "StudioHome",
    "answers_http",
    "close_to_users",
    "log_of",
    "shared",
]
