"""A part is played with the presets of a SoundFont."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.assets import soundfont
from studio.domain import SAMPLE_RATE
from studio.sound import NotASoundFont, preload, render_part
from studio.sound.sampler import Sampler
from studio.sound.soundfont import SoundFontFile
from studio.sound.tone import Tone
from tests.support.scores import part, score
from tests.support.spectra import onset, peak_hertz
from tests.support.tiny_soundfont import Preset, Zone, constant, span, tiny_soundfont, write

FONT = soundfont(None)
needs_font = pytest.mark.skipif(FONT is None, reason="no SoundFont here: python -m studio.assets fetches it")


@pytest.fixture
def font(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.sf2"
    path.write_bytes(tiny_soundfont())
    return path


@needs_font
@pytest.mark.parametrize("key", range(36, 91, 9))
def test_a_piano_is_even_over_its_velocities(key: int) -> None:
    """The samples of soft, middle and loud strokes differ by 20 dB unless the font's modulators are heeded."""
    assert FONT is not None
    tones = [Tone(key, step / 16, SAMPLE_RATE // 4) for step in range(4, 17)]
    player = Sampler(SoundFontFile(FONT), 0, 0)

    levels = [20.0 * np.log10(np.sqrt(np.mean(player.play(tone)[: SAMPLE_RATE // 4] ** 2))) for tone in tones]

    # Without its velocity: what is left must move slowly and within a few dB.
    assert np.abs(np.diff(levels)).max() < 3.5
    assert np.ptp(levels) < 10.0


@needs_font
@pytest.mark.parametrize(("bank", "program", "key"), [(0, 33, 36), (128, 0, 56), (0, 114, 59)])
def test_a_sample_ends_without_a_click(bank: int, program: int, key: int) -> None:
    assert FONT is not None
    player = Sampler(SoundFontFile(FONT), bank, program)

    sound = player.play(Tone(key, 0.75, SAMPLE_RATE))

    ending = sound[SAMPLE_RATE // 4 :]
    assert np.abs(np.diff(ending, n=2, axis=0)).max() < 0.1 * np.abs(sound).max()


def test_a_preset_that_is_not_there(font: Path) -> None:
    file = SoundFontFile(font)

    assert file.has(0, 0)
    assert not file.has(0, 1)
    with pytest.raises(KeyError):
        file.preset(0, 1)


def test_a_part_is_played_with_it(font: Path) -> None:
    notes = part("grand piano", (1.0, 2.0, 84, 0.8))

    sound = render_part(score(notes, seconds=3.0), notes, font)

    assert onset(sound) == pytest.approx(0.5, abs=0.005)
    assert peak_hertz(sound) == pytest.approx(1046.5, rel=0.01)
    assert np.abs(sound[-SAMPLE_RATE // 2 :]).max() == 0.0


def test_another_kit_is_played_by_the_standard_kit(font: Path) -> None:
    standard, jazz = (part(name, (0.0, 1.0, 36, 0.8)) for name in ("standard kit", "jazz kit"))

    first, second = (render_part(score(p, seconds=1.0), p, font) for p in (standard, jazz))

    assert first.any()
    assert np.array_equal(first, second)


def test_notes_of_an_exclusive_class_end_each_other(tmp_path: Path) -> None:
    zones = (Zone({43: span(key, key), 54: 1, 57: number}, constant()) for key, number in ((46, 1), (42, 1), (49, 0)))
    path = tmp_path / "kit.sf2"
    path.write_bytes(write(Preset(tuple(zones), bank=128)))
    alone, ended = (
        part("standard kit", (0.0, 1.0, 46, 1.0), (1.0, 1.0, key, 1e-3), (2.0, 1.0, 49, 1e-3)) for key in (49, 42)
    )

    on, off = (render_part(score(notes, seconds=3.0), notes, path) for notes in (alone, ended))

    moment = SAMPLE_RATE // 2 + SAMPLE_RATE // 40
    assert np.array_equal(on[: SAMPLE_RATE // 2], off[: SAMPLE_RATE // 2])
    assert on[moment, 0] > 0.3
    assert off[moment, 0] < 0.01


def test_the_same_part_gives_the_same_samples(font: Path) -> None:
    notes = part("grand piano", *((beat / 4, 1.0 + beat / 7, 60 + beat % 20, 0.3 + beat / 50) for beat in range(30)))
    piece = score(notes, seconds=6.0)

    assert np.array_equal(render_part(piece, notes, font), render_part(piece, notes, font))


def test_what_the_font_lacks_is_built_in(font: Path) -> None:
    notes = part("flute", (0.0, 1.0, 72, 0.8))
    piece = score(notes, seconds=1.5)

    assert np.array_equal(render_part(piece, notes, font), render_part(piece, notes, None))


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"hello" * 100, tiny_soundfont()[:20_000]])
def test_another_file_is_not_a_soundfont(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.sf2"
    path.write_bytes(content)

    with pytest.raises(NotASoundFont, match=r"other\.sf2"):
        preload(path)
