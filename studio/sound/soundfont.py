"""A SoundFont file as tables, and small fonts cut from it: one preset with only what some strokes need.

Decoding all of a general SoundFont costs seconds and half a gigabyte; a part plays one preset and a handful of
keys. So the file is mapped into memory, its tables are read (milliseconds), and a complete, valid, tiny SoundFont is
written for each part. In it every stroke has zones of its own, with everything that the font says about this key and
velocity worked out: presets, global zones, modulators. Structure and names follow the SoundFont 2.04 specification,
sections 7 to 9; SF3 is the same with Ogg Vorbis streams as samples, whose `start` and `end` count bytes and whose
loops count from the sample's start.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.sound.modulators import ATTENUATION, LOUDNESS, Modulator, Strike, effective, worth
from studio.sound.soundfont_writer import RECORDS, VORBIS, Writer

Table = NDArray[np.void]

_INSTRUMENT, _KEYS, _VELOCITIES, _SAMPLE = 41, 43, 44, 53
_NOT_ADDED = frozenset({_INSTRUMENT, _KEYS, _VELOCITIES, _SAMPLE})
_DEFAULTS = {8: 13_500, 56: 100} | dict.fromkeys((21, 23, 25, 26, 27, 28, 30, 33, 34, 35, 36, 38), -12_000)
"""Values of generators that a font does not set, where that is not 0."""
_LIMITS = {8: (1500, 13_500), 9: (0, 960), 17: (-500, 500), 29: (0, 1000), 37: (0, 1440), ATTENUATION: (0, 1440)}
_LIMITS |= {7: (-12_000, 12_000), 11: (-12_000, 12_000)}
_LIMITS |= dict.fromkeys((21, 23, 25, 26, 27, 28, 30, 33, 34, 35, 36, 38), (-12_000, 8000))
_EMU = 0.4
"""The hardware of the format's maker applies this share of an attenuation; players and fonts follow it.
tinysoundfont applies all of it."""


class NotASoundFont(ValueError):  # noqa: D101  (the message is the caller's)
    pass


@dataclass(frozen=True, slots=True)
class _Zone:
    """What applies to some keys and velocities; it leads to an instrument or a sample, a global zone to None."""

    generators: dict[int, int]
    modulators: list[Modulator]
    target: int | None

    def serves(self, strike: Strike) -> bool:
        return all(
            (bounds & 0xFF) <= value <= (bounds >> 8 & 0xFF)
            for bounds, value in (
                (self.generators.get(_KEYS, 0x7F00), strike.key),
                (self.generators.get(_VELOCITIES, 0x7F00), strike.velocity),
            )
        )


class SoundFontFile:
    """The tables of a SoundFont on disk; its samples stay mapped until a part asks for some."""

    def __init__(self, path: Path) -> None:
        """Read the tables. Raise `NotASoundFont` for any other file, `OSError` if it cannot be read."""
        with path.open("rb") as file:
            try:
                self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as empty:
                raise NotASoundFont(f"{path.name} is empty") from empty
        if self._file[:4] != b"RIFF" or self._file[8:12] != b"sfbk":
            raise NotASoundFont(f"{path.name} is not a SoundFont")
        chunks = dict(self._chunks(12, len(self._file)))
        missing = [name.decode() for name in (b"smpl", *RECORDS) if name not in chunks]
        if missing:
            raise NotASoundFont(f"{path.name} lacks {', '.join(missing)}")
        self._samples_at = chunks[b"smpl"][0]
        self._tables = {
            name: np.frombuffer(self._file, dtype, (chunks[name][1]) // dtype.itemsize, chunks[name][0])
            for name, dtype in RECORDS.items()
        }
        headers = self._tables[b"phdr"][:-1]
        self._presets = {(int(h["bank"]), int(h["program"])): index for index, h in enumerate(headers)}

    def has(self, bank: int, program: int) -> bool:
        """Return whether the font has this preset (bank 128: drum kits)."""
        return (bank, program) in self._presets

    def cut(self, bank: int, program: int, strikes: frozenset[Strike]) -> bytes:
        """Return a SoundFont with this preset alone, as bank 0 program 0, able to play `strikes` and no others.

        Raise `KeyError` if the font lacks the preset.
        """
        preset = self._zones((b"phdr", b"pbag", b"pgen", b"pmod"), self._presets[bank, program], _INSTRUMENT)
        writer = Writer()
        instruments: dict[int, list[_Zone]] = {}
        for strike in sorted(strikes, key=lambda s: (s.key, s.velocity)):
            for outer in preset:
                if outer.target is None or not outer.serves(strike):
                    continue
                if outer.target not in instruments:
                    tables = (b"inst", b"ibag", b"igen", b"imod")
                    instruments[outer.target] = self._zones(tables, outer.target, _SAMPLE)
                for inner in instruments[outer.target]:
                    if inner.target is not None and inner.serves(strike):
                        sample = self._copy_sample(inner.target, writer)
                        writer.zone(strike.key, strike.velocity, _resolved(outer, inner, strike), sample)
        return writer.finish()

    def _copy_sample(self, index: int, writer: Writer) -> int:
        header = self._tables[b"shdr"][index]
        width = 1 if header["kind"] & VORBIS else 2
        start, end = (self._samples_at + int(header[edge]) * width for edge in ("start", "end"))
        return writer.sample(index, header, self._file[start:end])

    def _zones(self, tables: tuple[bytes, bytes, bytes, bytes], index: int, leads_to: int) -> list[_Zone]:
        """Return the zones that lead somewhere, each completed by the global zone before it."""
        zones: list[_Zone] = []
        common = _Zone({}, [], None)
        for zone in self._plain_zones(tables, index, leads_to):
            if zone.target is None and not zones:
                common = zone
            elif zone.target is not None:
                modulators = effective(common.modulators, zone.modulators)
                zones.append(_Zone(common.generators | zone.generators, modulators, zone.target))
        return zones

    def _plain_zones(self, tables: tuple[bytes, bytes, bytes, bytes], index: int, leads_to: int) -> Iterator[_Zone]:
        headers, bags, generators, modulators = (self._tables[name] for name in tables)
        first, last = (int(bag) for bag in headers["bag"][index : index + 2])
        for here, following in pairwise(bags[first : last + 1]):
            own = {int(g["oper"]): int(g["amount"]) for g in generators[here["gen"] : following["gen"]]}
            moved = [
                Modulator(int(m["source"]), int(m["target"]), int(m["amount"]), int(m["scale"]))
                for m in modulators[here["mod"] : following["mod"]]
            ]
            yield _Zone(own, moved, own.get(leads_to))

    def _chunks(self, at: int, end: int) -> list[tuple[bytes, tuple[int, int]]]:
        """Return (name, (offset, size)) of all chunks, going into lists."""
        found = []
        while at + 8 <= end:
            name, size = self._file[at : at + 4], int.from_bytes(self._file[at + 4 : at + 8], "little")
            if name == b"LIST":
                found += self._chunks(at + 12, min(at + 8 + size, end))
            elif at + 8 + size <= end:
                found.append((name, (at + 8, size)))
            at += 8 + size
            # Chunks are padded to even sizes; some SF3 writers forget to.
            at += size % 2 and self._file[at : at + 1] == b"\0"
        return found


def _resolved(outer: _Zone, inner: _Zone, strike: Strike) -> dict[int, int]:
    """Return the generators of one stroke on one sample: the instrument's, plus the preset's, plus all modulators.

    Loudness by velocity is left to whoever strikes: what the font wants is kept relative to the default curve.
    """
    values = {oper: float(_signed(amount)) for oper, amount in inner.generators.items() if oper not in _NOT_ADDED}
    added = {oper: float(_signed(amount)) for oper, amount in outer.generators.items() if oper not in _NOT_ADDED}
    for oper, amount in added.items():
        values[oper] = values.get(oper, _DEFAULTS.get(oper, 0)) + amount
    values[ATTENUATION] = values.get(ATTENUATION, 0.0) * _EMU - worth(LOUDNESS, strike)
    for modulator in (*effective([LOUDNESS], inner.modulators), *outer.modulators):
        if change := worth(modulator, strike):
            values[modulator.target] = values.get(modulator.target, _DEFAULTS.get(modulator.target, 0)) + change
    return {oper: _within(oper, value) & 0xFFFF for oper, value in values.items()}


def _within(oper: int, value: float) -> int:
    low, high = _LIMITS.get(oper, (-0x8000, 0xFFFF))
    return round(min(high, max(low, value)))


def _signed(amount: int) -> int:
    return amount - 0x10000 if amount & 0x8000 else amount
