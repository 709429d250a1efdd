"""Drawn pictures that move with the beat. Every scene repeats exactly once per bar, so that bars can be joined."""

from __future__ import annotations

import random
from typing import Protocol

import numpy as np

from studio.model import Film, Look
from studio.picture.canvas import Bytes, Canvas, Floats
from studio.picture.palette import palette
from studio.picture.shapes import Radial, Rays


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
    """The colours behind everything: soft lights in the dark, placed by the seed, moved on with every mood.

    They stand still within a bar: pictures whose edges do not change cost the encoder next to nothing.
    """

    def __init__(self, look: Look, width: int, height: int) -> None:
        self.palettes = [palette(look, mood) for mood in range(3)]
        dice = random.Random(look.seed)
        spots = [(dice.uniform(0.0, 1.0), dice.uniform(0.0, 1.0), dice.random()) for _ in range(3)]
        self._painted = [self._paint(mood, spots, width, height) for mood in range(3)]

    def paint(self, canvas: Canvas, mood: int) -> None:
        """Fill the canvas."""
        canvas.data[...] = self._painted[mood]

    def _paint(self, mood: int, spots: list[tuple[float, float, float]], width: int, height: int) -> Bytes:
        longest, scale = max(width, height), 8 if max(width, height) > 640 else 4
        x = np.linspace(0, width / longest, -(-width // scale), dtype=np.float32)[None, :]
        y = np.linspace(0, height / longest, -(-height // scale), dtype=np.float32)[:, None]
        # The dark colour fills what the lights leave.
        weights = [np.full((y.size, x.size), 0.16, dtype=np.float32)]
        for across, down, phase in spots:
            turn = 2 * np.pi * phase + mood * 1.3
            cx = across * width / longest + 0.16 * np.cos(turn)
            cy = down * height / longest + 0.16 * np.sin(turn)
            distance = (x - np.float32(cx)) ** 2 + (y - np.float32(cy)) ** 2
            weights.append(np.exp(-distance / np.float32((0.030, 0.05, 0.07)[mood])))
        colours = np.array([(c.y, c.u, c.v) for c in self.palettes[mood].field], dtype=np.float32)
        fields = np.tensordot(np.stack(weights), colours, axes=(0, 0)) / sum(weights)[..., None]
        canvas = Canvas(width, height)
        canvas.fill(fields[..., 0], fields[..., 1], fields[..., 2])
        return canvas.data


class Halo:
    """A ring of bars around a disc: the bars are the piece's own loudness, mirrored, and jump with the beat."""

    _BARS = 72

    def __init__(self, look: Look, width: int, height: int, contour: Floats) -> None:
        """`contour` is the piece's loudness from beginning to end, 0..1, any length."""
        self._look = look
        self._flow = Flow(look, width, height)
        short = min(width, height)
        self._radius = short * 0.19
        half = int(short * 0.46) // 4 * 4
        self._edge = float(half)
        self._place = (height // 2 - half) // 2 * 2, (width // 2 - half) // 2 * 2
        axis = np.arange(2 * half, dtype=np.float32) - half + 0.5
        distance = np.hypot(axis[:, None], axis[None, :])
        self._radial = Radial(distance, half)
        self._rays = Rays(distance, np.arctan2(axis[None, :], -axis[:, None]), self._BARS, self._radius)
        half_ring = _resampled(contour, self._BARS // 2)
        self._lengths = np.concatenate([half_ring, half_ring[::-1]])

    def draw(self, canvas: Canvas, mood: int, beat: float) -> None:
        """Paint the flow, a glow, a wave that runs outwards from the bar line, the disc and the bars."""
        beats = self._look.beats_per_bar
        light = pulse(beat, beats)
        colours = self._flow.palettes[mood]
        self._flow.paint(canvas, mood)
        radius = self._radius * (1 + 0.08 * light * (0.6 + 0.3 * mood))
        steps = self._radial.steps
        outside = np.maximum(steps - radius, 0)
        passed = beat / beats
        front = radius + (self._edge - radius) * (1 - (1 - passed) ** 2)
        glow = np.exp(-outside / (self._radius * 0.45)) * (0.12 + 0.55 * light)
        wave = np.exp(-(((steps - front) / (self._radius * 0.03)) ** 2)) * 0.5 * (1 - passed) ** 1.5
        fade = np.clip((self._edge - steps) / (self._edge * 0.3), 0, 1)
        disc = np.clip(radius * 0.86 - steps + 0.5, 0, 1)
        depth = np.clip(steps / (radius * 0.86), 0, 1) ** 3
        rim = np.clip(self._radius * 0.012 - np.abs(steps - radius * 0.86), 0, 1)
        self._radial.blend(
            canvas,
            self._place,
            [
                (np.clip((glow + wave) * fade, 0, 1), colours.accent),
                (disc, colours.field[0]),
                (disc * (0.10 + 0.55 * light) * depth, colours.field[2]),
                (rim, colours.light),
            ],
        )
        lengths = self._radius * (0.05 + self._lengths * (0.22 + 0.5 * light * (0.6 + 0.3 * mood)))
        self._rays.blend(canvas, self._place, radius * 1.08, lengths, colours.light)


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
