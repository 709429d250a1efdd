"""Paints any frame of a drawn film: its scene, its titles, its ending."""

from __future__ import annotations

import numpy as np

from studio.domain import FPS, SAMPLE_RATE, FilmSpec
from studio.picture.canvas import Canvas, Floats
from studio.picture.cover import Cover
from studio.picture.film_plan import BarLook, bar_at, bar_of, dimming, mood_at, title_opacity
from studio.picture.layers import read
from studio.picture.scenes import Scene, choose
from studio.picture.titles import set_title

_CHEAP = 6
"""The factor by which a cheap picture is smaller on each side."""

_CONTOUR = 0.1
"""Seconds per value of the contour."""


class Painter:
    """Paints the frames of one film."""

    def __init__(self, film: FilmSpec, *, cheap: bool) -> None:
        width, height = (int(side) for side in film.shape.split("x"))
        self.width, self.height = (width // _CHEAP, height // _CHEAP) if cheap else (width, height)
        self._film = film
        self._scene: Scene = (
            choose(film.look, self.width, self.height, contour(film))
            if film.cover is None
            else Cover(film.cover, film.look, self.width, self.height)
        )
        self._titles = [set_title(card.text, self.width, self.height, at=self._scene.title_at) for card in film.titles]

    def paint_bar(self, canvas: Canvas, key: BarLook, index: int) -> None:
        """Paint frame `index` of a bar that looks like `key`."""
        self._scene.draw(canvas, key.mood, index / FPS * self._film.look.bpm / 60)
        for number in key.titles:
            if (title := self._titles[number]) is not None:
                title.draw(canvas, 1.0)

    def paint(self, canvas: Canvas, frame: int) -> None:
        """Paint frame `frame` of the film."""
        look = self._film.look
        bar = bar_of(look, frame)
        beat = max(0.0, bar_at(look, frame) - bar) * look.beats_per_bar
        self._scene.draw(canvas, mood_at(look, bar), beat)
        for card, title in zip(self._film.titles, self._titles, strict=True):
            if title is not None:
                title.draw(canvas, title_opacity(card, frame))
        canvas.dim(0.12 + 0.88 * dimming(self._film, frame))


def contour(film: FilmSpec) -> Floats:
    """Return the RMS of the film's main sound per 0.1 s, `(n,) float32`; empty without sound."""
    music = [layer for layer in film.layers if layer.volume > 0 and layer.path.exists()]
    if not music:
        return np.zeros(0, dtype=np.float32)
    step = round(_CONTOUR * SAMPLE_RATE)
    values: list[Floats] = []
    rest = np.zeros((0, 2), dtype=np.float32)
    for block in read(max(music, key=lambda layer: layer.seconds).path):
        rest = np.concatenate([rest, block]) if len(rest) else block
        whole = len(rest) // step * step
        if whole:
            values.append(np.sqrt(np.mean(rest[:whole].reshape(-1, step * 2) ** 2, axis=1)))
            rest = rest[whole:]
    return np.concatenate(values) if values else np.zeros(0, dtype=np.float32)
