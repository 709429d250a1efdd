"""Modulators contribute what the SoundFont 2.04 specification says."""

from __future__ import annotations

from math import log10

import pytest

from studio.sound.modulators import DEFAULT_VELOCITY_CURVE, Modulator, NoteOn, contribution, effective

LINEAR, CONCAVE, CONVEX, SWITCH = 0x0000, 0x0400, 0x0800, 0x0C00
FALLING, BIPOLAR, CONTROLLER = 0x0100, 0x0200, 0x0080
VELOCITY, KEY, WHEEL = 2, 3, 14


def of(source: int, note: NoteOn, scale: int = 0) -> float:
    return contribution(Modulator(source=source, target=8, amount=1000, scale=scale), note)


@pytest.mark.parametrize("velocity", [127, 100, 64, 20, 1])
def test_the_default_makes_soft_notes_softer(velocity: int) -> None:
    # 960 centibels at most: section 8.4.1.
    wanted = min(960.0, -400.0 * log10(velocity / 127))
    assert contribution(DEFAULT_VELOCITY_CURVE, NoteOn(60, velocity)) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(
    ("source", "at_bottom", "at_top"),
    [
        (VELOCITY | LINEAR, 0.0, 1000.0),
        (VELOCITY | LINEAR | FALLING, 1000.0, 0.0),
        (VELOCITY | LINEAR | BIPOLAR, -1000.0, 1000.0),
        (VELOCITY | LINEAR | BIPOLAR | FALLING, 1000.0, -1000.0),
        (VELOCITY | CONCAVE, 0.0, 1000.0),
        (VELOCITY | CONVEX, 0.0, 1000.0),
        (VELOCITY | CONVEX | FALLING, 1000.0, 0.0),
        (VELOCITY | SWITCH, 0.0, 1000.0),
        (VELOCITY | SWITCH | FALLING, 1000.0, 0.0),
        (VELOCITY | SWITCH | BIPOLAR, -1000.0, 1000.0),
    ],
)
def test_curves_go_from_end_to_end(source: int, at_bottom: float, at_top: float) -> None:
    assert of(source, NoteOn(60, 0)) == pytest.approx(at_bottom)
    assert of(source, NoteOn(60, 127)) == pytest.approx(at_top)


def test_a_bipolar_concave_curve_is_nothing_in_the_middle() -> None:
    assert of(VELOCITY | CONCAVE | BIPOLAR, NoteOn(60, 64)) == pytest.approx(0.0)
    assert of(VELOCITY | CONCAVE | BIPOLAR, NoteOn(60, 100)) > 0.0 > of(VELOCITY | CONCAVE | BIPOLAR, NoteOn(60, 20))


@pytest.mark.parametrize(
    ("key", "velocity", "scale", "moved"),
    [(127, 1, 0, 1000.0), (0, 127, 0, 0.0), (127, 0, VELOCITY, 0.0), (127, 127, VELOCITY, 1000.0)],
)
def test_the_key_moves_things_too_and_a_second_source_scales(key: int, velocity: int, scale: int, moved: float) -> None:
    assert of(KEY | LINEAR, NoteOn(key, velocity), scale) == pytest.approx(moved)


@pytest.mark.parametrize("source", [WHEEL, VELOCITY | CONTROLLER, 0])
def test_what_no_stroke_moves_contributes_nothing(source: int) -> None:
    assert of(source, NoteOn(60, 100)) == 0.0


def test_a_later_modulator_of_the_same_identity_wins() -> None:
    quiet = Modulator(source=DEFAULT_VELOCITY_CURVE.source, target=DEFAULT_VELOCITY_CURVE.target, amount=0, scale=0)
    other = Modulator(source=VELOCITY, target=8, amount=5, scale=0)

    assert effective([DEFAULT_VELOCITY_CURVE], [quiet, other]) == [quiet, other]
