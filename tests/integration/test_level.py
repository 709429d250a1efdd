"""How loud a film is: as recorded, and at the level that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.commands import Action
from studio.domain import SAMPLE_RATE, AudioLayer, FilmSpec, Look, Shape
from studio.mix import wav
from studio.mix.loudness import integrated, integrated_of, measure
from studio.picture.soundtrack import soundtrack
from tests.support.conversation import QUICK, Talk, opened
from tests.support.files import make_video, tone


def noise(seconds: float, level: float) -> np.ndarray:
    """Return noise that is loud in its first half and 30 dB below that in its second, where the gate leaves it out."""
    sound = np.random.default_rng(7).standard_normal((round(seconds * SAMPLE_RATE), 2)).astype(np.float32) * level
    sound[len(sound) // 2 :] *= 0.03
    return sound


def blocks(sound: np.ndarray, size: int) -> Iterator[np.ndarray]:
    yield from (sound[at : at + size] for at in range(0, len(sound), size))


@pytest.mark.parametrize("size", [1000, SAMPLE_RATE, 10**7])
def test_a_sound_in_blocks_is_as_loud_as_the_whole(size: int) -> None:
    sound = noise(6.0, 0.1)
    assert integrated_of(blocks(sound, size)) == pytest.approx(integrated(sound), abs=0.1)


def test_silence_and_nothing_have_no_loudness() -> None:
    assert integrated_of([]) == float("-inf")
    assert integrated_of([np.zeros((SAMPLE_RATE, 2), np.float32)]) == float("-inf")


@pytest.mark.parametrize("level", [-23.0, -16.0, -14.0])
def test_a_film_has_the_level_that_was_asked_for_below_the_ceiling(tmp_path: Path, level: float) -> None:
    voice, music = tmp_path / "voice.wav", tmp_path / "music.wav"
    wav.write(voice, noise(6.0, 0.02))
    wav.write(music, noise(6.0, 0.3))
    layers = tuple(AudioLayer(path=it, start=0.0, seconds=6.0, volume=1.0, under=it == music) for it in (voice, music))
    look = Look(style="ambient", seed=0, bpm=90.0, beats_per_bar=4, first_beat=0.0)
    film = FilmSpec(seconds=6.0, shape=Shape.LANDSCAPE, look=look, layers=layers, level=level)
    found = measure(np.concatenate(list(soundtrack(film))))
    assert found.lufs == pytest.approx(level, abs=0.6)
    assert found.true_peak <= -2.0


async def test_a_persons_own_sound_stays_as_recorded_until_a_level_is_asked_for(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    async with opened(valkey_url, tmp_path / "work", studio_url, QUICK) as bot:
        talk = Talk(bot, tmp_path / "out")
        clip = make_video(tmp_path / "clip.mp4", seconds=6, sound=tone(6, level=0.03))
        _, made = await talk.say("calm piano, music at 10%", Action.MUSIC, clip)
        _, levelled = await talk.say(press=made.button("level").id)
        _, film = await talk.say("", Action.EXPORT)
    assert "LUFS; most platforms play at -14" in made.text
    assert "-14 LUFS" in levelled.texts[-1]
    assert measure(film.files[-1]).lufs == pytest.approx(-14.0, abs=0.7)
