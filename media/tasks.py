"""What callers ask of a file: what it holds, what it sounds like, whether it can be made smaller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from media.formats import Family
from media.sandbox import Json, ProcessLimits, run

_PROBE = ProcessLimits(memory=2_000_000_000, cpu=20, wall=180.0, written=0)
_SHRINK_MEMORY = 4_000_000_000
_SHRINK_WALL = 600.0
_CONVERT = ProcessLimits(memory=2_000_000_000, cpu=300, wall=300.0, written=250_000_000)
_LISTEN = ProcessLimits(memory=4_000_000_000, cpu=60, wall=300.0, written=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What a file holds. The codecs' names are FFmpeg's ("h264", "aac"), None where there is no such stream."""

    family: Family
    mime: str
    seconds: float
    """0 for pictures."""
    width: int
    """In pixels as shown, with the rotation applied; 0 for sound."""
    height: int
    has_sound: bool
    picture_codec: str | None
    sound_codec: str | None


async def probe(path: Path, *, limits: ProcessLimits = _PROBE) -> MediaInfo:
    """Open a file, decode its beginning and walk through it to its end. Raises `NotMedia` with the fault."""
    found = await run("probe", {"path": _absolute(path)}, limits)
    return MediaInfo(
        family=Family(str(found["family"])),
        mime=str(found["mime"]),
        seconds=float(cast("float", found["seconds"])),
        width=int(cast("int", found["width"])),
        height=int(cast("int", found["height"])),
        has_sound=bool(found["has_sound"]),
        picture_codec=_name(found["picture_codec"]),
        sound_codec=_name(found["sound_codec"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFeatures:
    """What a sound is like."""

    bpm: float | None
    """None without a steady beat."""
    tonic: int | None
    """0..11 (C = 0), None where no key stands out."""
    mode: str | None
    """`major` or `minor`, None where no key stands out."""
    energy: float
    """0 calm .. 1 lively."""


async def listen(path: Path) -> AudioFeatures:
    """Listen to the first 90 seconds of a file's sound. Raises `NotMedia`, for silence as well."""
    found = await run("listen", {"path": _absolute(path)}, _LISTEN)
    return AudioFeatures(
        bpm=None if found["bpm"] is None else float(cast("float", found["bpm"])),
        tonic=None if found["tonic"] is None else int(cast("int", found["tonic"])),
        mode=_name(found["mode"]),
        energy=float(cast("float", found["energy"])),
    )


def _absolute(path: Path) -> str:
    """Return the path for a process whose working directory is another one."""
    return str(path.absolute())


def _name(value: Json) -> str | None:
    return None if value is None else str(value)


async def convert(path: Path, to: Path) -> None:
    """Write the sound of a file as M4A to `to`. Raises `NotMedia`."""
    await run("convert", {"path": _absolute(path), "to": _absolute(to)}, _CONVERT)


async def shrink(path: Path, to: Path, *, largest: int) -> bool:
    """Encode a film as an MP4 of at most `largest` bytes, of the same length, with sound at 96 kbit/s or better.

    Returns False, and leaves no file, where only a ruin of a picture would fit. Raises `NotMedia`.
    """
    limits = ProcessLimits(
        memory=_SHRINK_MEMORY, cpu=int(_SHRINK_WALL * 2), wall=_SHRINK_WALL, written=largest * 4 + 2**20
    )
    answer = await run("shrink", {"path": _absolute(path), "to": _absolute(to), "largest": largest}, limits)
    return bool(answer["fits"])
