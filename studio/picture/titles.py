"""Titles: text in any script of the font, wrapped, shrunk and finally shortened to fit."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from studio.assets import title_font
from studio.picture.canvas import OPAQUE, Canvas, Colour

Font = ImageFont.FreeTypeFont

_LIGHT = Colour.rgb(1.0, 1.0, 1.0)
_SHADE = Colour.rgb(0.0, 0.0, 0.02)
_LINES = 3


@dataclass(frozen=True, slots=True)
class Title:
    """A title as masks `(h, w) int16 0..128` at even coordinates: letters over a soft shade."""

    top: int
    left: int
    letters: NDArray[np.int16]
    shade: NDArray[np.int16]

    def draw(self, canvas: Canvas, opacity: float) -> None:
        """Blend the title into a picture with an opacity 0..1."""
        if opacity <= 0:
            return
        for mask, colour in ((self.shade, _SHADE), (self.letters, _LIGHT)):
            seen = mask if opacity >= 1 else (mask * np.float32(opacity)).astype(np.int16)
            canvas.blend(self.top, self.left, seen, colour)


def set_title(text: str, width: int, height: int, *, at: float) -> Title | None:
    """Typeset a title for a picture of this size, centred at the share `at` of its height; None if it has no glyphs."""
    room = int(width * 0.84)
    lines, font = _fitted(text, room, height)
    if not lines:
        return None
    pitch = font.size * 1.22
    block = int(pitch * len(lines) + font.size * 0.5)
    margin = int(font.size * 0.9)
    tall, wide = min(_even(block + 2 * margin), height), width // 2 * 2
    image = Image.new("L", (wide, tall))
    draw = ImageDraw.Draw(image)
    first = (tall - pitch * (len(lines) - 1)) / 2
    for index, line in enumerate(lines):
        draw.text((wide / 2, first + index * pitch), line, font=font, fill=255, anchor="mm")
    shade = image.filter(ImageFilter.GaussianBlur(font.size * 0.35)).point([min(255, int(2.2 * v)) for v in range(256)])
    middle = height * at
    top = max(0, min(int(middle - tall / 2), height - tall)) // 2 * 2
    return Title(top, 0, _mask(image, 1.0), _mask(shade, 0.55))


def _mask(image: Image.Image, strength: float) -> NDArray[np.int16]:
    return (np.asarray(image, dtype=np.float32) * (strength * OPAQUE / 255)).astype(np.int16)


def _even(value: int) -> int:
    return value + value % 2


def _fitted(text: str, room: int, height: int) -> tuple[list[str], Font]:
    """Return the lines and the largest font in which they fit; text that never fits ends in an ellipsis."""
    largest = int(min(room * 0.105, height * 0.085))
    smallest = max(int(largest * 0.5), 7)
    clean = showable(text)
    if not clean:
        return [], _font(smallest)
    for size in range(largest, smallest - 1, -max(largest // 24, 1)):
        font = _font(size)
        lines = _wrapped(clean, font, room)
        if len(lines) <= (1 if size > largest * 0.8 else 2 if size > largest * 0.62 else _LINES):
            return lines, font
    font = _font(smallest)
    lines = _wrapped(clean, font, room)[:_LINES]
    last = lines[-1]
    while last and font.getlength(last + "…") > room:
        last = last[:-1]
    return [*lines[:-1], last.rstrip() + "…"], font


def _wrapped(text: str, font: Font, room: int) -> list[str]:
    """Break text at spaces and between ideographs; a word longer than a line is broken anywhere."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if font.getlength((line + piece).rstrip()) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        line = piece.lstrip()
        while font.getlength(line.rstrip()) > room and len(line) > 1:
            cut = _letters_within(line, font, room)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.strip()] if line.strip() else lines


def _letters_within(line: str, font: Font, room: int) -> int:
    """Return how many letters of a line fit; at least one."""
    low, high = 1, len(line)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if font.getlength(line[:middle]) <= room else (low, middle)
    return low


def _pieces(text: str) -> list[str]:
    """Return the pieces between which a line may break; closing punctuation stays with the piece before."""
    pieces = [""]
    for index, letter in enumerate(text):
        before = text[index - 1] if index else ""
        closing = unicodedata.category(letter) in ("Pe", "Pf", "Po")
        if before == " " or (not closing and (_ideograph(letter) or _ideograph(before))):
            pieces.append("")
        pieces[-1] += letter
    return [piece for piece in pieces if piece]


def _ideograph(letter: str) -> bool:
    return bool(letter) and unicodedata.east_asian_width(letter) in ("W", "F")


def showable(text: str) -> str:
    """Return the text without what the font can't draw: emoji, control characters, missing scripts.

    An accented letter that is missing loses its accent. If most letters are missing, the rest would make no title, and
    the result is empty.
    """
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(letter if letter == " " or _has_glyph(letter) else _plain(letter) for letter in flat)
    if 2 * _letters(kept) < _letters(flat) or not _letters(kept):
        return ""
    return " ".join(kept.split())


def _letters(text: str) -> int:
    """Return how many letters and digits a text has."""
    return sum(unicodedata.category(letter)[0] in "LN" for letter in text)


def _plain(letter: str) -> str:
    """Return a letter without its accent if the font has it, else an empty string."""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base != letter and _has_glyph(base) else ""


@lru_cache(maxsize=4096)
def _has_glyph(letter: str) -> bool:
    """Return whether the font has a letter: it then looks different from a code point that no font has."""
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return False
    if unicodedata.combining(letter):
        return True
    font = _font(24)
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffe"))


@lru_cache(maxsize=64)
def _font(size: int) -> Font:
    path = title_font()
    if path is not None:
        return ImageFont.truetype(str(path), size)
    return cast("Font", ImageFont.load_default(size))
