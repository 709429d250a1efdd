"""Drawn pictures that move with the beat. Every scene repeats exactly once per bar, so that bars can be joined."""

from __future__ import annotations

import random
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.model import Film, Look
from studio.picture.canvas import Canvas, Floats, mask_of
from studio.picture.palette import palette


class Scene(Protocol):
    """Something that can be drawn at any place in a bar."""

    def draw(self, canvas: Canvas, mood: int, beat: float) -> None:
        """Paint the whole canvas. `beat` counts from the bar line, 0 <= beat < beats per bar (nearly)."""
        ...


def pulse(beat: float, beats_per_bar: int) -> float:
    """Return the light of a beat, 0..1: at once there on the beat, strongest on the bar line, then dying away."""
    index, passed = divmod(beat, 1.0)
    accent = 1.0 if int(index) % beats_per_bar == 0 else 0.72
    return float(accent * np.exp(-3.6 * passed))


class Flow:
    """The colours behind everything: four soft lights that wander, each round in a bar."""

    def __init__(self, look: Look, width: int, height: int) -> None:
        self._look = look
        scale = 8 if max(width, height) > 640 else 4
        columns, rows = -(-width // scale), -(-height // scale)
        self._x = np.linspace(0, width / max(width, height), columns, dtype=np.float32)[None, :]
        self._y = np.linspace(0, height / max(width, height), rows, dtype=np.float32)[:, None]
        dice = random.Random(look.seed)
        self._spots = [(dice.uniform(0.05, 0.95), dice.uniform(0.05, 0.95), dice.random(), dice.choice((-1, 1)))
                       for _ in range(4)]  # fmt: skip
        self._spots[0] = (0.5, 0.5, 0.0, 1)
        self._palettes = [palette(look, mood) for mood in range(3)]

    def paint(self, canvas: Canvas, mood: int, beat: float, light: float) -> None:
        """Fill the canvas; `light` 0..1 brightens it with the beat."""
        turn = 2 * np.pi * beat / self._look.beats_per_bar
        weights, total = [], np.full((self._y.size, self._x.size), 1e-3, dtype=np.float32)
        reach = (0.030, 0.045, 0.06)[mood]
        for index, (x, y, phase, way) in enumerate(self._spots):
            sway = 0.02 + 0.015 * mood
            cx = x * float(self._x[0, -1]) + sway * np.cos(way * turn + 6.283 * phase)
            cy = y * float(self._y[-1, 0]) + sway * np.sin(way * turn + 6.283 * phase)
            distance = (self._x - np.float32(cx)) ** 2 + (self._y - np.float32(cy)) ** 2
            # The dark one fills what the others leave.
            weight = (
                np.full_like(distance, 0.16)
                if index == 0
                else np.exp(-distance / np.float32(reach * (1 + 0.35 * light)))
            )
            weights.append(weight)
            total += weight
        colours = self._palettes[mood].field
        y, u, v = (
            sum((weight * np.float32(value) for weight, value in zip(weights, values, strict=True)), np.float32(0))
            / total
            for values in ([c.y for c in colours], [c.u for c in colours], [c.v for c in colours])
        )
        gain = np.float32(0.86 + 0.26 * light)
        canvas.fill(16 + (y - 16) * gain, 128 + (u - 128) * gain, 128 + (v - 128) * gain)


class Halo:
    """A ring of bars around a disc: the bars are the piece's own loudness, once around, and jump with the beat."""

    _BARS = 72

    def __init__(self, look: Look, width: int, height: int, contour: Floats) -> None:
        """`contour` is the piece's loudness from beginning to end, 0..1, any length."""
        self._look = look
        self._flow = Flow(look, width, height)
        short = min(width, height)
        self._radius = short * 0.2
        half = int(short * 0.47) // 4 * 4
        self._top, self._left = (height // 2 - half) // 2 * 2, (width // 2 - half) // 2 * 2
        axis = np.arange(2 * half, dtype=np.float32) - half + 0.5
        self._distance = np.hypot(axis[:, None], axis[None, :])
        angle = np.arctan2(axis[None, :], -axis[:, None]) / (2 * np.pi) % 1
        place = angle * self._BARS
        self._bar = place.astype(np.int64) % self._BARS
        # Distance from a bar's middle line in pixels, so that bars keep their width outwards.
        middle = np.abs(place % 1 - 0.5) * (2 * np.pi / self._BARS) * self._distance
        width_of_bar = np.pi * self._radius / self._BARS * 1.05
        self._across = np.clip(width_of_bar - middle + 0.5, 0, 1)
        self._lengths = _resampled(contour, self._BARS)
        self._step = np.minimum(self._distance * 4, 4 * half * 1.5 - 1).astype(np.int32)

    def draw(self, canvas: Canvas, mood: int, beat: float) -> None:
        """Paint the flow, a glow, a wave that runs outwards from the bar line, the bars and the disc."""
        beats = self._look.beats_per_bar
        light = pulse(beat, beats)
        colours = palette(self._look, mood)
        self._flow.paint(canvas, mood, beat, light)
        radius = self._radius * (1 + 0.07 * light * (0.6 + 0.3 * mood))
        steps = np.arange(int(self._step.max()) + 1, dtype=np.float32) / 4
        edge = float(self._distance.shape[0]) / 2
        outside = np.maximum(steps - radius, 0)
        glow = np.exp(-outside / (self._radius * 0.5)) * (0.16 + 0.42 * light)
        passed = beat / beats
        front = radius + (edge - radius) * (1 - (1 - passed) ** 2)
        wave = np.exp(-(((steps - front) / (self._radius * 0.035)) ** 2)) * 0.55 * (1 - passed) ** 1.5
        fade = np.clip((edge - steps) / (edge * 0.25), 0, 1)
        ring = mask_of(np.clip((glow + wave) * fade, 0, 1))
        canvas.blend(self._top, self._left, ring[self._step], colours.accent)
        canvas.blend(self._top, self._left, self._bars(radius, light, beat, mood), colours.light)
        disc = np.clip(radius * 0.86 - steps + 0.5, 0, 1) * 0.9
        canvas.blend(self._top, self._left, mask_of(disc)[self._step], colours.field[0])
        rim = np.clip(2.2 - np.abs(steps - radius * 0.86), 0, 1)
        canvas.blend(self._top, self._left, mask_of(rim)[self._step], colours.light)

    def _bars(self, radius: float, light: float, beat: float, mood: int) -> NDArray[np.int16]:
        """Return the mask of the bars; their shape walks on by one third of the ring's symmetry per bar of music."""
        index = np.arange(self._BARS)
        shimmer = 0.5 + 0.5 * np.cos(2 * np.pi * (index * 5 / self._BARS - beat / self._look.beats_per_bar))
        lengths = self._radius * (0.08 + self._lengths * (0.25 + 0.5 * light) + 0.16 * shimmer * (0.4 + 0.3 * mood))
        inner = radius * 1.04
        along = np.minimum(self._distance - inner, inner + lengths.astype(np.float32)[self._bar] - self._distance)
        coverage = np.clip(along + 0.5, 0, 1)
        coverage *= self._across
        return mask_of(coverage * np.float32(0.92))


def _resampled(contour: Floats, count: int) -> Floats:
    """Return `count` values of a contour, scaled to 0..1 between its own extremes."""
    if contour.size == 0:
        return np.full(count, 0.5, dtype=np.float32)
    places = np.linspace(0, contour.size - 1, count)
    values = np.interp(places, np.arange(contour.size), contour)
    low, high = float(values.min()), float(values.max())
    return ((values - low) / max(high - low, 1e-6)).astype(np.float32)


def choose(film: Film, width: int, height: int, contour: Floats) -> Scene:
    """Return the scene of a film."""
    return Halo(film.look, width, height, contour)
