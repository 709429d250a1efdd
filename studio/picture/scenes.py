"""Scenes that move with the beat. Each one repeats exactly once per bar, so that bars can be joined."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.domain import Look
from studio.picture.canvas import Bytes, Canvas, Colour, Floats, mask_of
from studio.picture.palette import palette
from studio.picture.shapes import Radial, Rays


class Scene(Protocol):
    """A picture that can be drawn at any position in a bar."""

    title_at: float
    """The height of a title's middle, as a share of the picture's."""

    def draw(self, canvas: Canvas, mood: int, beat: float) -> None:
        """Paint the whole canvas; `beat` counts from the bar line."""
        ...


def pulse(beat: float, beats_per_bar: int) -> float:
    """Return the light of a beat, 0..1: it is full on the beat, strongest on the bar line, and then decays."""
    index, passed = divmod(beat, 1.0)
    accent = 1.0 if int(index) % beats_per_bar == 0 else 0.72
    return float(accent * np.exp(-3.6 * passed))


class Background:
    """Soft lights in the dark, placed by the seed and moved with each mood.

    It is still within a bar, since unchanged areas cost the encoder next to nothing.
    """

    def __init__(self, look: Look, width: int, height: int) -> None:
        self.palettes = [palette(look, mood) for mood in range(3)]
        rng = random.Random(look.seed)
        spots = [(rng.uniform(0.0, 1.0), rng.uniform(0.0, 1.0), rng.random()) for _ in range(3)]
        self._painted = [self._paint(mood, spots, width, height) for mood in range(3)]

    def paint(self, canvas: Canvas, mood: int) -> None:
        """Fill the canvas."""
        canvas.data[...] = self._painted[mood]

    def _paint(self, mood: int, spots: list[tuple[float, float, float]], width: int, height: int) -> Bytes:
        longest, scale = max(width, height), 8 if max(width, height) > 640 else 4
        x = np.linspace(0, width / longest, -(-width // scale), dtype=np.float32)[None, :]
        y = np.linspace(0, height / longest, -(-height // scale), dtype=np.float32)[:, None]
        # The dark colour fills what the lights leave free.
        weights = [np.full((y.size, x.size), 0.16, dtype=np.float32)]
        for across, down, phase in spots:
            turn = 2 * np.pi * phase + mood * 1.3
            cx = across * width / longest + 0.16 * np.cos(turn)
            cy = down * height / longest + 0.16 * np.sin(turn)
            distance = (x - np.float32(cx)) ** 2 + (y - np.float32(cy)) ** 2
            weights.append(np.exp(-distance / np.float32((0.030, 0.05, 0.07)[mood])))
        colours = np.array([(c.y, c.u, c.v) for c in self.palettes[mood].field], dtype=np.float32)
        fields = np.tensordot(np.stack(weights), colours, axes=(0, 0)) / np.sum(weights, axis=0)[..., None]
        canvas = Canvas(width, height)
        canvas.fill(fields[..., 0], fields[..., 1], fields[..., 2])
        return canvas.data


_GLOWS = 4
"""Steps of a soft glow from dark to full; each one costs the encoder as much as all other motion."""

_SIZES = 24
"""Steps of a size that swells with the beat; they are too small to see, and late in a beat most frames are equal."""


def stepped(light: float, steps: int) -> float:
    """Round a light 0..1 to steps that look even; they are finer where it is dark."""
    return float((round(steps * light**0.5) / steps) ** 2)


class Halo:
    """A ring of bars around a disc; the bars are the piece's own loudness, mirrored, and jump with the beat."""

    _BARS = 72

    def __init__(self, look: Look, width: int, height: int, contour: Floats) -> None:
        """`contour` is the piece's loudness from beginning to end, 0..1, any length."""
        self._look = look
        self._background = Background(look, width, height)
        short = min(width, height)
        self.title_at = 0.9 if width >= height else 0.84
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
        """Paint the background, a glow, a wave that runs outwards from the bar line, the disc and the bars."""
        beats = self._look.beats_per_bar
        exact = pulse(beat, beats)
        light, soft = stepped(exact, _SIZES), stepped(exact, _GLOWS)
        colours = self._background.palettes[mood]
        self._background.paint(canvas, mood)
        # Disc and glow move together, so that both are encoded at once.
        radius = self._radius * (1 + 0.035 * soft * (0.6 + 0.3 * mood))
        steps = self._radial.steps
        outside = np.maximum(steps - radius, 0)
        passed = beat / beats
        front = radius + (self._edge - radius) * (1 - (1 - passed) ** 2)
        glow = np.exp(-outside / (self._radius * 0.45)) * (0.12 + 0.55 * soft)
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
                (disc * (0.10 + 0.55 * soft) * depth, colours.field[2]),
                (rim, colours.light),
            ],
        )
        lengths = self._lengths * np.float32(self._radius * (0.22 + 0.5 * light * (0.6 + 0.3 * mood)))
        self._rays.blend(canvas, self._place, radius * 1.08, lengths + np.float32(self._radius * 0.05), colours.light)


