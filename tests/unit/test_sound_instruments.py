"""Every instrument can be played, in tune, with a SoundFont and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.assets import soundfont
from studio.domain import SAMPLE_RATE
from studio.instruments import INSTRUMENTS, Instrument
from studio.sound import render_part
from tests.support.scores import part, score
from tests.support.spectra import level_at, onset, peak_hertz

FONT = soundfont(None)
needs_font = pytest.mark.skipif(FONT is None, reason="no SoundFont here: python -m studio.assets fetches it")
with_and_without_font = pytest.mark.parametrize(
    "font", [pytest.param(FONT, marks=needs_font, id="soundfont"), pytest.param(None, id="built-in")]
)
UNTUNED = {"riser", "impact"}
MELODIC = [i for i in INSTRUMENTS.values() if not i.kit and i.patch not in UNTUNED]
SAMPLED = [i for i in INSTRUMENTS.values() if i.program is not None]
# An octave below belongs to an organ and a synthesiser's bass, a fifth above to a kettledrum, all above to distortion.
OTHER_PARTIALS = {"organ": {0.5}, "sawbass": {0.5}, "drum": {1.5}, "drive": {5.0, 6.0, 7.0}}
# General MIDI drums that a composer reaches for.
DRUMS = (*range(35, 52), 54, 55, 56, 59, 62, 63, 64, 69, 70, 75, 76, 77, 81)


def names(instruments: list[Instrument]) -> list[str]:
    return [instrument.name for instrument in instruments]


def sound_of(instrument: Instrument, pitch: int, font: Path | None, seconds: float = 2.5) -> np.ndarray:
    """One note of a second and a half."""
    notes = part(instrument.name, (0.0, 3.0, pitch, 0.8))
    return render_part(score(notes, seconds=seconds), notes, font)


def middle_of(instrument: Instrument) -> int:
    return (instrument.low + instrument.high) // 2


@pytest.mark.parametrize("name", list(INSTRUMENTS))
@with_and_without_font
def test_every_instrument_is_heard_and_ends_in_silence(name: str, font: Path | None) -> None:
    instrument = INSTRUMENTS[name]
    pitch = 36 if instrument.kit else middle_of(instrument)

    sound = sound_of(instrument, pitch, font, seconds=9.0)

    assert sound.shape == (9 * SAMPLE_RATE, 2)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() > 0.005
    assert np.abs(sound[-SAMPLE_RATE // 2 :]).max() == 0.0
    assert np.abs(np.diff(sound[-2 * SAMPLE_RATE :], axis=0)).max() < 0.01
    assert abs(sound.mean()) < 0.003


@pytest.mark.parametrize("name", names(MELODIC))
@with_and_without_font
def test_every_melodic_instrument_is_in_tune(name: str, font: Path | None) -> None:
    instrument = INSTRUMENTS[name]
    if font is not None and instrument.program is None:
        pytest.skip("built in: no SoundFont plays it")
    pitch = middle_of(instrument)
    fundamental = 440.0 * 2.0 ** ((pitch - 69) / 12.0)

    sound = sound_of(instrument, pitch, font)[: round(1.5 * SAMPLE_RATE)]

    ratio = peak_hertz(sound) / fundamental
    expected = {1.0, 2.0, 3.0, 4.0} | OTHER_PARTIALS.get(instrument.patch, set())
    assert min(abs(1200.0 * np.log2(ratio / partial)) for partial in expected) < 30.0
    assert level_at(sound, fundamental) > -40.0


@pytest.mark.parametrize("name", [i.name for i in INSTRUMENTS.values() if i.kit])
def test_every_built_in_kit_has_every_drum(name: str) -> None:
    notes = part(name, *((index * 8.0, 0.5, key, 0.8) for index, key in enumerate(DRUMS)))
    sound = render_part(score(notes, seconds=len(DRUMS), bpm=480.0), notes, None)

    strokes = sound.reshape(len(DRUMS), SAMPLE_RATE, 2)
    for key, stroke in zip(DRUMS, strokes, strict=True):
        assert np.abs(stroke).max() > 0.05, key
        assert np.abs(stroke).max() < 1.5, key


@pytest.mark.parametrize(
    "name", ["grand piano", "steel guitar", "marimba", "synth pluck", "808 bass", "house kit", "standard kit"]
)
@with_and_without_font
def test_notes_sound_where_they_are_written(name: str, font: Path | None) -> None:
    instrument = INSTRUMENTS[name]
    pitch = 38 if instrument.kit else middle_of(instrument)
    notes = part(name, (1.75, 0.5, pitch, 0.9))
    piece = score(notes, seconds=2.0, bpm=97.0)

    assert onset(render_part(piece, notes, font)) == pytest.approx(piece.at(1.75), abs=0.005)


def test_louder_notes_are_louder_and_brighter() -> None:
    soft, loud = (part("grand piano", (0.0, 2.0, 60, velocity)) for velocity in (0.3, 1.0))

    quiet, strong = (render_part(score(p, seconds=2.0), p, None) for p in (soft, loud))

    assert np.abs(strong).max() > 2.0 * np.abs(quiet).max()
    assert level_at(strong, 6 * 261.6) > level_at(quiet, 6 * 261.6)


def test_an_unknown_instrument_is_an_error() -> None:
    notes = part("kazoo", (0.0, 1.0, 60, 0.8))
    with pytest.raises(KeyError):
        render_part(score(notes), notes, None)


@pytest.mark.parametrize("name", ["grand piano", "supersaw", "standard kit", "flute"])
def test_the_same_part_gives_the_same_samples(name: str) -> None:
    notes = part(name, (0.0, 1.0, 60, 0.7), (1.0, 1.0, 64, 0.5), (2.0, 0.5, 38, 0.9))
    piece = score(notes, seconds=3.0)

    assert np.array_equal(render_part(piece, notes, None), render_part(piece, notes, None))
