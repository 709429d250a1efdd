"""A SoundFont file as tables, and small fonts cut from it: one preset with only the samples that some notes need.

Decoding all of a general SoundFont costs seconds and half a gigabyte; a part plays one preset and a handful of
keys. So the file is mapped into memory, its tables are read (milliseconds), and a complete, valid, tiny SoundFont is
written for each part. Structure and names follow the SoundFont 2.04 specification, section 7; SF3 is the same with
Ogg Vorbis streams as samples, whose `start` and `end` count bytes and whose loops count from the sample's start.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.void]

_RECORDS = {
    b"phdr": np.dtype(
        [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "<u4", 3)],
    ),
    b"pbag": np.dtype([("gen", "<u2"), ("mod", "<u2")]),
    b"pgen": np.dtype([("oper", "<u2"), ("amount", "<u2")]),
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"ibag": np.dtype([("gen", "<u2"), ("mod", "<u2")]),
    b"igen": np.dtype([("oper", "<u2"), ("amount", "<u2")]),
    b"shdr": np.dtype(
        [
            ("name", "S20"),
            ("start", "<u4"),
            ("end", "<u4"),
            ("loop", "<u4"),
            ("unloop", "<u4"),
            ("rate", "<u4"),
            ("key", "u1"),
            ("cents", "i1"),
            ("link", "<u2"),
            ("kind", "<u2"),
        ]
    ),
}
_INSTRUMENT, _KEYS, _VELOCITIES, _SAMPLE = 41, 43, 44, 53
_VORBIS = 0x10
_SILENCE_AFTER = 46
"""Frames of silence that the specification wants after each uncompressed sample."""


class NotASoundFont(ValueError):  # noqa: D101  (the message is the caller's)
    pass


@dataclass(frozen=True, slots=True)
class Strike:
    """A key at a velocity, both as in MIDI (0..127)."""

    key: int
    velocity: int


@dataclass(frozen=True, slots=True)
class _Zone:
    """A run of generators: the sound or instrument it leads to (None: a global zone) and where it applies."""

    generators: Table
    target: int | None
    keys: tuple[int, int] = (0, 127)
    velocities: tuple[int, int] = (0, 127)

    def serves(self, strikes: frozenset[Strike]) -> bool:
        (low, high), (soft, loud) = self.keys, self.velocities
        return any(low <= s.key <= high and soft <= s.velocity <= loud for s in strikes)


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
        missing = [name.decode() for name in (b"smpl", *_RECORDS) if name not in chunks]
        if missing:
            raise NotASoundFont(f"{path.name} lacks {', '.join(missing)}")
        self._samples_at = chunks[b"smpl"][0]
        self._tables = {
            name: np.frombuffer(self._file, dtype, (chunks[name][1]) // dtype.itemsize, chunks[name][0])
            for name, dtype in _RECORDS.items()
        }
        headers = self._tables[b"phdr"][:-1]
        self._presets = {(int(h["bank"]), int(h["program"])): index for index, h in enumerate(headers)}

    def has(self, bank: int, program: int) -> bool:
        """Return whether the font has this preset (bank 128: drum kits)."""
        return (bank, program) in self._presets

    def cut(self, bank: int, program: int, strikes: frozenset[Strike]) -> bytes:
        """Return a SoundFont with this preset alone, as bank 0 program 0, able to play `strikes`.

        Raise `KeyError` if the font lacks the preset.
        """
        index = self._presets[bank, program]
        writer = _Writer()
        instruments: dict[int, int | None] = {}
        for zone in self._zones(b"phdr", b"pbag", b"pgen", index, _INSTRUMENT):
            if zone.target is None:
                writer.preset_zone(zone.generators, None)
            elif zone.serves(strikes):
                if zone.target not in instruments:
                    instruments[zone.target] = self._copy_instrument(zone.target, strikes, writer)
                if (copied := instruments[zone.target]) is not None:
                    writer.preset_zone(zone.generators, copied)
        return writer.finish()

    def _copy_instrument(self, index: int, strikes: frozenset[Strike], writer: _Writer) -> int | None:
        """Copy the zones that serve and their samples; return the new number, None where nothing serves."""
        zones = self._zones(b"inst", b"ibag", b"igen", index, _SAMPLE)
        serving = [z for z in zones if z.target is None or z.serves(strikes)]
        if not any(z.target is not None for z in serving):
            return None
        number = writer.instrument()
        for zone in serving:
            sample = None if zone.target is None else self._copy_sample(zone.target, writer)
            writer.instrument_zone(zone.generators, sample)
        return number

    def _copy_sample(self, index: int, writer: _Writer) -> int:
        header = self._tables[b"shdr"][index]
        start, end = int(header["start"]), int(header["end"])
        width = 1 if header["kind"] & _VORBIS else 2
        at = self._samples_at
        return writer.sample(index, header, self._file[at + start * width : at + end * width])

    def _zones(self, headers: bytes, bags: bytes, generators: bytes, index: int, leads_to: int) -> list[_Zone]:
        first, last = (int(b) for b in self._tables[headers]["bag"][index : index + 2])
        starts = self._tables[bags]["gen"][first : last + 1]
        return [_zone(self._tables[generators][int(start) : int(end)], leads_to) for start, end in pairwise(starts)]

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


def _zone(generators: Table, leads_to: int) -> _Zone:
    amounts = {int(g["oper"]): int(g["amount"]) for g in generators}
    keys, velocities = amounts.get(_KEYS, 0x7F00), amounts.get(_VELOCITIES, 0x7F00)
    return _Zone(
        generators=generators,
        target=amounts.get(leads_to),
        keys=(keys & 0xFF, keys >> 8),
        velocities=(velocities & 0xFF, velocities >> 8),
    )


class _Writer:
    """Collects the records of one preset and writes them as a SoundFont."""

    def __init__(self) -> None:
        self._records: dict[bytes, list[bytes]] = {name: [] for name in _RECORDS}
        self._samples = bytearray()
        self._numbers: dict[int, int] = {}

    def preset_zone(self, generators: Table, instrument: int | None) -> None:
        self._zone(b"pbag", b"pgen", generators, _INSTRUMENT, instrument)

    def instrument(self) -> int:
        self._append(b"inst", name=b"part", bag=len(self._records[b"ibag"]))
        return len(self._records[b"inst"]) - 1

    def instrument_zone(self, generators: Table, sample: int | None) -> None:
        self._zone(b"ibag", b"igen", generators, _SAMPLE, sample)

    def sample(self, original: int, header: np.void, content: bytes) -> int:
        """Add a sample once; return its new number."""
        if original in self._numbers:
            return self._numbers[original]
        compressed = bool(header["kind"] & _VORBIS)
        width = 1 if compressed else 2
        record = np.array([header], _RECORDS[b"shdr"])
        start = len(self._samples) // width
        record["start"], record["end"] = start, start + len(content) // width
        if not compressed:
            moved = start - int(header["start"])
            record["loop"], record["unloop"] = int(header["loop"]) + moved, int(header["unloop"]) + moved
        record["link"] = 0
        self._samples += content if compressed else content + bytes(_SILENCE_AFTER * width)
        self._records[b"shdr"].append(record.tobytes())
        self._numbers[original] = len(self._numbers)
        return self._numbers[original]

    def finish(self) -> bytes:
        """Return the file; each table ends in a terminal record that closes the run before it."""
        self._append(b"inst", name=b"EOI", bag=len(self._records[b"ibag"]))
        for bags, generators in ((b"pbag", b"pgen"), (b"ibag", b"igen")):
            self._append(bags, gen=len(self._records[generators]))
            self._append(generators)
        self._append(b"shdr", name=b"EOS")
        self._append(b"phdr", name=b"part")
        self._append(b"phdr", name=b"EOP", bag=len(self._records[b"pbag"]) - 1)
        modulators = bytes(10)
        tables = {name: b"".join(records) for name, records in self._records.items()}
        tables |= {b"pmod": modulators, b"imod": modulators}
        order = (b"phdr", b"pbag", b"pmod", b"pgen", b"inst", b"ibag", b"imod", b"igen", b"shdr")
        info = _list(b"INFO", _chunk(b"ifil", b"\x02\x00\x04\x00"))
        samples = _list(b"sdta", _chunk(b"smpl", bytes(self._samples) + bytes(len(self._samples) % 2)))
        hydra = _list(b"pdta", b"".join(_chunk(name, tables[name]) for name in order))
        return _chunk(b"RIFF", b"sfbk" + info + samples + hydra)

    def _zone(self, bags: bytes, generators: bytes, content: Table, leads_to: int, target: int | None) -> None:
        self._append(bags, gen=len(self._records[generators]))
        for generator in content:
            moved = target if generator["oper"] == leads_to and target is not None else int(generator["amount"])
            self._append(generators, oper=int(generator["oper"]), amount=moved)

    def _append(self, table: bytes, **fields: int | bytes) -> None:
        record = np.zeros(1, _RECORDS[table])
        for name, value in fields.items():
            record[name] = value
        self._records[table].append(record.tobytes())


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)
