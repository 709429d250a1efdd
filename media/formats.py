"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import filetype  # type: ignore[import-untyped]

_HEAD = 8192
"""Bytes looked at; `filetype` needs 261, Matroska's document type may stand further back."""
_ID3 = 10
"""Bytes of the header of an ID3 tag, whose size stands at its end in four times seven bits."""


class Family(StrEnum):
    """What a person would call it."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """An accepted format. `suffix` without the dot; `demuxer` is FFmpeg's name, the only one that may read the file."""

    suffix: str
    mime: str
    family: Family
    demuxer: str
    taken: bool = True
    """The service takes it as it is; what it does not take is turned into another format before."""


FORMATS = {
    one.suffix: one
    for one in (
        FileFormat("mp4", "video/mp4", Family.VIDEO, "mp4"),
        FileFormat("mov", "video/quicktime", Family.VIDEO, "mov"),
        FileFormat("avi", "video/x-msvideo", Family.VIDEO, "avi"),
        FileFormat("webm", "video/webm", Family.VIDEO, "matroska"),
        FileFormat("mkv", "video/x-matroska", Family.VIDEO, "matroska"),
        FileFormat("jpg", "image/jpeg", Family.IMAGE, ""),
        FileFormat("png", "image/png", Family.IMAGE, ""),
        FileFormat("gif", "image/gif", Family.IMAGE, ""),
        FileFormat("webp", "image/webp", Family.IMAGE, ""),
        FileFormat("mp3", "audio/mpeg", Family.AUDIO, "mp3"),
        FileFormat("wav", "audio/wav", Family.AUDIO, "wav"),
        FileFormat("m4a", "audio/mp4", Family.AUDIO, "mov"),
        FileFormat("aac", "audio/aac", Family.AUDIO, "aac"),
        FileFormat("ogg", "audio/ogg", Family.AUDIO, "ogg", taken=False),
    )
}
"""The accepted formats by suffix."""

_ALIASES = {"m4v": "mp4", "3gp": "mp4", "apng": "png"}
"""What `filetype` tells apart and players do not."""


def sniff(path: Path) -> FileFormat | None:
    """Return what the file's content is, or None when it is none of the accepted formats.

    A filter, not a proof: `probe` opens the file.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head[:3] == b"ID3" and len(head) >= _ID3:
            # A tag may stand before any sound, and be larger than the head.
            size = (head[6] & 127) << 21 | (head[7] & 127) << 14 | (head[8] & 127) << 7 | head[9] & 127
            file.seek(_ID3 + size)
            return FORMATS["aac"] if _is_adts(file.read(_HEAD)) else FORMATS["mp3"]
        while head and not head.strip(b"\0"):
            head = file.read(_HEAD)
        return sniff_bytes(head.lstrip(b"\0") if head[:1] == b"\0" and _is_padded_sound(head) else head)


def sniff_bytes(head: bytes) -> FileFormat | None:
    """Return what a file that begins with `head` is."""
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[:4] == b"\x1aE\xdf\xa3":
        return FORMATS["webm" if b"webm" in head[:64] else "mkv"]
    if _is_adts(head):
        return FORMATS["aac"]
    if head[:4] in (b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return FORMATS["wav"]
    guess = filetype.guess(head) if head else None
    if guess is not None:
        return FORMATS.get(_ALIASES.get(guess.extension, guess.extension))
    # QuickTime files of old cameras start with their data; MPEG audio may start with any valid frame header.
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return FORMATS["mov"]
    return FORMATS["mp3"] if _is_mpeg_audio(head) else None


def _is_padded_sound(head: bytes) -> bool:
    """Return whether MPEG audio stands behind zeros, as broken downloads and recorders leave them."""
    sound = head.lstrip(b"\0")
    return sound[:3] == b"ID3" or _is_mpeg_audio(sound)


def _iso_media(head: bytes) -> FileFormat | None:
    """Tell the files of the ISO base media family (ISO/IEC 14496-12) apart by their major brand."""
    brand = head[8:12]
    if brand == b"qt  ":
        return FORMATS["mov"]
    if brand in (b"M4A ", b"M4B "):
        return FORMATS["m4a"]
    pictures = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"crx ", b"jp2 ", b"jpx ")
    return None if brand in pictures else FORMATS["mp4"]


def _is_adts(head: bytes) -> bool:
    """Sync word and layer 0 (ISO/IEC 13818-7), once more where the first frame's length says."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return False
    length = (head[3] & 0x03) << 11 | head[4] << 3 | head[5] >> 5
    if length < 7:
        return False
    follower = head[length : length + 2]
    return len(follower) < 2 or (follower[0] == 0xFF and follower[1] & 0xF6 == 0xF0)


def _is_mpeg_audio(head: bytes) -> bool:
    """An MPEG audio layer III frame header (ISO/IEC 11172-3) with values that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[1] & 0x18 != 0x08 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C