class Columns:
    """Columns across the picture, centred on its middle line; each one has its own strokes in the bar."""

    def __init__(self, look: Look, width: int, height: int, contour: Floats) -> None:
        """`contour` is the piece's loudness from beginning to end; it gives the columns their sizes."""
        self._look = look
        self._background = Background(look, width, height)
        self.title_at = 0.86
        count = 48 if width > height else 26
        self._pitch = width * 0.86 / count
        self._left = width * 0.07
        self._middle = height // 2
        self._most = height * (0.36 if width > height else 0.2)
        self._sizes = 0.35 + 0.65 * _resampled(contour, count)
        rng = random.Random(look.seed + 1)
        beats = look.beats_per_bar
        # The strokes of each column are random but always include the bar line.
        self._strokes = [
            sorted({0.0, *(rng.randrange(beats * 4) / 4 for _ in range(2 + rng.randrange(3)))}) for _ in range(count)
        ]
        wide = int(self._pitch * 0.56) // 2 * 2
        self._wide = max(wide, 2)
        axis = np.arange(self._wide, dtype=np.float32) - self._wide / 2 + 0.5
        down = np.arange(self._wide // 2 // 2 * 2 or 2, dtype=np.float32) + 0.5
        self._cap = mask_of(np.clip(self._wide / 2 + 0.5 - np.hypot(down[::-1, None], axis[None, :]), 0, 1))

    def draw(self, canvas: Canvas, mood: int, beat: float) -> None:
        """Paint the background and the columns, loud ones in the accent colour."""
        self._background.paint(canvas, mood)
        colours = self._background.palettes[mood]
        beats = self._look.beats_per_bar
        light = pulse(beat, beats)
        for index, size in enumerate(self._sizes):
            last = max((stroke for stroke in self._strokes[index] if stroke <= beat), default=0.0)
            own = float(np.exp(-3.2 * (beat - last)))
            level = (0.10 + 0.06 * mood) + (0.42 * light + 0.4 * own) * (0.7 + 0.15 * mood)
            half = max(int(self._most * float(size) * level) // 2 * 2, 2)
            left = int(self._left + (index + 0.5) * self._pitch - self._wide / 2) // 2 * 2
            self._column(canvas, left, half, colours.light.mixed(colours.accent, min(0.75 * own, 1.0)))

    def _column(self, canvas: Canvas, left: int, half: int, colour: Colour) -> None:
        top, bottom = self._middle // 2 * 2 - half, self._middle // 2 * 2 + half
        canvas.y[top:bottom, left : left + self._wide] = round(colour.y)
        columns = slice(left // 2, (left + self._wide) // 2)
        canvas.u[top // 2 : bottom // 2, columns] = round(colour.u)
        canvas.v[top // 2 : bottom // 2, columns] = round(colour.v)
        canvas.blend(top - len(self._cap), left, self._cap, colour)
        canvas.blend(bottom, left, self._cap[::-1], colour)


class Horizon:
    """A sun that swells on the beat over hills that pass by once per bar."""

    def __init__(self, look: Look, width: int, height: int, contour: Floats) -> None:
        """`contour` is the piece's loudness from beginning to end; it is the skyline of the farthest hills."""
        self._look = look
        self._background = Background(look, width, height)
        self._width, self._height = width, height
        self.title_at = 0.87
        short = min(width, height)
        self._swing = short * 0.035
        # The number of hills depends on the width.
        self._waves = (3, 4, 5) if width > height else (1, 2, 3)
        self._radius = short * 0.2
        self._edge = int(short * 0.4) // 4 * 4
        self._place = (int(height * 0.44) - self._edge) // 2 * 2, (width // 2 - self._edge) // 2 * 2
        axis = np.arange(2 * self._edge, dtype=np.float32) - self._edge + 0.5
        self._radial = Radial(np.hypot(axis[:, None], axis[None, :]), self._edge)
        self._across = np.linspace(0, 2 * np.pi, width, endpoint=False, dtype=np.float32)
        skyline = _resampled(contour, 24)
        places = np.linspace(0, 24, width)
        self._skyline = np.interp(places, np.arange(25), np.append(skyline, skyline[0])).astype(np.float32)
        rng = random.Random(look.seed + 2)
        self._phases = [rng.uniform(0, 6.283) for _ in range(6)]

    def draw(self, canvas: Canvas, mood: int, beat: float) -> None:
        """Paint the sky, the sun with its glow, and three rows of hills."""
        beats = self._look.beats_per_bar
        light = pulse(beat, beats)
        colours = self._background.palettes[mood]
        self._background.paint(canvas, mood)
        radius = self._radius * (1 + 0.07 * light * (0.7 + 0.2 * mood))
        steps = self._radial.steps
        glow = np.exp(-np.maximum(steps - radius, 0) / (self._radius * 0.33)) * (0.18 + 0.5 * light)
        fade = np.clip((self._edge - steps) / (self._edge * 0.35), 0, 1)
        disc = np.clip(radius - steps + 0.5, 0, 1)
        depth = np.clip(steps / radius, 0, 1) ** 2
        warm = [(glow * fade, colours.accent), (disc, colours.light), (disc * depth * 0.85, colours.field[3])]
        self._radial.blend(canvas, self._place, warm)
        passed = 2 * np.pi * beat / beats
        base = self._height * 0.66
        swing = self._swing * (1 + 0.3 * mood)
        for row in range(3):
            turn = passed * (1 if row != 1 else -1)
            shape = np.sin(self._across * self._waves[row] + turn + self._phases[row])
            shape += 0.5 * np.sin(self._across * (2 * self._waves[row] - 1) + 2 * turn + self._phases[row + 3])
            if row == 0:
                shape = 1.2 - 2.8 * self._skyline * np.float32(0.75 + 0.35 * light)
            line = base + row * self._height * 0.095 + swing * shape - swing * 0.5 * light
            self._hills(
                canvas, line.astype(np.float32), colours.field[1].mixed(colours.field[0], (0.15, 0.55, 0.95)[row])
            )

    def _hills(self, canvas: Canvas, line: Floats, colour: Colour) -> None:
        """Fill everything below a line, given as the height of its edge for every column."""
        top, bottom = int(line.min()) // 2 * 2, min(int(line.max()) // 2 * 2 + 4, self._height)
        rows = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5)
        canvas.blend(top, 0, mask_of(np.clip(rows - line[None, :], 0, 1)), colour)
        canvas.y[bottom:] = round(colour.y)
        canvas.u[bottom // 2 :] = round(colour.u)
        canvas.v[bottom // 2 :] = round(colour.v)


class Orbs:
    """Lights out of focus; each one lights up on its own beat and fades slowly."""

    def __init__(self, look: Look, width: int, height: int, contour: Floats) -> None:
        """`contour` gives the orbs their sizes."""
        self._look = look
        self._background = Background(look, width, height)
        self.title_at = 0.5
        rng = random.Random(look.seed + 3)
        short = min(width, height)
        count = 11
        self._orbs: list[tuple[int, int, NDArray[np.int16], float, float]] = []
        for index, size in enumerate(_resampled(contour, count)):
            radius = int(short * (0.05 + 0.11 * rng.random() + 0.05 * float(size))) // 2 * 2
            x, y = rng.uniform(0.06, 0.94) * width, rng.uniform(0.08, 0.92) * height
            axis = np.arange(2 * radius, dtype=np.float32) - radius + 0.5
            distance = np.hypot(axis[:, None], axis[None, :]) / np.float32(radius)
            body = np.clip((1 - distance) * radius / 3, 0, 1) * (0.62 + 0.38 * distance**4)
            top, left = int(y - radius) // 2 * 2, int(x - radius) // 2 * 2
            beat = float(index % look.beats_per_bar) if index else 0.0
            self._orbs.append((top, left, mask_of(body.astype(np.float32)), beat, rng.random()))

    def draw(self, canvas: Canvas, mood: int, beat: float) -> None:
        """Paint the background and the orbs; all of them respond slightly to the bar line."""
        beats = self._look.beats_per_bar
        colours = self._background.palettes[mood]
        self._background.paint(canvas, mood)
        for top, left, body, own, tint in self._orbs:
            passed = (beat - own) % beats
            glow = 0.5 * float(np.exp(-1.1 * passed)) + 0.16 * pulse(beat, beats)
            opacity = np.float32((0.10 + 0.05 * mood) + glow * (0.7 + 0.12 * mood))
            colour = colours.light.mixed(colours.accent if tint < 0.5 else colours.field[3], 0.35 + 0.5 * tint)
            _inside(canvas, top, left, (body * opacity).astype(np.int16), colour)


def _inside(canvas: Canvas, top: int, left: int, mask: NDArray[np.int16], colour: Colour) -> None:
    """Blend the part of a mask that lies in the picture; all places are even."""
    above, before = max(-top, 0), max(-left, 0)
    seen = mask[above : max(canvas.height - top, 0), before : max(canvas.width - left, 0)]
    if seen.size:
        canvas.blend(top + above, left + before, seen, colour)


def _resampled(contour: Floats, count: int) -> Floats:
    """Return `count` values of a contour, scaled to 0..1 between its own extremes."""
    if contour.size == 0:
        return np.full(count, 0.5, dtype=np.float32)
    places = np.linspace(0, contour.size - 1, count)
    values = np.interp(places, np.arange(contour.size), contour)
    low, high = float(values.min()), float(values.max())
    return ((values - low) / max(high - low, 1e-6)).astype(np.float32)


_SCENES: dict[str, Callable[[Look, int, int, Floats], Scene]] = {
    **dict.fromkeys(("lofi", "synthwave", "tropical", "bossa", "reggae", "folk", "chinese", "futurebass"), Horizon),
    **dict.fromkeys(("hiphop", "trap", "funk", "rock", "dnb", "chiptune", "house"), Columns),
    **dict.fromkeys(("ambient", "piano", "cinematic", "tension", "jazz", "waltz"), Orbs),
}
"""The scenes of styles; any other style has the halo."""


def choose(look: Look, width: int, height: int, contour: Floats) -> Scene:
    """Return the drawn scene of a style. `contour`: loudness over time, any length and scale."""
    return _SCENES.get(look.style.lower(), Halo)(look, width, height, contour)
