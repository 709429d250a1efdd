"""Tempo, key and energy of sounds whose tempo and key are known."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from media import NotMedia, listen

RATE = 22_050
A_MINOR = ((57, 60, 64), (50, 57, 65), (52, 56, 59), (57, 60, 64))
"""i, iv, V, i."""


def _saved(sound: NDArray[np.float64], path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32_000).astype("<i2").tobytes())
    return path


def _chords(seconds: float, transposed: int, *, decay: float, every: float) -> NDArray[np.float64]:
    """Chords struck every so many seconds, which fade at `decay` per second."""
    sound = np.zeros(int(seconds * RATE))
    for number in range(int(seconds / every)):
        time = np.arange(int(every * RATE)) / RATE
        tones = [440.0 * 2 ** ((pitch + transposed - 69) / 12) for pitch in A_MINOR[number // 4 % len(A_MINOR)]]
        struck = sum(np.sin(2 * np.pi * tone * time) for tone in tones) * np.exp(-decay * time) * 0.2
        start = int(number * every * RATE)
        sound[start : start + len(struck)] += struck[: len(sound) - start]
    return sound


@pytest.mark.parametrize(("bpm", "transposed", "tonic"), [(120.0, 0, 9), (92.0, 5, 2)])
async def test_a_beat_in_a_key(tmp_path: Path, bpm: float, transposed: int, tonic: int) -> None:
    heard = await listen(_saved(_chords(10.0, transposed, decay=6.0, every=60.0 / bpm), tmp_path / "x.wav"))
    assert heard.bpm == pytest.approx(bpm, rel=0.01)
    assert (heard.tonic, heard.mode) == (tonic, "minor")


async def test_a_held_tone_has_no_beat_and_is_calm(tmp_path: Path) -> None:
    time = np.arange(8 * RATE) / RATE
    heard = await listen(_saved(0.1 * np.sin(2 * np.pi * 220.0 * time), tmp_path / "x.wav"))
    assert (heard.bpm, heard.tonic, heard.mode) == (None, None, None)
    noise = np.random.default_rng(1).normal(0, 0.3, 8 * RATE) * (np.arange(8 * RATE) % (RATE // 4) < RATE // 20)
    busy = await listen(_saved(noise, tmp_path / "y.wav"))
    assert heard.energy < 0.38
    assert busy.energy > 0.62


async def test_silence_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotMedia):
        await listen(_saved(np.zeros(4 * RATE), tmp_path / "x.wav"))
