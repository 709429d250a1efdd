"""True peaks are found, and kept where they should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain import SAMPLE_RATE
from studio.mix.limiter import limit
from studio.mix.peaks import peak_envelope, true_peak

RATE = SAMPLE_RATE


def sine(hertz: float, seconds: float = 0.5, phase: float = 0.0) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * hertz * time + phase) * np.hanning(len(time)) ** 0.1
    return np.stack((wave, wave), axis=1).astype(np.float32)


@pytest.mark.parametrize("hertz", [100.0, 997.0, 6000.0, 12_000.0, 16_000.0])
@pytest.mark.parametrize("phase", [0.0, 0.4, np.pi / 4])
def test_a_sine_has_its_own_peak_wherever_it_is_sampled(hertz: float, phase: float) -> None:
    # At a quarter of the rate the samples themselves may miss the peak by 3 dB.
    assert true_peak(sine(hertz, phase=phase)) == pytest.approx(1.0, abs=0.06)


def test_the_envelope_is_nowhere_below_the_samples() -> None:
    sound = sine(3000.0)
    assert (peak_envelope(sound) >= np.abs(sound).max(axis=1)).all()


def test_nothing_has_no_peak() -> None:
    assert true_peak(np.zeros((0, 2), np.float32)) == 0.0
    assert true_peak(np.zeros((100, 2), np.float32)) == 0.0


def test_chunks_do_not_show() -> None:
    sound = np.random.default_rng(1).standard_normal((64 * 4096 + 500, 2)).astype(np.float32)
    shifted = np.concatenate((np.zeros((640, 2), np.float32), sound))
    np.testing.assert_allclose(peak_envelope(shifted)[640:], peak_envelope(sound), rtol=1e-4)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    frames=st.integers(1, 30_000),
    gain=st.floats(0.1, 20.0),
    ceiling=st.floats(0.1, 1.0),
    sparse=st.booleans(),
)
def test_the_limiter_keeps_the_ceiling_and_never_lifts(
    seed: int, frames: int, gain: float, ceiling: float, *, sparse: bool
) -> None:
    random = np.random.default_rng(seed)
    sound = random.standard_normal((frames, 2)).astype(np.float32) * np.float32(gain)
    if sparse:
        sound *= random.random((frames, 1)) < 0.001
    # Music has no energy at the very top; noise up there is made of nothing but peaks between samples.
    sound = np.stack([np.convolve(sound[:, ear], np.hanning(9)[1:-1] / 4, "same") for ear in (0, 1)], axis=1).astype(
        np.float32
    )

    limited = limit(sound, ceiling)

    assert limited.shape == sound.shape
    assert np.abs(limited).max(initial=0.0) <= ceiling * 1.0001
    assert true_peak(limited) <= ceiling * 1.03
    assert (np.abs(limited) <= np.abs(sound) * 1.0001 + 1e-7).all()


def test_what_is_below_the_ceiling_is_left_alone() -> None:
    sound = sine(440.0) * np.float32(0.5)
    assert np.array_equal(limit(sound, 0.6), sound)


def test_one_peak_is_turned_down_and_the_rest_returns() -> None:
    sound = sine(440.0, seconds=2.0) * np.float32(0.3)
    sound[RATE : RATE + 100] *= 3.0

    limited = limit(sound, 0.4)

    assert np.abs(limited[RATE - 50 : RATE + 150]).max() <= 0.4001
    np.testing.assert_allclose(limited[: RATE // 2], sound[: RATE // 2], atol=1e-5)
    np.testing.assert_allclose(limited[-RATE // 2 :], sound[-RATE // 2 :], atol=1e-5)
    # The gain moves smoothly: no step larger than the music itself makes.
    quiet = np.abs(sound) > 0.05
    gain = np.where(quiet, limited / np.where(quiet, sound, 1.0), np.nan)[:, 0]
    assert np.nanmax(np.abs(np.diff(gain))) < 0.02
