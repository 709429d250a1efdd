"""A SoundFont file: its tables, what they say about one note, and its samples.

The file is mapped into memory and only its tables are read, which takes milliseconds; a sample is decoded when a note
needs it. Structure and names follow the SoundFont 2.04 specification, sections 6, 7 and 9. SF3 is the same with Ogg
Vorbis streams as samples, whose `start` and `end` count bytes and whose loops count from the sample's start.
"""

from __future__ import annotations

import io
import mmap
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags2

from studio.sound.generators import Generator
from studio.sound.modulators import Modulator, effective
from studio.sound.preset import Preset, Sample, Zone, zone
from studio.sound.tone import Samples

_MODULATOR = [("source", "<u2"), ("target", "<u2"), ("amount", "<i2"), ("scale", "<u2"), ("transform", "<u2")]
_BAG = [("gen", "<u2"), ("mod", "<u2")]
_GENERATOR = [("oper", "<u2"), ("amount", "<i2")]
_RECORDS = {
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
            ("loop_start", "<u4"),
            ("loop_end", "<u4"),
            ("rate", "<u4"),
            ("key", "u1"),
            ("correction", "i1"),
            ("link", "<u2"),
            ("kind", "<u2"),
        ]
    ),
}
_PRESET_TABLES = (b"phdr", b"pbag", b"pgen", b"pmod")
_INSTRUMENT_TABLES = (b"inst", b"ibag", b"igen", b"imod")
_LOWEST_RATE = 400
_VORBIS = 0x10
"""The bit of a sample's kind that marks it as compressed."""


class NotASoundFont(ValueError):  # noqa: D101  (the message is the caller's)
    pass


class SoundFontFile:
    """The tables of a SoundFont on disk; its samples stay there until a note needs one."""

    def __init__(self, path: Path) -> None:
        """Read the tables. Raise `NotASoundFont` for any other file, `OSError` if it cannot be read."""
        self._name = path.name
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

    def preset(self, bank: int, program: int) -> Preset:
        """Return the preset. Raise `KeyError` if the font lacks it."""
        outer = self._zones(_PRESET_TABLES, self._presets[bank, program], Generator.INSTRUMENT)
        targets = {each.target for each in outer}
        inner = {target: self._zones(_INSTRUMENT_TABLES, target, Generator.SAMPLE) for target in targets}
        numbers = {each.target for zones in inner.values() for each in zones}
        return Preset(outer, inner, {number: self._sample(number) for number in numbers})

    def read(self, sample: Sample, frames: int) -> Samples:
        """Return the sample's first frames: all of it, or at least as many as asked for.

        Raise `NotASoundFont` where they cannot be decoded.
        """
        header = self._tables[b"shdr"][sample.index]
        compressed = bool(header["kind"] & _VORBIS)
        width = 1 if compressed else 2
        start, end = (self._samples_at + int(header[edge]) * width for edge in ("start", "end"))
        if compressed:
            return self._decode(self._file[start:end], frames)
        pcm = np.frombuffer(self._file, "<i2", max(0, min(frames, (end - start) // 2)), start)
        return pcm.astype(np.float32) * np.float32(1.0 / 32_768.0)

    def _decode(self, stream: bytes, frames: int) -> Samples:
        """Return the first frames of an Ogg Vorbis stream of one channel."""
        blocks, decoded = [np.zeros(0, np.float32)], 0
        try:
            with av.open(io.BytesIO(stream), "r", format="ogg") as container:
                # FFmpeg cuts a stream that fits in one page too short, by a block; so its trimming is done here.
                container.streams.audio[0].codec_context.flags2 |= Flags2.skip_manual
                for number, frame in enumerate(container.decode(audio=0)):
                    # The first block has none before it to overlap with, so that it is no sound yet.
                    if number > 0:
                        blocks.append(np.frombuffer(memoryview(frame.planes[0]), np.float32, frame.samples))
                        decoded += frame.samples
                    if decoded >= frames:
                        break
        except (av.FFmpegError, IndexError) as broken:
            raise NotASoundFont(f"{self._name} has a sample that is not Ogg Vorbis") from broken
        # The last page tells how many frames there are; the last block may hold more.
        length = int.from_bytes(stream[stream.rfind(b"OggS") + 6 :][:8], "little")
        return np.concatenate(blocks)[:length]

    def _sample(self, index: int) -> Sample:
        header = self._tables[b"shdr"][index]
        start = 0 if header["kind"] & _VORBIS else int(header["start"])
        return Sample(
            index=index,
            loop_start=int(header["loop_start"]) - start,
            loop_end=int(header["loop_end"]) - start,
            # Section 7.10: for an impossible rate, zero included, the nearest practical one is taken.
            rate=max(_LOWEST_RATE, int(header["rate"])),
            # 255 marks a sample without a pitch; the specification has it played as if it were the middle C.
            key=int(header["key"]) if header["key"] < 128 else 60,
            correction=int(header["correction"]),
        )

    def _zones(self, tables: tuple[bytes, bytes, bytes, bytes], index: int, target: Generator) -> list[Zone]:
        """Return the zones that have a target, each completed by the global zone, which is the first if any."""
        headers, bags, generators, modulators = (self._tables[name] for name in tables)
        first, last = (int(bag) for bag in headers["bag"][index : index + 2])
        zones: list[Zone] = []
        common: dict[int, int] = {}
        common_modulators: list[Modulator] = []
        for here, following in pairwise(bags[first : last + 1]):
            own = {int(g["oper"]): int(g["amount"]) for g in generators[here["gen"] : following["gen"]]}
            own_modulators = [
                Modulator(int(m["source"]), int(m["target"]), int(m["amount"]), int(m["scale"]))
                for m in modulators[here["mod"] : following["mod"]]
            ]
            if target in own:
                zones.append(zone(own[target] & 0xFFFF, common | own, effective(common_modulators, own_modulators)))
            elif not zones:
                common, common_modulators = own, own_modulators
        return zones

    def _chunks(self, at: int, end: int) -> list[tuple[bytes, tuple[int, int]]]:
        """Return (name, (offset, size)) of all chunks, those within lists included."""
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
