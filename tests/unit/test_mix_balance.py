"""What the console does to the whole mix: its tonal balance, its fader over the form, and who shares a role's place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.domain import SAMPLE_RATE, Role, Section
from studio.mix.balance import OCTAVES, TARGET, balance, correction, deviation
from studio.mix.gain_automation import automate_gain
from studio.mix.voice_sharing import voices_sounding
from tests.support.scores import part, score


def coloured(gains: np.ndarray, seconds: float = 4.0) -> np.ndarray:
    """Noise whose octaves have these powers in dB."""
    frames = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal((frames, 2)), axis=0)
    hertz = np.fft.rfftfreq(frames, 1.0 / SAMPLE_RATE)
    octave = np.clip(np.rint(np.log2(np.maximum(hertz, 1.0) / OCTAVES[0])), 0, len(OCTAVES) - 1).astype(int)
    # An octave twice as wide has twice the noise.
    spectrum *= (10.0 ** ((gains[octave] - 3.01 * octave) / 20.0))[:, None]
    sound = np.fft.irfft(spectrum, frames, axis=0)
    return (0.1 * sound / sound.std()).astype(np.float32)


def test_a_balanced_mix_is_left_alone() -> None:
    mix = coloured(TARGET)
    before = mix.copy()

    assert np.abs(deviation(mix)).max() < 1.0
    balance(mix)
    np.testing.assert_array_equal(mix, before)


@pytest.mark.parametrize(("octave", "off"), [(0, 12.0), (1, 9.0), (7, 8.0), (5, -9.0)])
def test_an_octave_that_stands_out_is_brought_back(octave: int, off: float) -> None:
    mix = coloured(TARGET + off * (np.arange(len(TARGET)) == octave))
    before = deviation(mix)
    balance(mix)
    after = deviation(mix)

    assert abs(after[octave]) < abs(before[octave]) - 2.0
    others = np.delete(np.abs(after), octave)
    assert others.max() < 4.5


def test_corrections_are_small_and_empty_octaves_stay_empty() -> None:
    away = np.array([30.0, 1.0, -3.0, 0.0, -10.0, 6.0, 0.0, -60.0, 2.0, -17.0])
    gains = correction(away)

    assert gains[0] == -5.0
    assert gains[4] == pytest.approx(3.5)
    assert gains[7] == 0.0
    assert gains[5] < 0.0
    np.testing.assert_array_equal(gains[[1, 2, 3, 6, 8]], 0.0)


def test_balance_runs_through_the_joints_and_leaves_silence() -> None:
    mix = coloured(TARGET + np.array([12.0, *np.zeros(9)]), 3.5)
    balance(mix)
    assert np.abs(np.diff(mix, axis=0)).max() < 0.4
    silence = np.zeros((SAMPLE_RATE, 2), np.float32)
    balance(silence)
    assert not silence.any()


def test_players_who_take_turns_are_alone_and_those_together_share() -> None:
    first = part("flute", (0.0, 4.0, 72, 0.8), (4.0, 4.0, 74, 0.8), role=Role.MELODY)
    second = part("oboe", (8.0, 4.0, 72, 0.8), role=Role.MELODY)
    left = part("horn", (0.0, 8.0, 60, 0.8), role=Role.PAD)
    right = part("choir", (4.0, 4.0, 64, 0.8), role=Role.PAD)
    shared = voices_sounding(score(first, second, left, right))

    assert shared == {first: 1.0, second: 1.0, left: 1.5, right: 2.0}
    assert voices_sounding(score(part("flute"))) == {part("flute"): 1.0}


def test_the_fader_raises_what_is_lost_and_nothing_else() -> None:
    form = (Section("intro", 0, 2, 0.3), Section("a", 2, 2, 0.6), Section("b", 4, 2, 0.9), Section("end", 6, 1, 0.2))
    piece = replace(score(seconds=14.0), sections=form)
    amplitudes = np.repeat([0.02, 0.2, 0.25, 0.01], [4 * SAMPLE_RATE] * 3 + [2 * SAMPLE_RATE])
    before = (np.random.default_rng(1).standard_normal((14 * SAMPLE_RATE, 2)) * amplitudes[:, None]).astype(np.float32)
    after = before.copy()
    automate_gain(after, piece)

    def gain(start: float, stop: float) -> float:
        cut = slice(round(start * SAMPLE_RATE), round(stop * SAMPLE_RATE))
        return float(20.0 * np.log10(after[cut].std() / before[cut].std()))

    assert gain(0.0, 3.0) == pytest.approx(6.0, abs=0.2)
    assert gain(4.0, 12.0) == pytest.approx(0.0, abs=0.05)
    assert gain(12.0, 14.0) == pytest.approx(0.0, abs=0.05)
