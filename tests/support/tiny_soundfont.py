"""A SoundFont of two presets, written chunk by chunk as the SoundFont 2.04 specification has it, for tests."""

from __future__ import annotations

import struct

import numpy as np

RATE = 48_000
_SILENCE = 46


def tiny_soundfont() -> bytes:
    """Return a font: bank 0 program 0 is a looped sine in two key ranges, bank 128 program 0 a burst on key 36."""
    low, high, burst = _sine(60), _sine(84), _burst()
    samples, headers, at = b"", b"", 0
    for name, data, key in ((b"low", low, 60), (b"high", high, 84), (b"burst", burst, 36)):
        end = at + len(data)
        period = round(RATE / (440.0 * 2.0 ** ((key - 69) / 12.0)))
        loop = at + period * 10
        headers += struct.pack("<20sIIIIIBbHH", name, at, end, loop, loop + period, RATE, key, 0, 0, 1)
        samples += data.tobytes() + bytes(2 * _SILENCE)
        at = end + _SILENCE
    headers += struct.pack("<20s26x", b"EOS")
    zones = (((43, _range(0, 71)), (54, 1), (53, 0)), ((43, _range(72, 127)), (54, 1), (53, 1)), ((58, 36), (53, 2)))
    presets = struct.pack("<20sHHHIII", b"sine", 0, 0, 0, 0, 0, 0)
    presets += struct.pack("<20sHHHIII", b"kit", 0, 128, 1, 0, 0, 0) + struct.pack(
        "<20sHHHIII", b"EOP", 0, 0, 2, 0, 0, 0
    )
    instruments = struct.pack("<20sH", b"sine", 0) + struct.pack("<20sH", b"kit", 2) + struct.pack("<20sH", b"EOI", 3)
    starts = [0, 3, 6, 8]
    tables = (
        (b"phdr", presets),
        (b"pbag", struct.pack("<6H", 0, 0, 1, 0, 2, 0)),
        (b"pmod", bytes(10)),
        (b"pgen", struct.pack("<6H", 41, 0, 41, 1, 0, 0)),
        (b"inst", instruments),
        (b"ibag", b"".join(struct.pack("<HH", start, 0) for start in starts)),
        (b"imod", bytes(10)),
        (b"igen", b"".join(struct.pack("<HH", *generator) for zone in zones for generator in zone) + bytes(4)),
        (b"shdr", headers),
    )
    return _chunk(
        b"RIFF",
        b"sfbk"
        + _chunk(b"LIST", b"INFO" + _chunk(b"ifil", struct.pack("<HH", 2, 4)))
        + _chunk(b"LIST", b"sdta" + _chunk(b"smpl", samples))
        + _chunk(b"LIST", b"pdta" + b"".join(_chunk(name, content) for name, content in tables)),
    )


def _sine(key: int) -> np.ndarray:
    """A sine of whole frames per period, so that its loop is seamless (some cents off, which the tests allow)."""
    period = round(RATE / (440.0 * 2.0 ** ((key - 69) / 12.0)))
    return (12_000 * np.sin(2 * np.pi * np.arange(period * 20) / period)).astype("<i2")


def _burst() -> np.ndarray:
    time = np.arange(RATE // 5) / RATE
    return (12_000 * np.sin(2 * np.pi * 100.0 * time) * np.exp(-time / 0.04)).astype("<i2")


def _range(low: int, high: int) -> int:
    return low | high << 8


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content
