"""The console: levels, filters, places, rooms, and room for the kick."""

from __future__ import annotations

import numpy as np
import pytest

from studio.compose import STYLES
from studio.domain import SAMPLE_RATE, Role, Space
from studio.mix import MixingConsole, measure
from studio.mix.channel_strips import Strip, equalise, kit_level, level, place, strip
from studio.mix.ducking import kick_shape
from studio.mix.master import master
from studio.mix.room import ROOMS, Room, impulse, reverberate
from tests.support.scores import part, score

RATE = SAMPLE_RATE


def tone(hertz: float, seconds: float = 2.0, amplitude: float = 0.3) -> np.ndarray:
    wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack((wave, wave), axis=1).astype(np.float32)


def test_the_level_counts_only_while_the_part_plays() -> None:
    playing = tone(440.0, seconds=4.0)
    resting = np.concatenate((playing, np.zeros((20 * RATE, 2), np.float32)))

    assert level(playing) == pytest.approx(20 * np.log10(0.3) - 3.01, abs=0.05)
    assert level(resting) == pytest.approx(level(playing), abs=0.1)
    assert level(np.zeros((RATE, 2), np.float32)) == float("-inf")


@pytest.mark.parametrize("role", list(Role))
def test_every_role_comes_to_its_level_however_loud_it_was_played(role: Role) -> None:
    piece = score(part("flute", role=role), seconds=2.0)
    loud, quiet = (MixingConsole(piece).prepare(piece.parts[0], tone(1000.0, amplitude=a)) for a in (0.9, 0.001))

    np.testing.assert_allclose(loud, quiet, atol=1e-4)
    assert level(loud) == pytest.approx(strip(role).level, abs=0.5)


def test_two_players_of_a_role_share_its_place() -> None:
    note = (0.0, 4.0, 72, 0.8)
    twins = score(part("flute", note, role=Role.PAD), part("oboe", note, role=Role.PAD), seconds=2.0)

    assert level(MixingConsole(twins).prepare(twins.parts[0], tone(1000.0))) == pytest.approx(
        strip(Role.PAD).level - 3.0, abs=0.3
    )


