"""Titles: text in any script of the fonts, wrapped, shrunk and finally shortened to fit.

Letters are shaped and ordered by HarfBuzz and FriBiDi within each run of one font; the runs of a line that begins with
Arabic stand from right to left.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from studio.assets import title_fonts
from studio.picture.canvas import OPAQUE, Canvas, Colour

Font = ImageFont.FreeTypeFont

_LIGHT = Colour.rgb(1.0, 1.0, 1.0)
_SHADE = Colour.rgb(0.0, 0.0, 0.02)
_LINES = 3
_TRIED = 24
"""Size in which it is tried whether a font has a letter."""
_JOINERS = "\u200c\u200d"
"""They can't be seen, but shape the letters beside them, in Hindi and Persian."""
_STRAY_JOINER = re.compile(rf"(?<!\w)[{_JOINERS}]+|[{_JOINERS}]+(?!\w)")


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
    lines, size = _fitted(text, room, height)
    if not lines:
        return None
    pitch = size * 1.22
    block = int(pitch * len(lines) + size * 0.5)
    margin = int(size * 0.9)
    tall, wide = min(_even(block + 2 * margin), height), width // 2 * 2
    image = Image.new("L", (wide, tall))
    draw = ImageDraw.Draw(image)
    first = (tall - pitch * (len(lines) - 1)) / 2
    for index, line in enumerate(lines):
        _draw_line(draw, line, size, wide / 2, first + index * pitch)
    shade = image.filter(ImageFilter.GaussianBlur(size * 0.35)).point([min(255, int(2.2 * v)) for v in range(256)])
    middle = height * at
    top = max(0, min(int(middle - tall / 2), height - tall)) // 2 * 2
    return Title(top, 0, _mask(image, 1.0), _mask(shade, 0.55))


def _draw_line(draw: ImageDraw.ImageDraw, line: str, size: int, middle: float, height: float) -> None:
    """Draw a line around a point, each run in its own font on one baseline."""
    runs = _runs(line, size)
    if len(runs) == 1:
        draw.text((middle, height), line, font=runs[0][1], fill=255, anchor="mm")
        return
    above, below = _fonts(size)[0].getmetrics()
    left, base = middle - _length(line, size) / 2, height + (above - below) / 2
    backwards = _is_right_to_left(line)
    for run, font in reversed(runs) if backwards else runs:
        word = run.rstrip()
        # In a line from right to left, the space behind a Latin word is on its left.
        shown = run[len(word) :] + word if backwards and not _is_right_to_left(word) else run
        draw.text((left, base), shown, font=font, fill=255, anchor="ls")
        left += font.getlength(run)


def _runs(line: str, size: int) -> list[tuple[str, Font]]:
    """Cut a line into runs of one font each; spaces and marks belong to the letter before."""
    fonts = _fonts(size)
    runs: list[tuple[str, Font]] = []
    for letter in line:
        neutral = letter == " " or letter in _JOINERS or unicodedata.category(letter)[0] == "M"
        having = (font for place, font in enumerate(fonts) if _draws(place, letter))
        font = runs[-1][1] if runs and neutral else next(having, fonts[0])
        if runs and runs[-1][1] is font:
            runs[-1] = (runs[-1][0] + letter, font)
        else:
            runs.append((letter, font))
    return runs


def _length(line: str, size: int) -> float:
    """Return the width of a line in pixels."""
    return sum(font.getlength(run) for run, font in _runs(line, size))


def _is_right_to_left(line: str) -> bool:
    strong = (unicodedata.bidirectional(letter) for letter in line)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


def _mask(image: Image.Image, strength: float) -> NDArray[np.int16]:
    return (np.asarray(image, dtype=np.float32) * (strength * OPAQUE / 255)).astype(np.int16)


def _even(value: int) -> int:
    return value + value % 2


def _fitted(text: str, room: int, height: int) -> tuple[list[str], int]:
    """Return the lines and the largest size in which they fit; text that never fits ends in an ellipsis."""
    largest = int(min(room * 0.105, height * 0.085))
    smallest = max(int(largest * 0.5), 7)
    clean = showable(text)
    if not clean:
        return [], smallest
    for size in range(largest, smallest - 1, -max(largest // 24, 1)):
        lines = _wrapped(clean, size, room)
        if len(lines) <= (1 if size > largest * 0.8 else 2 if size > largest * 0.62 else _LINES):
            return lines, size
    lines = _wrapped(clean, smallest, room)[:_LINES]
    last = lines[-1]
    while last and _length(last + "…", smallest) > room:
        last = last[:-1]
    return [*lines[:-1], last.rstrip() + "…"], smallest


def _wrapped(text: str, size: int, room: int) -> list[str]:
    """Break text at spaces and between ideographs; a word longer than a line is broken anywhere."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if _length((line + piece).rstrip(), size) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        line = piece.lstrip()
        while _length(line.rstrip(), size) > room and len(line) > 1:
            cut = _letters_within(line, size, room)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.strip()] if line.strip() else lines


def _letters_within(line: str, size: int, room: int) -> int:
    """Return how many letters of a line fit; at least one."""
    low, high = 1, len(line)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _length(line[:middle], size) <= room else (low, middle)
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
    """Return the text without what no font can draw: emoji, control characters, missing scripts.

    An accented letter that is missing loses its accent. If most letters are missing, the rest would make no title, and
    the result is empty.
    """
    flat = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(letter if letter == " " or _has_glyph(letter) else _plain(letter) for letter in flat)
    if 2 * _letters(kept) < _letters(flat) or not _letters(kept):
        return ""
    return " ".join(_STRAY_JOINER.sub("", kept).split())


def missing(text: str) -> tuple[str, ...]:
    """Name what of a text no font can draw, each script or kind of sign once: "Thai", "emoji"."""
    gone = (
        letter for letter in " ".join(text.split()) if letter != " " and not _has_glyph(letter) and not _plain(letter)
    )
    return tuple(dict.fromkeys(filter(None, map(_kind, gone))))


def _kind(letter: str) -> str:
    """Return the script of a letter, "" for what can't be seen anyway."""
    category = unicodedata.category(letter)
    if category[0] in "CM":
        return ""
    return unicodedata.name(letter, "").partition(" ")[0].capitalize() if category[0] == "L" else "emoji"


def _letters(text: str) -> int:
    """Return how many letters and digits a text has."""
    return sum(unicodedata.category(letter)[0] in "LN" for letter in text)


def _plain(letter: str) -> str:
    """Return a letter without its accent if a font has it, else an empty string."""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base != letter and _has_glyph(base) else ""


def _has_glyph(letter: str) -> bool:
    """Return whether a font has a letter."""
    if letter in _JOINERS:
        return True
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return False
    return bool(unicodedata.combining(letter)) or any(_draws(place, letter) for place in range(len(_fonts(_TRIED))))


@lru_cache(maxsize=8192)
def _draws(place: int, letter: str) -> bool:
    """Return whether the font at this place has a letter: it looks different from a code point that no font has.

    Without shaping, which would draw a mark that is missing on a circle of dots.
    """
    font = _fonts(_TRIED)[place].font_variant(layout_engine=ImageFont.Layout.BASIC)
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffe"))


@lru_cache(maxsize=64)
def _fonts(size: int) -> tuple[Font, ...]:
    """Return all fonts in this size; never empty."""
    fetched = tuple(ImageFont.truetype(str(path), size) for path in title_fonts())
    return fetched or (cast("Font", ImageFont.load_default(size)),)
