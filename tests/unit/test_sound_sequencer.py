"""Notes come when, as long and as damped as they should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.domain import SAMPLE_RATE
from studio.instruments import INSTRUMENTS
from studio.sound import render_part
from studio.sound.patches import Synthesiser
from studio.sound.sequencer import grouped, played_notes
from tests.support.scores import part, score


def test_notes_outside_the_piece_and_silent_ones_are_left_out() -> None:
    notes = part("grand piano", (-1.0, 1.0, 60, 0.8), (0.0, 1.0, 62, 0.8), (1.0, 1.0, 64, 0.0), (99.0, 1.0, 65, 0.8))

    played = played_notes(score(notes), notes, INSTRUMENTS["grand piano"], Synthesiser("piano"))

    assert [event.tone.pitch for event in played] == [62]


@pytest.mark.parametrize(("name", "patch", "beats"), [("808 bass", "eight", [1, 8]), ("grand piano", "piano", [8, 8])])
def test_a_bass_has_one_voice_and_a_piano_many(name: str, patch: str, beats: list[int]) -> None:
    notes = part(name, (0.0, 8.0, 36, 0.8), (1.0, 8.0, 38, 0.8))

    played = played_notes(score(notes, bpm=120.0), notes, INSTRUMENTS[name], Synthesiser(patch))

    assert [event.tone.held for event in played] == [beat * SAMPLE_RATE // 2 for beat in beats]


@pytest.mark.parametrize("first", [42, 44, 46])
@pytest.mark.parametrize("second", [42, 44, 46])
def test_a_hi_hat_ends_the_one_before(first: int, second: int) -> None:
    notes = part("808 kit", (0.0, 1.0, first, 0.8), (0.25, 1.0, 38, 0.8), (0.5, 1.0, second, 0.8), (0.5, 1.0, 46, 0.8))

    played = played_notes(score(notes, bpm=120.0), notes, INSTRUMENTS["808 kit"], Synthesiser("kit 808"))

    # Two at a time ring together; nothing else is damped.
    assert [event.until for event in played] == [SAMPLE_RATE // 4, None, None, None]


def test_a_closed_hi_hat_silences_an_open_one() -> None:
    alone = part("808 kit", (0.0, 1.0, 46, 0.8))
    closed = part("808 kit", (0.0, 1.0, 46, 0.8), (0.25, 1.0, 42, 1e-3))

    ringing, damped = (render_part(score(p, seconds=2.0), p, None) for p in (alone, closed))

    after = slice(round(0.25 * SAMPLE_RATE), None)
    assert np.abs(ringing[after]).max() > 0.02
    assert np.abs(damped[after]).max() < 0.1 * np.abs(ringing[after]).max()


def test_repeated_notes_share_one_sound() -> None:
    notes = part("grand piano", *((float(beat), 0.5, 60 + beat % 2, 0.71 + 0.001 * beat) for beat in range(8)))

    groups = grouped(played_notes(score(notes), notes, INSTRUMENTS["grand piano"], Synthesiser("piano")))

    assert len(groups) == 2
    assert sum(len(same) for same in groups.values()) == 8
    # Timbre goes in steps, loudness does not.
    assert len({event.gain for same in groups.values() for event in same}) == 8


def test_the_piece_may_start_late() -> None:
    notes = part("house kit", (0.0, 1.0, 36, 0.9))

    sound = render_part(replace(score(notes, seconds=2.0), start=0.5), notes, None)

    assert not sound[: SAMPLE_RATE // 2].any()
    assert np.abs(sound[SAMPLE_RATE // 2 :]).max() > 0.1