def test_filters_take_away_what_they_should() -> None:
    channel = Strip(level=0.0, low_cut=200.0, presence=(3000.0, 6.0), high_cut=8000.0, send=-20.0)

    def gain(hertz: float) -> float:
        sound = tone(hertz, seconds=1.0)
        before = level(sound)
        equalise(sound, channel)
        return level(sound[RATE // 5 :]) - before

    assert gain(50.0) < -20.0
    assert gain(900.0) == pytest.approx(0.5, abs=1.0)
    assert gain(3000.0) == pytest.approx(5.7, abs=0.6)
    assert gain(16_000.0) < -10.0


def test_filters_run_through_the_joints_of_long_stems() -> None:
    sound = tone(1000.0, seconds=21.0)
    equalise(sound, strip(Role.MELODY))
    assert np.abs(np.diff(sound[RATE:], axis=0)).max() < 0.06


def test_a_kit_of_cymbals_is_turned_down() -> None:
    skins, cymbals = tone(100.0), tone(9000.0)

    assert kit_level(skins) == pytest.approx(level(skins), abs=0.1)
    assert kit_level(cymbals) > level(cymbals) + 6.0


@pytest.mark.parametrize(("pan", "left", "right"), [(0.0, 1.0, 1.0), (-1.0, 2**0.5, 0.0), (1.0, 0.0, 2**0.5)])
def test_panning_keeps_the_power(pan: float, left: float, right: float) -> None:
    sound = np.ones((10, 2), np.float32)
    place(sound, pan, 1.0)
    np.testing.assert_allclose(sound, np.tile([left, right], (10, 1)), atol=1e-6)


def test_the_kick_makes_room() -> None:
    drums = part("house kit", (1.0, 0.25, 36, 1.0), role=Role.DRUMS)
    bass = part("sub bass", role=Role.BASS)
    shape = kick_shape(score(drums, bass, seconds=2.0, bpm=120.0))

    assert shape is not None
    assert shape[: RATE // 2 - 400].max() == 0.0
    assert shape[RATE // 2 + 200] == pytest.approx(1.0)
    assert shape[RATE // 2 + RATE // 5 :].max() == 0.0
    assert kick_shape(score(bass, seconds=2.0)) is None


@pytest.mark.parametrize("room", ROOMS.values(), ids=lambda room: room.name)
def test_a_room_has_unit_energy_and_falls_as_said(room: Room) -> None:
    response = impulse(room)

    np.testing.assert_allclose(np.sum(response**2, axis=0), 1.0, rtol=1e-3)
    # Two ears hear different rooms.
    assert abs(np.corrcoef(response[:, 0], response[:, 1])[0, 1]) < 0.3
    falling = np.cumsum(response[::-1, 0] ** 2)[::-1]
    decibels = 10 * np.log10(falling / falling[0] + 1e-12)
    seconds = 2 * (np.argmax(decibels < -35.0) - np.argmax(decibels < -5.0)) / RATE
    assert seconds == pytest.approx(room.seconds, rel=0.35)


def test_reverberation_by_blocks_is_a_convolution() -> None:
    random = np.random.default_rng(5)
    send = random.standard_normal((6 * RATE, 2)).astype(np.float32)
    dry = np.zeros_like(send)

    reverberate(dry, send, ROOMS[Space.DRY])

    response = impulse(ROOMS[Space.DRY])
    size = len(send) + len(response)
    whole = np.fft.irfft(np.fft.rfft(send[:, 0], size) * np.fft.rfft(response[:, 0], size), size)[: len(send)]
    np.testing.assert_allclose(dry[:, 0], whole, atol=1e-3)


def test_every_space_has_a_room_and_styles_choose_among_them() -> None:
    assert set(ROOMS) == set(Space)
    assert STYLES["epic"].space is Space.HALL
    assert STYLES["lofi"].space is Space.STUDIO
    assert {style.space for style in STYLES.values()} == set(Space)


def test_low_notes_are_mono_and_high_ones_stay_wide() -> None:
    piece = score(part("sub bass", role=Role.EFFECT), seconds=3.0)
    low, high = tone(60.0, 3.0), tone(2000.0, 3.0)
    low[:, 1] = 0.0
    high[:, 1] = 0.0
    mixed = []
    for stem in (low, high):
        console = MixingConsole(piece)
        console._dry += stem
        mix = console.finish()[RATE:]
        mixed.append(level(mix[:, :1] - mix[:, 1:]) - level(mix[:, :1] + mix[:, 1:]))

    assert mixed[0] < -9.0
    # All on one side is narrowed to what a mono phone can still play, and no further.
    assert mixed[1] == pytest.approx(20 * np.log10(0.6), abs=0.3)


def test_silence_stays_silence() -> None:
    mix, loudness = master(np.zeros((RATE, 2), np.float32), lambda _: None)

    assert not mix.any()
    assert loudness.lufs == loudness.true_peak == float("-inf")


def test_the_meter_agrees_with_the_standard() -> None:
    # ITU-R BS.1770-4: a 997 Hz sine of full scale in one channel reads -3.01; in both, 0.0.
    measured = measure(tone(997.0, seconds=3.0, amplitude=1.0))

    assert measured.lufs == pytest.approx(0.0, abs=0.1)
    assert measured.true_peak == pytest.approx(0.0, abs=0.1)
    assert measured.seconds == 3.0


def test_the_meter_takes_what_is_shorter_than_its_gate() -> None:
    assert measure(tone(997.0, seconds=0.1, amplitude=0.5)).lufs == pytest.approx(-6.0, abs=0.7)
    assert measure(np.zeros((0, 2), np.float32)).lufs == float("-inf")


@pytest.mark.parametrize(("fade_in", "fade_out"), [(0.0, 5.0), (4.0, 0.0)])
def test_a_fade_is_as_long_as_it_was_wished(fade_in: float, fade_out: float) -> None:
    noise = (np.random.default_rng(1).standard_normal((10 * RATE, 2)) * 0.1).astype(np.float32)

    finished, loudness = master(noise, lambda _: None, fade_in=fade_in, fade_out=fade_out)

    seconds = np.sqrt(np.mean(np.square(finished.reshape(10, RATE * 2), dtype=np.float64), axis=1))
    levels = 20.0 * np.log10(seconds / seconds[5 if fade_in else 4])
    first, last = round(fade_in), 10 - round(fade_out)
    assert levels[first : min(last, 8)] == pytest.approx(0.0, abs=0.6), "away from the fades nothing changes"
    faded = levels[:first] if fade_in else levels[last:][::-1]
    assert np.all(np.diff(faded) > 0.0)
    assert faded[0] < -12.0
    assert loudness.lufs == pytest.approx(-14.0, abs=0.15)
