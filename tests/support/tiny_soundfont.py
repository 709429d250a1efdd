"""Writes small SoundFonts chunk by chunk, as the SoundFont 2.04 specification has it, for tests."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
_SILENCE = 46
_INSTRUMENT, _SAMPLE = 41, 53
_MONO, _VORBIS = 0x01, 0x10


@dataclass(frozen=True, eq=False)
class Recording:
    """A sample: `(frames,) int16`, or an Ogg Vorbis stream. The loop is (first frame, first frame after it)."""

    content: NDArray[np.int16] | bytes
    key: int = 60
    loop: tuple[int, int] = (0, 0)
    rate: int = RATE
    correction: int = 0


@dataclass(frozen=True)
class Zone:
    """Generators by number, and modulators as (source, target, amount, scale); without a recording it is global."""

    generators: dict[int, int] = field(default_factory=dict)
    recording: Recording | None = None
    modulators: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True)
class Preset:
    """A preset with one instrument. `outer` are the preset's own zones; the first of several is the global one."""

    zones: tuple[Zone, ...]
    bank: int = 0
    program: int = 0
    outer: tuple[Zone, ...] = (Zone(),)


def write(*presets: Preset) -> bytes:
    """Return a SoundFont."""
    recordings = list({id(z.recording): z.recording for p in presets for z in p.zones if z.recording}.values())
    samples, headers = _samples(recordings)
    numbers = {id(recording): number for number, recording in enumerate(recordings)}
    phdr = inst = b""
    pbags, ibags = _Bags(), _Bags()
    for number, preset in enumerate(presets):
        phdr += struct.pack("<20sHHHIII", b"preset", preset.program, preset.bank, pbags.count, 0, 0, 0)
        inst += struct.pack("<20sH", b"instrument", ibags.count)
        for index, zone in enumerate(preset.outer):
            is_global = len(preset.outer) > 1 and index == 0
            pbags.add(zone, None if is_global else (_INSTRUMENT, number))
        for zone in preset.zones:
            ibags.add(zone, None if zone.recording is None else (_SAMPLE, numbers[id(zone.recording)]))
    phdr += struct.pack("<20sHHHIII", b"EOP", 0, 0, pbags.count, 0, 0, 0)
    inst += struct.pack("<20sH", b"EOI", ibags.count)
    tables = (
        (b"phdr", phdr),
        *zip((b"pbag", b"pmod", b"pgen"), pbags.tables(), strict=True),
        (b"inst", inst),
        *zip((b"ibag", b"imod", b"igen"), ibags.tables(), strict=True),
        (b"shdr", headers + struct.pack("<20s26x", b"EOS")),
    )
    content = _list(b"INFO", [(b"ifil", struct.pack("<HH", 2, 4))]) + _list(b"sdta", [(b"smpl", samples)])
    return _chunk(b"RIFF", b"sfbk" + content + _list(b"pdta", tables))


def tiny_soundfont() -> bytes:
    """Return a font: bank 0 program 0 is a looped sine in two key ranges, bank 128 program 0 a burst on key 36."""
    low, high = (Zone({43: keys, 54: 1}, sine(key)) for keys, key in ((span(0, 71), 60), (span(72, 127), 84)))
    time = np.arange(RATE // 5) / RATE
    burst = (12_000 * np.sin(2 * np.pi * 100.0 * time) * np.exp(-time / 0.04)).astype(np.int16)
    return write(Preset((low, high)), Preset((Zone({58: 36}, Recording(burst, key=36)),), bank=128))


def sine(key: int) -> Recording:
    """Return a sine of whole frames per period, so that its loop is seamless (some cents off, which tests allow)."""
    period = round(RATE / (440.0 * 2.0 ** ((key - 69) / 12.0)))
    content = (12_000 * np.sin(2 * np.pi * np.arange(period * 20) / period)).astype(np.int16)
    return Recording(content, key, (period * 10, period * 11))


def constant(value: int = 16_384, frames: int = 100) -> Recording:
    """Return a recording of one value, looped: what is heard of it is the envelope."""
    return Recording(np.full(frames, value, np.int16), loop=(10, frames - 10))


class _Bags:
    """The zones of presets or of instruments."""

    def __init__(self) -> None:
        self.count = 0
        self._bags, self._modulators, self._generators = b"", b"", b""

    def add(self, zone: Zone, target: tuple[int, int] | None) -> None:
        self._close()
        self.count += 1
        # The specification wants the ranges first and the target last.
        ordered = sorted(zone.generators.items(), key=lambda item: item[0] not in {43, 44})
        for number, amount in (*ordered, *((target,) if target else ())):
            self._generators += struct.pack("<HH", number, amount & 0xFFFF)
        for source, destination, amount, scale in zone.modulators:
            self._modulators += struct.pack("<HHhHH", source, destination, amount, scale, 0)

    def tables(self) -> tuple[bytes, bytes, bytes]:
        """Return bags, modulators and generators with their terminal records."""
        self._close()
        return self._bags, self._modulators + bytes(10), self._generators + bytes(4)

    def _close(self) -> None:
        self._bags += struct.pack("<HH", len(self._generators) // 4, len(self._modulators) // 10)


def _samples(recordings: Iterable[Recording]) -> tuple[bytes, bytes]:
    samples, headers = b"", b""
    for recording in recordings:
        if isinstance(recording.content, bytes):
            content, width, kind = recording.content, 1, _MONO | _VORBIS
        else:
            content, width, kind = recording.content.astype(np.int16).tobytes(), 2, _MONO
        start, end = len(samples) // width, (len(samples) + len(content)) // width
        first, last = (point + (0 if kind & _VORBIS else start) for point in recording.loop)
        header = (b"sample", start, end, first, last, recording.rate, recording.key, recording.correction, 0)
        headers += struct.pack("<20sIIIIIBbHH", *header, kind)
        samples += content + bytes(2 * _SILENCE) + bytes(len(content) % 2)
    return samples, headers


def span(low: int, high: int) -> int:
    """Return a range of keys or velocities as a generator's amount."""
    return low | high << 8


def _list(name: bytes, chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    return _chunk(b"LIST", name + b"".join(_chunk(*chunk) for chunk in chunks))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content
