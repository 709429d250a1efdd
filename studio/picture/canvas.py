"""A picture in YUV 4:2:0 (BT.709, limited range), as the encoder takes it, into which shapes are blended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
OPAQUE = 128
"""Full opacity. Masks are int16 0..128, so that a product with a difference of bytes fits into 16 bits."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as BT.709 limited-range Y, U, V."""

    y: float
    u: float
    v: float

    @classmethod
    def rgb(cls, red: float, green: float, blue: float) -> Colour:
        """Convert R, G, B in 0..1 (ITU-R BT.709-6)."""
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return cls(16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748)

    def mixed(self, other: Colour, share: float) -> Colour:
        """Return this colour mixed with a `share` (0..1) of another one."""
        return Colour(
            self.y + (other.y - self.y) * share,
            self.u + (other.u - self.u) * share,
            self.v + (other.v - self.v) * share,
        )


class Canvas:
    """A picture of even `width` and `height`. `data` is `(height * 3 / 2, width) uint8`: the planes Y, U and V."""

    def __init__(self, width: int, height: int, data: Bytes | None = None) -> None:
        """`data`, where given, is used instead of a new array."""
        self.width, self.height = width, height
        self.data = np.zeros((height * 3 // 2, width), dtype=np.uint8) if data is None else data
        luma, chroma = width * height, width * height // 4
        flat = self.data.reshape(-1)
        self.y = flat[:luma].reshape(height, width)
        self.u = flat[luma : luma + chroma].reshape(height // 2, width // 2)
        self.v = flat[luma + chroma :].reshape(height // 2, width // 2)

    def blend(self, top: int, left: int, mask: NDArray[np.int16], colour: Colour) -> None:
        """Blend a colour into the picture through a mask `(h, w) int16 0..128`; `top`, `left`, h and w are even."""
        height, width = mask.shape
        _blend(self.y[top : top + height, left : left + width], mask, colour.y)
        half = mask[::2, ::2]
        rows, columns = slice(top // 2, (top + height) // 2), slice(left // 2, (left + width) // 2)
        _blend(self.u[rows, columns], half, colour.u)
        _blend(self.v[rows, columns], half, colour.v)

    def fill(self, y: Floats, u: Floats, v: Floats) -> None:
        """Fill the picture with small fields `(h, w) float32` for Y, U and V, stretched smoothly."""
        self.y[...] = stretched(y, self.width, self.height)
        self.u[...] = stretched(u, self.width // 2, self.height // 2)
        self.v[...] = stretched(v, self.width // 2, self.height // 2)

    def dim(self, light: float) -> None:
        """Darken the picture: 1 changes nothing, 0 is black."""
        if light >= 1:
            return
        steps = np.arange(256, dtype=np.float32)
        self.y[...] = np.round(16 + (steps - 16) * light).clip(0, 255).astype(np.uint8)[self.y]
        colours = np.round(128 + (steps - 128) * light).astype(np.uint8)
        self.u[...], self.v[...] = colours[self.u], colours[self.v]


def _blend(region: Bytes, mask: NDArray[np.int16], value: float) -> None:
    difference = np.int16(round(value)) - region.astype(np.int16)
    difference *= mask
    difference >>= 7
    np.add(region, difference, out=region, casting="unsafe")


def stretched(field: Floats, width: int, height: int) -> Bytes:
    """Stretch a small field `(h, w) float32` to `(height, width) uint8` by bicubic interpolation."""
    image = Image.fromarray(field.clip(0, 255).astype(np.uint8))
    return cast("Bytes", np.asarray(image.resize((width, height), Image.Resampling.BICUBIC)))


def mask_of(coverage: Floats) -> NDArray[np.int16]:
    """Return the mask of a coverage 0..1, `int16 0..128` of the same shape."""
    return (coverage * OPAQUE).astype(np.int16)
