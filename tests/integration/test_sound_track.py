"""A score becomes a finished track: exact, loud as the platforms want it, whole, the same every time."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from studio.compose import compose, parse_brief
from studio.domain import SAMPLE_RATE, Score
from studio.mix import decode, measure
from studio.piece import make_piece
from tests.support.encoded import as_aac
from tests.support.scores import band, part, score
from tests.support.tiny_soundfont import tiny_soundfont

BANDS = {
    "pop": band(style="pop"),
    "chip": band(style="chip", kit="chip kit", bass="chip bass", keys="chip lead", pad="soft lead", lead="chip lead"),
    # As composed pieces do, it begins a moment after the file does.
    "solo": score(part("grand piano", *((b + 0.1, 1.0, 60 + 7 * (b % 2), 0.7) for b in range(9)))),
}


def make(piece: Score, out: Path, soundfont: Path | None = None) -> np.ndarray:
    make_piece(piece, out, soundfont=soundfont, progress=lambda *_: None)
    return decode(out)


@pytest.mark.parametrize("name", list(BANDS))
def test_a_track_is_whole_and_what_platforms_want_after_aac(name: str, tmp_path: Path) -> None:
    stages: list[tuple[str, float]] = []
    out = tmp_path / "t.wav"
    told = make_piece(BANDS[name], out, soundfont=None, progress=lambda *stage: stages.append(stage))
    sound = decode(out)

    assert list(dict.fromkeys(stage for stage, _ in stages)) == ["sound", "mix", "master"]
    for stage in ("sound", "mix", "master"):
        fractions = [at for name, at in stages if name == stage]
        assert fractions == sorted(fractions)
        assert fractions[-1] == 1.0
    measured = measure(out)
    assert (measured.lufs, measured.true_peak) == pytest.approx((told.lufs, told.true_peak), abs=0.02)
    film = measure(as_aac(sound, tmp_path / "t.mp4"))
    assert film.lufs == pytest.approx(-14.0, abs=0.5)
    assert film.true_peak <= -1.2
    # No click at either end, no hole between, no offset.
    assert np.abs(sound[0]).max() < 1e-3
    assert np.abs(sound[-1]).max() < 1e-4
    assert np.abs(np.diff(sound[:8], axis=0)).max() < 0.01
    assert np.abs(np.diff(sound[-4800:], axis=0)).max() < 0.01
    moments = np.abs(sound[:-SAMPLE_RATE]).max(axis=1)
    moments = moments[: len(moments) // 4800 * 4800].reshape(-1, 4800).max(axis=1)
    assert moments.min() > 10 ** (-50 / 20)
    assert np.abs(sound.mean(axis=0)).max() < 1e-3
    make(BANDS[name], tmp_path / "again.wav")
    assert out.read_bytes() == (tmp_path / "again.wav").read_bytes()


@pytest.mark.parametrize("seconds", [5.0, 5.004, 7.33])
def test_any_length_is_met_to_the_frame(seconds: float, tmp_path: Path) -> None:
    make(band(seconds), tmp_path / "t.wav")

    with wave.open(str(tmp_path / "t.wav")) as file:
        assert file.getnframes() == round(seconds * SAMPLE_RATE)
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SAMPLE_RATE, 2, 3)


def test_a_soundfont_is_heard(tmp_path: Path) -> None:
    font = tmp_path / "tiny.sf2"
    font.write_bytes(tiny_soundfont())

    with_font, without = (make(BANDS["solo"], tmp_path / "t.wav", soundfont) for soundfont in (font, None))

    assert np.abs(with_font - without).max() > 0.05


def test_a_score_without_notes_is_silence(tmp_path: Path) -> None:
    told = make_piece(score(part("flute"), seconds=5.0), tmp_path / "t.wav", soundfont=None, progress=lambda *_: None)

    assert told.lufs == float("-inf")
    assert not decode(tmp_path / "t.wav").any()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        make(score(part("flute", (0.0, 1.0, 72, 0.8)), seconds=5.0), tmp_path / "nowhere" / "t.wav")


def test_a_wished_fade_is_heard_in_the_track(tmp_path: Path) -> None:
    whole, faded = (
        make(compose(parse_brief(f"calm piano, 6 seconds{wish}", seed=4).brief), tmp_path / f"{number}.wav")
        for number, wish in enumerate(("", ", fade out over the last 4 seconds"))
    )

    def fall(sound: np.ndarray) -> float:
        """Decibels between the second before the fade and one in its middle."""
        before, within = (np.sqrt(np.mean(np.square(sound[at * SAMPLE_RATE :][:SAMPLE_RATE]))) for at in (1, 4))
        return float(20.0 * np.log10(before / within))

    assert len(faded) == len(whole)
    assert fall(faded) - fall(whole) == pytest.approx(7.3, abs=1.5)
