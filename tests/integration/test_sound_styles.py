"""Every style, composed and rendered: balanced like finished music, without holes, safe after AAC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.compose import STYLES, compose
from studio.domain import SAMPLE_RATE, Brief
from studio.mix import decode, measure
from studio.mix.balance import deviation
from studio.piece import make_piece
from tests.support.encoded import as_aac

_SECONDS = 8.0
_DARK = {"ambient", "piano", "waltz", "lofi", "bossa"}
"""Styles that may be dull: their treble is not held to a least level."""

_FEW = {"pop", "piano", "epic", "trap", "ambient"}
"""Those that `make test` hears; `make check` hears all."""


@pytest.mark.parametrize(
    "style", [style if style in _FEW else pytest.param(style, marks=pytest.mark.slow) for style in STYLES]
)
def test_a_style_is_balanced_whole_and_safe(style: str, tmp_path: Path) -> None:
    valence, energy = STYLES[style].mood
    score = compose(Brief(style=style, seconds=_SECONDS, seed=3, valence=valence, energy=energy))
    make_piece(score, tmp_path / "t.wav", soundfont=None, progress=lambda _stage, _fraction: None)
    sound = decode(tmp_path / "t.wav")

    away = deviation(sound)
    assert away[:2].max() < 6.5, "the sub bass dominates"
    assert away[2:6].max() < 7.5, "the middle booms"
    assert away[6:8].max() < 5.0, "the presence is harsh"
    assert away[8:].max() < 9.0, "the treble hisses"
    assert away[2:6].min() > -9.0, "the middle is hollow"
    assert style in _DARK or away[6:8].min() > -12.0, "the presence is missing"

    steps = np.abs(sound[: -2 * SAMPLE_RATE]).max(axis=1)
    steps = steps[: len(steps) // 24_000 * 24_000].reshape(-1, 24_000).max(axis=1)
    assert steps.min() > 10 ** (-50 / 20)
    side, middle = np.std(sound[:, 0] - sound[:, 1]) / 2, np.std(sound[:, 0] + sound[:, 1]) / 2
    assert 0.02 < side / middle < 0.65
    assert np.abs(np.diff(sound, axis=0)).max() < 0.9

    film = measure(as_aac(sound, tmp_path / "t.mp4"))
    assert film.lufs == pytest.approx(-14.0, abs=0.5)
    assert film.true_peak <= -1.2
