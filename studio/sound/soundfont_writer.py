"""Writes a SoundFont of one preset, one instrument and as many zones as wanted (SoundFont 2.04, section 7)."""

from __future__ import annotations

import numpy as np

_MODULATOR = [("source", "<u2"), ("target", "<u2"), ("amount", "<i2"), ("scale", "<u2"), ("curve", "<u2")]
_BAG = [("gen", "<u2"), ("mod", "<u2")]
_GENERATOR = [("oper", "<u2"), ("amount", "<u2")]
RECORDS = {
    b"phdr": np.dtype([("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("rest", "<u4", 3)]),
    b"pbag": np.dtype(_BAG),
    b"pmod": np.dtype(_MODULATOR),
    b"pgen": np.dtype(_GENERATOR),
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"ibag": np.dtype(_BAG),
    b"imod": np.dtype(_MODULATOR),
    b"igen": np.dtype(_GENERATOR),
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
"""The tables of a SoundFont, in the order of the file."""
VORBIS = 0x10
"""The bit of a sample's kind that says that it is compressed."""

_END_OFFSET, _INSTRUMENT, _KEYS, _VELOCITIES, _SAMPLE, _LOOPING = 1, 41, 43, 44, 53, 54
_LOOPS_FOR_EVER = 1
_SILENCE_AFTER = 46
"""Frames of silence that the specification wants after each uncompressed sample."""


class Writer:
    """Collects zones and samples."""

    def __init__(self) -> None:
        self._records: dict[bytes, list[bytes]] = {name: [] for name in RECORDS}
        self._samples = bytearray()
        self._numbers: dict[int, int] = {}

    def zone(self, key: int, velocity: int, generators: dict[int, int], sample: int) -> None:
        """Add a zone for one key and velocity; `generators` are 16-bit values by number."""
        self._append(b"ibag", gen=len(self._records[b"igen"]))
        values = dict(generators)
        if values.get(_LOOPING) != _LOOPS_FOR_EVER:
            # The player interpolates past a sample's last frame into whatever comes next, which is heard as a click.
            values[_END_OFFSET] = (values.get(_END_OFFSET, 0) - 2) & 0xFFFF
        ordered = ((_KEYS, key | key << 8), (_VELOCITIES, velocity | velocity << 8), *values.items(), (_SAMPLE, sample))
        for oper, amount in ordered:
            self._append(b"igen", oper=oper, amount=amount)

    def sample(self, original: int, header: np.void, content: bytes) -> int:
        """Add the sample with the number `original` of its font, once; return its number here."""
        if original in self._numbers:
            return self._numbers[original]
        compressed = bool(header["kind"] & VORBIS)
        width = 1 if compressed else 2
        record = np.array([header], RECORDS[b"shdr"])
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
        self._append(b"phdr", name=b"part")
        self._append(b"phdr", name=b"EOP", bag=1)
        self._append(b"pbag")
        self._append(b"pgen", oper=_INSTRUMENT)
        self._append(b"pbag", gen=1)
        self._append(b"pgen")
        self._append(b"inst", name=b"part")
        self._append(b"inst", name=b"EOI", bag=len(self._records[b"ibag"]))
        self._append(b"ibag", gen=len(self._records[b"igen"]))
        self._append(b"igen")
        self._append(b"shdr", name=b"EOS")
        self._append(b"pmod")
        self._append(b"imod")
        # The terminal of a chunk of odd size would be misread by readers that do not pad: samples are made even.
        samples = bytes(self._samples) + bytes(len(self._samples) % 2)
        hydra = b"".join(_chunk(name, b"".join(records)) for name, records in self._records.items())
        content = _list(b"INFO", _chunk(b"ifil", b"\x02\x00\x04\x00"))
        content += _list(b"sdta", _chunk(b"smpl", samples)) + _list(b"pdta", hydra)
        return _chunk(b"RIFF", b"sfbk" + content)

    def _append(self, table: bytes, **fields: int | bytes) -> None:
        record = np.zeros(1, RECORDS[table])
        for name, value in fields.items():
            record[name] = value
        self._records[table].append(record.tobytes())


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)
