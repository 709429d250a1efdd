"""The mixing room: stems become one finished sound."""

from __future__ import annotations

from studio.mix.desk import Desk
from studio.mix.loudness import decode, measure
from studio.mix.master import master
from studio.mix.wav import write

__all__ = ["Desk", "decode", "master", "measure", "write"]
