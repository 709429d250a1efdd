"""Shapes around a centre, prepared once so that painting costs one look-up per pixel."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.picture.canvas import OPAQUE, Canvas, Colour, Floats

_FINE = 4
"""Steps per pixel of a distance."""


_Places: TypeAlias = NDArray[np.int64]
_Pixels: TypeAlias = tuple[_Places, _Places, _Places, Floats, Floats]


class Radial:
    """Shapes that depend only on the distance from a centre (discs, rings, glows, waves), painted in one pass."""

    def __init__(self, distance: Floats, edge: int) -> None:
        """`distance` is `(2 * edge, 2 * edge) float32` in pixels; nothing is painted beyond `edge`."""
        self.steps: Floats = np.arange(edge * _FINE + 1, dtype=np.float32) / np.float32(_FINE)
        # The four quarters are symmetric, so values are looked up for one and mirrored for the others.
        quarter = np.minimum(distance[edge:, edge:] * _FINE, edge * _FINE).astype(np.intp)
        self._fine = quarter
        self._coarse = np.ascontiguousarray(quarter[::2, ::2])

    def blend(self, canvas: Canvas, place: tuple[int, int], layers: list[tuple[Floats, Colour]]) -> None:
        """Blend layers, each an opacity 0..1 per step of the distance `(steps,)` and a colour, into the picture."""
        through = np.ones_like(self.steps)
        light = np.zeros((3, self.steps.size), dtype=np.float32)
        for opacity, colour in layers:
            through *= 1 - opacity
            light *= 1 - opacity
            light += opacity * np.array([[colour.y], [colour.u], [colour.v]], dtype=np.float32)
        through[-1], light[:, -1] = 1, 0
        top, left = place
        size, half = 2 * self._fine.shape[0], 2 * self._coarse.shape[0]
        planes = (
            (canvas.y[top : top + size, left : left + size], self._fine, 0),
            (canvas.u[top // 2 : top // 2 + half, left // 2 : left // 2 + half], self._coarse, 1),
            (canvas.v[top // 2 : top // 2 + half, left // 2 : left // 2 + half], self._coarse, 2),
        )
        kept = (through * 256).astype(np.uint16)
        for region, distance, plane in planes:
            added = (light[plane] * 256).astype(np.uint16).take(distance, mode="clip")
            share = kept.take(distance, mode="clip")
            side = distance.shape[0]
            for rows in (slice(side - 1, None, -1), slice(None)):
                for columns in (slice(side - 1, None, -1), slice(None)):
                    part = region[
                        (slice(side) if rows.step else slice(side, None)),
                        (slice(side) if columns.step else slice(side, None)),
                    ]
                    product = part * share[rows, columns]
                    product += added[rows, columns]
                    product >>= 8
                    part[...] = product


class Rays:
    """Bars with round ends, evenly around a centre and pointing outwards; only their own pixels are touched."""

    def __init__(self, distance: Floats, angle: Floats, count: int, radius: float) -> None:
        """`distance` in pixels and `angle` in radians are `(side, side) float32`; the bars start at about `radius`."""
        self._half_width = np.float32(np.pi * radius / count * 0.62)
        self._fine = self._pixels(distance, angle, count, radius)
        self._coarse = self._pixels(distance[::2, ::2], angle[::2, ::2], count, radius)

    def _pixels(self, distance: Floats, angle: Floats, count: int, radius: float) -> _Pixels:
        """Return (rows, columns, bar, distance, squared distance from the bar's middle line), nearest first."""
        place = angle / (2 * np.pi) % 1 * count
        across = np.abs(place % 1 - 0.5) * np.float32(2 * np.pi / count) * distance
        near = (across < self._half_width + 1) & (distance > radius * 0.9) & (distance < radius * 2.3)
        rows, columns = np.nonzero(near)
        order = np.argsort(distance[near], kind="stable")
        bar = place[near].astype(np.int64) % count
        return rows[order], columns[order], bar[order], distance[near][order], across[near][order] ** 2

    def blend(self, canvas: Canvas, place: tuple[int, int], inner: float, lengths: Floats, colour: Colour) -> None:
        """Draw the bars from `inner` outwards, `lengths` in pixels, one per bar."""
        outer = (inner + lengths).astype(np.float32)
        for pixels, scale, planes in (
            (self._fine, 1, ((canvas.y, colour.y),)),
            (self._coarse, 2, ((canvas.u, colour.u), (canvas.v, colour.v))),
        ):
            rows, columns, mask = self._covered(pixels, inner, outer)
            at = (rows + place[0] // scale) * planes[0][0].shape[1] + columns + place[1] // scale
            for plane, value in planes:
                flat = plane.reshape(-1)
                under = flat[at].astype(np.int16)
                flat[at] = (under + ((np.int16(round(value)) - under) * mask >> 7)).astype(np.uint8)

    def _covered(self, pixels: _Pixels, inner: float, outer: Floats) -> tuple[_Places, _Places, NDArray[np.int16]]:
        """Return (rows, columns, mask) of the pixels that the bars cover."""
        # Pixels are sorted by distance, so those beyond the longest bar are skipped.
        reach = int(np.searchsorted(pixels[3], outer.max() + self._half_width + 1))
        rows, columns, bar = (each[:reach] for each in pixels[:3])
        distance, across = (each[:reach] for each in pixels[3:])
        beyond = np.maximum(distance - outer[bar], np.float32(inner) - distance)
        np.maximum(beyond, 0, out=beyond)
        beyond *= beyond
        beyond += across
        np.sqrt(beyond, out=beyond)
        mask = np.clip((self._half_width + np.float32(0.5) - beyond) * OPAQUE, 0, OPAQUE).astype(np.int16)
        seen = np.flatnonzero(mask)
        return rows[seen], columns[seen], mask[seen]
