"""Libraries that log tokens or people's words are kept quiet, whatever level is set for the rest."""

from __future__ import annotations

import logging


def keep_quiet(*names: str, below: int) -> None:
    """Let these loggers say nothing under the level `below`."""
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.getEffectiveLevel(), below))
