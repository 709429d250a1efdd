"""Every instrument can be played, in tune, with a SoundFont and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.assets import soundfont
from studio.domain import SAMPLE_RATE
from studio.instruments import INSTRUMENTS
from studio.sound import render_part
from studio.sound.patches import Synthesiser
from studio.sound.tone import Tone
from tests.support.scores import part, score
from tests.support.spectra import level_at, onset, peak_hertz

FONT = soundfont(None)
needs_font = pytest.mark.skipif(FONT is None, reason="no SoundFont here: python -m studio.assets fetches it")
with_and_without_font = pytest.mark.parametrize(
    "font", [pytest.param(FONT, marks=needs_font, id="soundfont"), pytest.param(None, id="built-in")]
)
UNTUNED = {"riser", "impact"}
# An octave below belongs to an organ and a synthesiser's bass, a fifth above to a kettledrum, all above to distortion.
OTHER_PARTIALS = {"organ": {0.5}, "sawbass": {0.5}, "drum": {1.5}, "drive": {5.0, 6.0, 7.0}}
# General MIDI drums that a composer reaches for.
DRUMS = (*range(35, 52), 54, 55, 56, 59, 62, 63, 64, 69, 70, 75, 76, 77, 81)


@pytest.mark.parametrize(
    ("name", "font"),
    [
        *(pytest.param(i.name, FONT, marks=needs_font) for i in INSTRUMENTS.values() if i.program is not None),
        *((name, None) for name in INSTRUMENTS),
    ],
)
def test_every_instrument_is_heard_in_tune_and_ends_in_silence(name: str, font: Path | None) -> None:
    instrument = INSTRUMENTS[name]
    pitch = 36 if instrument.kit else (instrument.low + instrument.high) // 2
    notes = part(name, (0.0, 3.0, pitch, 0.8))

    sound = render_part(score(notes, seconds=9.0), notes, font)

    assert sound.shape == (9 * SAMPLE_RATE, 2)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() > 0.005
    assert np.abs(sound[-SAMPLE_RATE // 2 :]).max() == 0.0
    assert np.abs(np.diff(sound[-2 * SAMPLE_RATE :], axis=0)).max() < 0.01
    assert abs(sound.mean()) < 0.003
    if instrument.kit or instrument.patch in UNTUNED:
        return
    fundamental = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
    held = sound[: round(1.5 * SAMPLE_RATE)]
    ratio = peak_hertz(held) / fundamental
    expected = {1.0, 2.0, 3.0, 4.0} | OTHER_PARTIALS.get(instrument.patch, set())
    assert min(abs(1200.0 * np.log2(ratio / partial)) for partial in expected) < 30.0
    assert level_at(held, fundamental) > -40.0


@pytest.mark.parametrize("patch", sorted({i.patch for i in INSTRUMENTS.values() if i.kit}))
def test_every_built_in_kit_has_every_drum(patch: str) -> None:
    kit = Synthesiser(patch)
    for key in DRUMS:
        assert 0.07 < np.abs(kit.play(Tone(key, 0.8, 0))).max() < 2.1, key


@pytest.mark.parametrize(
    "name", ["grand piano", "steel guitar", "marimba", "synth pluck", "808 bass", "house kit", "standard kit"]
)
@with_and_without_font
def test_notes_sound_where_they_are_written(name: str, font: Path | None) -> None:
    instrument = INSTRUMENTS[name]
    pitch = 38 if instrument.kit else (instrument.low + instrument.high) // 2
    notes = part(name, (1.75, 0.5, pitch, 0.9))
    piece = score(notes, seconds=2.0, bpm=97.0)

    assert onset(render_part(piece, notes, font)) == pytest.approx(piece.at(1.75), abs=0.005)


def test_louder_notes_are_louder_and_brighter() -> None:
    soft, loud = (part("grand piano", (0.0, 2.0, 60, velocity)) for velocity in (0.3, 1.0))

    quiet, strong = (render_part(score(p, seconds=1.5), p, None) for p in (soft, loud))

    assert np.abs(strong).max() > 2.0 * np.abs(quiet).max()
    assert level_at(strong, 6 * 261.6) > level_at(quiet, 6 * 261.6)


def test_an_unknown_instrument_is_an_error() -> None:
    notes = part("kazoo", (0.0, 1.0, 60, 0.8))
    with pytest.raises(KeyError):
        render_part(score(notes), notes, None)
