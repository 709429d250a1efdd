"""Mixing and mastering: stems become one finished sound."""

from __future__ import annotations

from studio.mix.loudness import decode, measure
from studio.mix.master import master
from studio.mix.mixing_console import MixingConsole
from studio.mix.wav import write

__all__ = ["MixingConsole", "decode", "master", "measure", "write"]
