"""A person's picture as a scene: fitted over its own blur, swelling slightly on each beat."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.reformatter import ColorRange
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps, ImageStat, PngImagePlugin

from media import Fault, NotMedia
from studio.domain import Look
from studio.picture.canvas import Bytes, Canvas
from studio.picture.scenes import pulse

_LEVELS = 8
"""The number of sizes of the picture within a beat."""

_ZOOM = 0.04
_ROOM = 0.78
"""The share of the film's sides that the picture may fill."""

_SIMILAR_RATIO = 1.15
"""A picture fills the film if their aspect ratios differ by less than this factor."""

# Editors and image generators write megabytes of text into pictures.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 64 << 20
_MOST = 4096
_MOST_BLANK = 50
_PIXELS = 100_000_000


class Cover:
    """The scene that shows a person's picture."""

    title_at = 0.84

    def __init__(self, path: Path, look: Look, width: int, height: int) -> None:
        """Raises `media.NotMedia` if the file is no picture."""
        self._look = look
        self._width, self._height = width, height
        image = load(path)
        self._behind = _blurred(image, width, height)
        ratio = (image.width / image.height) / (width / height)
        self._fills = 1 / _SIMILAR_RATIO < ratio < _SIMILAR_RATIO
        room = 1.0 if self._fills else _ROOM
        pick = max if self._fills else min
        scale = pick(width * room / image.width, height * room / image.height)
        self._size = image.width * scale, image.height * scale
        self._image = image.resize(self._zoomed(1.0), Image.Resampling.LANCZOS, reducing_gap=2.0)
        self._painted: dict[tuple[int, int], Bytes] = {}

    def draw(self, canvas: Canvas, mood: int, beat: float) -> None:
        """Paint the picture at the size of the beat, slightly darker in quieter sections."""
        level = round(pulse(beat, self._look.beats_per_bar) * (_LEVELS - 1))
        if (mood, level) not in self._painted:
            if (2, level) not in self._painted:
                self._painted[2, level] = _yuv(self._composed(level / (_LEVELS - 1)))
            shaded = Canvas(self._width, self._height, self._painted[2, level].copy())
            shaded.dim((0.82, 0.91, 1.0)[mood])
            self._painted[mood, level] = shaded.data
        canvas.data[...] = self._painted[mood, level]

    def _zoomed(self, light: float) -> tuple[int, int]:
        zoom = 1 + _ZOOM * light
        return max(round(self._size[0] * zoom), 2), max(round(self._size[1] * zoom), 2)

    def _composed(self, light: float) -> Image.Image:
        size = self._zoomed(light)
        shown = self._image.resize(size, Image.Resampling.BICUBIC)
        place = (self._width - size[0]) // 2, (self._height - size[1]) // 2
        if self._fills:
            full = Image.new("RGB", (self._width, self._height))
            full.paste(shown, place)
            return ImageEnhance.Brightness(full).enhance(0.84 + 0.16 * light)
        behind = ImageEnhance.Brightness(self._behind).enhance(0.62 + 0.24 * light)
        radius = max(int(min(self._width, self._height) * 0.022), 2)
        shadow = Image.new("L", (self._width // 4, self._height // 4))
        box = [edge / 4 for edge in (place[0], place[1] + radius, place[0] + size[0], place[1] + size[1] + radius)]
        ImageDraw.Draw(shadow).rounded_rectangle(box, radius / 4, fill=150)
        shadow = shadow.filter(ImageFilter.GaussianBlur(radius / 2)).resize(behind.size, Image.Resampling.BILINEAR)
        behind.paste((0, 0, 0), (0, 0), shadow)
        corners = Image.new("L", (2 * size[0], 2 * size[1]))
        ImageDraw.Draw(corners).rounded_rectangle((0, 0, *corners.size), 2 * radius, fill=255)
        behind.paste(shown, place, corners.reduce(2))
        return behind


def load(path: Path) -> Image.Image:
    """Load a picture as RGB, upright, with sides of at most 4096 pixels; of an animation the first that shows
    anything.

    A transparent picture gets a light or dark background, whichever it contrasts with. Raises `media.NotMedia`.
    """
    try:
        with warnings.catch_warnings(), Image.open(path, formats=("JPEG", "PNG", "GIF", "WEBP")) as opened:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            if opened.width * opened.height > _PIXELS:
                raise NotMedia(Fault.TOO_HEAVY, f"{opened.width}x{opened.height}")
            opened.draft("RGB", (_MOST, _MOST))
            _seek_shown(opened)
            image = ImageOps.exif_transpose(opened)
            image.thumbnail((_MOST, _MOST), reducing_gap=2.0)
            return _opaque(image)
    except Image.DecompressionBombError as error:
        raise NotMedia(Fault.TOO_HEAVY, str(error)) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise NotMedia(Fault.BROKEN, str(error)) from error


def _seek_shown(image: Image.Image) -> None:
    """Go to the first picture of an animation in which anything is to be seen."""
    for number in range(min(getattr(image, "n_frames", 1), _MOST_BLANK)):
        image.seek(number)
        if not image.has_transparency_data or image.convert("RGBA").getchannel("A").getextrema()[1]:
            return
    image.seek(0)


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    alpha = layered.getchannel("A")
    if alpha.getextrema() == (0, 0):
        return layered.convert("RGB")
    dark = ImageStat.Stat(layered.convert("L"), mask=alpha).mean[0] < 110
    ground = Image.new("RGBA", layered.size, (238, 238, 240, 255) if dark else (24, 25, 32, 255))
    return Image.alpha_composite(ground, layered).convert("RGB")


def _blurred(image: Image.Image, width: int, height: int) -> Image.Image:
    small = ImageOps.fit(image, (max(width // 12, 2), max(height // 12, 2)), Image.Resampling.BOX)
    blurred = small.filter(ImageFilter.GaussianBlur(max(min(small.size) / 14, 1)))
    return blurred.resize((width, height), Image.Resampling.BICUBIC)


def _yuv(image: Image.Image) -> Bytes:
    rgb: Bytes = np.asarray(image)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    converted = frame.reformat(format="yuv420p", dst_colorspace="itu709", dst_color_range=ColorRange.MPEG)
    return np.ascontiguousarray(cast("Bytes", converted.to_ndarray()))
