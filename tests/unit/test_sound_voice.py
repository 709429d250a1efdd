"""A note on a SoundFont sounds as the specification says: measured on small fonts that are written here."""

from __future__ import annotations

import io
from math import inf
from pathlib import Path

import av
import numpy as np
import pytest

from studio.domain import SAMPLE_RATE
from studio.sound.generators import Generator
from studio.sound.modulators import NoteOn
from studio.sound.resampler import Resampler
from studio.sound.soundfont import NotASoundFont, SoundFontFile
from studio.sound.voice import play
from tests.support.spectra import peak_hertz
from tests.support.tiny_soundfont import Preset, Recording, Zone, constant, sine, span, write

G = Generator
LOUD = NoteOn(60, 127)
CENTRE = np.sqrt(0.5)
"""The share of a voice in the middle that each side gets."""
LOOPED = {G.SAMPLE_MODES: 1, G.ATTENUATION: 0}
VELOCITY, KEY = 2, 3


def timecents(seconds: float) -> int:
    return round(1200.0 * np.log2(seconds))


def cutoff(hertz: float) -> int:
    return round(6900.0 + 1200.0 * np.log2(hertz / 440.0))


def hear(
    directory: Path,
    preset: Preset | Zone,
    note: NoteOn = LOUD,
    held: float = inf,
    seconds: float = 2.0,
) -> np.ndarray:
    """Write a font, play one note of it, in seconds; return `(frames, 2)`."""
    path = directory / "font.sf2"
    path.write_bytes(write(preset if isinstance(preset, Preset) else Preset((preset,))))
    font = SoundFontFile(path)
    return play(font.preset(0, 0).regions(note), Resampler(font), held * SAMPLE_RATE, seconds * SAMPLE_RATE)


def steady(directory: Path, preset: Preset | Zone, note: NoteOn = LOUD) -> np.ndarray:
    """Return the levels that a constant settles at, left and right, relative to its own."""
    return hear(directory, preset, note)[SAMPLE_RATE] / 0.5


def decibels(ratio: float) -> float:
    return float(20.0 * np.log10(max(ratio, 1e-9)))


def response(impulse: np.ndarray, *frequencies: float) -> list[float]:
    """Return the gains of an impulse's answer at some frequencies, in dB."""
    frames = np.arange(len(impulse))
    return [
        decibels(abs(np.sum(impulse[:, 0] * np.exp(-2j * np.pi * hertz / SAMPLE_RATE * frames))) / CENTRE / 0.5)
        for hertz in frequencies
    ]


def impulse() -> Recording:
    content = np.zeros(SAMPLE_RATE, "<i2")
    content[0] = 16_384
    return Recording(content)


# 1200 Hz, looped.
TONE = Recording((12_000 * np.sin(2 * np.pi * np.arange(10_000) / 40)).astype("<i2"), loop=(400, 8400))


# Volume envelope


ENVELOPE = {
    **LOOPED,
    G.VOL_ENV_DELAY: timecents(0.1),
    G.VOL_ENV_ATTACK: timecents(0.2),
    G.VOL_ENV_HOLD: timecents(0.3),
    G.VOL_ENV_DECAY: timecents(2.0),
    G.VOL_ENV_SUSTAIN: 200,
    G.VOL_ENV_RELEASE: timecents(1.0),
}


def test_the_volume_envelope_takes_its_times(tmp_path: Path) -> None:
    heard = hear(tmp_path, Zone(ENVELOPE, constant()), held=1.5, seconds=3.0)[:, 0] / 0.5 / CENTRE

    def at(seconds: float) -> float:
        return float(heard[round(seconds * SAMPLE_RATE)])

    assert np.abs(heard[: round(0.0995 * SAMPLE_RATE)]).max() == 0.0
    assert [at(0.15), at(0.2), at(0.25)] == pytest.approx([0.25, 0.5, 0.75], abs=0.005)
    assert [at(0.301), at(0.599)] == pytest.approx([1.0, 1.0], abs=0.002)
    # 100 dB in two seconds; the sustain, 20 dB down, is reached after 0.4 s.
    assert [decibels(at(0.7)), decibels(at(0.9))] == pytest.approx([-5.0, -15.0], abs=0.1)
    assert [decibels(at(1.1)), decibels(at(1.49))] == pytest.approx([-20.0, -20.0], abs=0.05)
    # 100 dB in one second.
    assert [decibels(at(1.6)), decibels(at(1.9))] == pytest.approx([-30.0, -60.0], abs=0.1)
    assert len(heard) / SAMPLE_RATE == pytest.approx(1.5 + 0.6, abs=0.002)
    assert heard[-1] == 0.0


def test_a_key_released_in_the_attack_falls_from_where_it_is(tmp_path: Path) -> None:
    heard = hear(tmp_path, Zone(ENVELOPE, constant()), held=0.2, seconds=3.0)[:, 0] / 0.5 / CENTRE

    levels = [decibels(heard[round(seconds * SAMPLE_RATE)]) for seconds in (0.2, 0.3, 0.4)]
    assert levels == pytest.approx([-6.0, -16.0, -26.0], abs=0.1)


def test_high_keys_decay_faster(tmp_path: Path) -> None:
    zone = Zone(ENVELOPE | {G.KEY_TO_VOL_ENV_HOLD: 100, G.KEY_TO_VOL_ENV_DECAY: 50}, constant())
    heard = hear(tmp_path, zone, NoteOn(72, 127))[:, 0] / 0.5 / CENTRE

    # An octave above the middle C: the hold is half as long, the decay takes 1/sqrt(2).
    start = 0.1 + 0.2 + 0.15
    assert heard[round((start - 0.002) * SAMPLE_RATE)] == pytest.approx(1.0, abs=0.002)
    after = decibels(heard[round((start + 0.2) * SAMPLE_RATE)])
    assert after == pytest.approx(-100.0 * 0.2 / 2.0 * np.sqrt(2.0), abs=0.1)


# Pitch


@pytest.mark.parametrize(
    ("generators", "key", "cents"),
    [
        ({}, 69, 0.0),
        ({}, 57, -1200.0),
        ({}, 76, 700.0),
        ({G.COARSE_TUNE: -3, G.FINE_TUNE: 20}, 69, -280.0),
        ({G.ROOT_KEY: 57}, 69, 1200.0),
        ({G.SCALE_TUNING: 50}, 81, 600.0),
        ({G.SCALE_TUNING: 0}, 40, 0.0),
    ],
)
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_notes_are_in_tune(generators: dict[int, int], key: int, cents: float, rate: int, tmp_path: Path) -> None:
    # A hundred whole periods of 441 Hz (or 480 Hz), looped.
    content = (12_000 * np.sin(2 * np.pi * np.arange(10_000) / 100)).astype("<i2")
    recording = Recording(content, key=69, loop=(1000, 9000), rate=rate, correction=7)

    heard = hear(tmp_path, Zone(LOOPED | generators, recording), NoteOn(key, 127))

    wanted = rate / 100 * 2.0 ** ((cents + 7.0) / 1200.0)
    assert 1200.0 * np.log2(peak_hertz(heard) / wanted) == pytest.approx(0.0, abs=0.5)


def test_vibrato_sets_in_and_bends_by_its_depth(tmp_path: Path) -> None:
    bent = {G.VIB_LFO_TO_PITCH: 100, G.VIB_LFO_DELAY: timecents(0.5), G.VIB_LFO_FREQUENCY: cutoff(2.0)}
    heard = hear(tmp_path, Zone(LOOPED | bent, TONE), seconds=3.0)[:, 0]

    crossings = np.flatnonzero((heard[:-1] < 0.0) & (heard[1:] >= 0.0))
    times = crossings + heard[crossings] / (heard[crossings] - heard[crossings + 1])
    cents = 1200.0 * np.log2(SAMPLE_RATE / np.diff(times) / 1200.0)
    middles = times[:-1] / SAMPLE_RATE
    assert np.abs(cents[middles < 0.49]).max() < 1.0
    # A triangle of 2 Hz: up to 100 cents an eighth of a second after it starts, down to -100 after three.
    assert cents[np.argmin(np.abs(middles - 0.625))] == pytest.approx(100.0, abs=4.0)
    assert cents[np.argmin(np.abs(middles - 0.875))] == pytest.approx(-100.0, abs=4.0)
    assert cents[np.argmin(np.abs(middles - 0.75))] == pytest.approx(0.0, abs=4.0)


def test_the_modulation_envelope_bends_the_pitch(tmp_path: Path) -> None:
    bent = {G.MOD_ENV_TO_PITCH: 1200, G.MOD_ENV_HOLD: timecents(1.0), G.MOD_ENV_SUSTAIN: 1000}
    heard = hear(tmp_path, Zone(LOOPED | bent, TONE), seconds=3.0)

    assert peak_hertz(heard[: round(0.95 * SAMPLE_RATE)]) == pytest.approx(2400.0, rel=1e-3)
    assert peak_hertz(heard[round(1.05 * SAMPLE_RATE) :]) == pytest.approx(1200.0, rel=1e-3)


# Filter


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 6000.0])
def test_the_filter_is_three_decibels_down_at_its_cutoff(hertz: float, tmp_path: Path) -> None:
    heard = hear(tmp_path, Zone({G.FILTER_CUTOFF: cutoff(hertz)}, impulse()), seconds=1.0)

    at_dc, at_cutoff, above = response(heard, 1.0, hertz, 2.0 * hertz)
    assert at_dc == pytest.approx(0.0, abs=0.1)
    assert at_cutoff == pytest.approx(-3.0, abs=0.15)
    assert above < -12.0


@pytest.mark.parametrize("resonance", [30, 100, 200])
def test_the_resonance_is_the_height_of_the_peak(resonance: int, tmp_path: Path) -> None:
    zone = Zone({G.FILTER_CUTOFF: cutoff(1000.0), G.FILTER_RESONANCE: resonance}, impulse())
    heard = hear(tmp_path, zone, seconds=0.2)

    at_dc, *around = response(heard, 1.0, *np.linspace(600.0, 1100.0, 200))
    # Section 9.1.3: the gain at DC falls by half of the resonance, so that the peak rises by the other half.
    assert at_dc == pytest.approx(-resonance / 20.0, abs=0.1)
    assert max(around) - at_dc == pytest.approx(resonance / 10.0, abs=0.1)


def test_an_open_filter_changes_nothing(tmp_path: Path) -> None:
    heard = hear(tmp_path, Zone({}, impulse()), seconds=1.0)

    assert response(heard, 20.0, 1000.0, 15_000.0, 22_000.0) == pytest.approx([0.0] * 4, abs=0.01)


def test_the_modulation_envelope_moves_the_cutoff(tmp_path: Path) -> None:
    tone = Recording((12_000 * np.sin(2 * np.pi * np.arange(9600) / 48)).astype("<i2"), loop=(480, 9120))
    moved = {G.FILTER_CUTOFF: cutoff(125.0), G.MOD_ENV_TO_CUTOFF: 3600, G.MOD_ENV_HOLD: timecents(0.5)}
    falling = {G.MOD_ENV_DECAY: timecents(1.0), G.MOD_ENV_SUSTAIN: 1000}

    heard = hear(tmp_path, Zone(LOOPED | moved | falling, tone), seconds=2.0)[:, 0]

    def level(seconds: float) -> float:
        piece = heard[round(seconds * SAMPLE_RATE) :][:480]
        return decibels(np.sqrt(2.0 * np.mean(piece**2)) / CENTRE / (12_000 / 32_768))

    # The cutoff lies on the tone of 1 kHz while the envelope holds, then falls by three octaves in a second.
    assert level(0.4) == pytest.approx(-3.0, abs=0.2)
    assert level(0.5 + 1.0 / 3.0) == pytest.approx(decibels(1 / np.sqrt(1 + 2.0**4)), abs=1.0)
    assert level(1.8) == pytest.approx(decibels(1 / np.sqrt(1 + 8.0**4)), abs=1.0)
    # No step of the cutoff is heard as a click.
    assert np.abs(np.diff(heard, n=2)).max() < 1.05 * np.abs(np.diff(heard[: SAMPLE_RATE // 4], n=2)).max()


def test_the_modulation_envelopes_attack_is_convex(tmp_path: Path) -> None:
    bent = {G.MOD_ENV_TO_PITCH: 1200, G.MOD_ENV_ATTACK: timecents(1.0)}
    heard = hear(tmp_path, Zone(LOOPED | bent, TONE))

    # Section 8.1.2, generator 26: half way in time, all but 40/96 * log10(2) of the way up.
    there = peak_hertz(heard[round(0.495 * SAMPLE_RATE) : round(0.505 * SAMPLE_RATE)])
    assert 1200.0 * np.log2(there / 1200.0) == pytest.approx(1200.0 * (1.0 - 40.0 / 96.0 * np.log10(2.0)), abs=8.0)


# Loops


def test_a_loop_goes_on_without_a_seam(tmp_path: Path) -> None:
    heard = hear(tmp_path, Zone(LOOPED, sine(60)), NoteOn(67, 127), seconds=3.0)[:, 0]

    bends = np.abs(np.diff(heard[: -SAMPLE_RATE // 10], n=2))
    assert len(heard) == 3 * SAMPLE_RATE
    assert bends.max() < 1.02 * bends[:2000].max()


@pytest.mark.parametrize(("mode", "seconds"), [(0, 0.02), (2, 0.02), (1, 1.0)])
def test_a_sample_that_does_not_loop_ends(mode: int, seconds: float, tmp_path: Path) -> None:
    recording = constant(frames=960)

    heard = hear(tmp_path, Zone({G.SAMPLE_MODES: mode}, recording), seconds=1.0)

    assert len(heard) / SAMPLE_RATE == pytest.approx(seconds, abs=1e-4)
    assert np.all(heard[: len(heard) - SAMPLE_RATE // 100] == pytest.approx(0.5 * CENTRE, abs=1e-3))
    assert np.abs(heard[-1]).max() == 0.0


def test_a_loop_until_the_release_then_plays_the_rest(tmp_path: Path) -> None:
    content = np.concatenate((np.full(1000, 8000), np.full(4800, -16_000))).astype("<i2")
    zone = Zone({G.SAMPLE_MODES: 3, G.VOL_ENV_RELEASE: timecents(20.0)}, Recording(content, loop=(100, 1000)))

    heard = hear(tmp_path, zone, held=0.5, seconds=2.0)[:, 0]

    # The last pass through the loop is finished first.
    turned = int(np.argmax(heard < 0.0))
    assert 0.5 * SAMPLE_RATE <= turned <= 0.5 * SAMPLE_RATE + 901
    assert (turned - 1000) % 900 in {0, 1}
    assert len(heard) == pytest.approx(turned + 4800, abs=2)


def test_offsets_move_a_samples_ends_and_its_loop(tmp_path: Path) -> None:
    content = np.concatenate((np.full(100, 4000), np.full(400, 8000), np.full(500, 16_000))).astype("<i2")
    zone = Zone({G.START_OFFSET: 100, G.END_OFFSET: -500}, Recording(content))
    looped = Zone({**LOOPED, G.LOOP_START_OFFSET: 400, G.LOOP_END_OFFSET: 300}, Recording(content, loop=(150, 650)))

    once, on = hear(tmp_path, zone)[:, 0], hear(tmp_path, looped)[:, 0]

    assert len(once) == 400
    assert once[100] / CENTRE == pytest.approx(8000 / 32_768, rel=1e-3)
    assert np.allclose(on[1000:2000] / CENTRE, 16_000 / 32_768, rtol=1e-3)


# Zones, layers, level and place


def test_zones_choose_by_key_and_velocity(tmp_path: Path) -> None:
    soft = Zone(LOOPED | {G.VELOCITY_RANGE: span(0, 63), G.KEY_RANGE: span(0, 71)}, constant(4000))
    loud = Zone(LOOPED | {G.VELOCITY_RANGE: span(64, 127), G.KEY_RANGE: span(0, 71)}, constant(16_384))
    preset = Preset((soft, loud))

    # The default velocity curve is left to the sequencer, so that 0 dB stays 0 dB.
    assert steady(tmp_path, preset, NoteOn(60, 63))[0] == pytest.approx(4000 / 16_384 * CENTRE, rel=1e-3)
    assert steady(tmp_path, preset, NoteOn(71, 64))[0] == pytest.approx(CENTRE, rel=1e-3)
    assert hear(tmp_path, preset, NoteOn(72, 64)).shape == (0, 2)


def test_layers_sound_together(tmp_path: Path) -> None:
    preset = Preset((Zone(LOOPED, constant(4000)), Zone(LOOPED | {G.PAN: -500}, constant(4000))))

    assert steady(tmp_path, preset) == pytest.approx(np.array([CENTRE + 1.0, CENTRE]) * 4000 / 16_384, rel=1e-3)


def test_generators_of_a_preset_are_added_and_those_of_an_instrument_replace_its_global_ones(tmp_path: Path) -> None:
    common = Zone(LOOPED | {G.ATTENUATION: 300, G.PAN: -500})
    zone = Zone({G.ATTENUATION: 100}, constant())
    outer_common, outer = Zone({G.ATTENUATION: 500}), Zone({G.ATTENUATION: 150, G.SAMPLE_MODES: 2, G.PAN: 1000})

    heard = steady(tmp_path, Preset((common, zone), outer=(outer_common, outer)))

    # 10 + 15 dB, of which hardware takes 0.4; a preset may not change the loop; the pan goes from left to right.
    assert heard[0] == 0.0
    assert decibels(heard[1]) == pytest.approx(-0.4 * 25.0, abs=0.05)


@pytest.mark.parametrize("pan", [-500, -250, 0, 100, 500])
def test_the_pan_keeps_the_power(pan: int, tmp_path: Path) -> None:
    left, right = steady(tmp_path, Zone(LOOPED | {G.PAN: pan}, constant()))

    assert left**2 + right**2 == pytest.approx(1.0, abs=1e-3)
    assert right**2 == pytest.approx(0.5 + pan / 1000.0, abs=1e-3)


def test_modulators_of_the_file_are_heeded(tmp_path: Path) -> None:
    # Velocity opens the filter by up to 4800 cents, the key adds up to 254 units of pan.
    moves = ((VELOCITY, G.FILTER_CUTOFF, 4800, 0), (KEY, G.PAN, 254, 0))
    zone = Zone({G.FILTER_CUTOFF: cutoff(200.0)}, impulse(), moves)

    soft, loud = (hear(tmp_path, zone, NoteOn(60, velocity), seconds=1.0) for velocity in (1, 127))

    power = np.square(loud).sum(axis=0)
    assert power[1] / power.sum() == pytest.approx(0.5 + 2 * 60 / 1000.0, abs=1e-3)
    gain = decibels(1.0 / (np.abs(loud[:, 0].sum()) / 0.5 / CENTRE))
    assert response(loud, 3200.0)[0] + gain == pytest.approx(-3.0, abs=0.2)
    assert response(soft, 3200.0)[0] < -40.0


def test_an_instrument_may_fix_the_key_and_the_velocity(tmp_path: Path) -> None:
    moves = ((VELOCITY, G.PAN, 254, 0),)
    free, fixed = ({}, {G.FIXED_KEY: 69, G.FIXED_VELOCITY: 127})

    one, other = (hear(tmp_path, Zone(LOOPED | each, sine(60), moves), NoteOn(48, 64)) for each in (free, fixed))

    assert 12.0 * np.log2(peak_hertz(other) / peak_hertz(one)) == pytest.approx(21.0, abs=0.02)
    power = np.square(other).sum(axis=0)
    assert power[1] / power.sum() == pytest.approx(0.5 + 2 * 127 / 1000.0, abs=1e-3)


def test_a_zone_that_is_silent_at_once_is_played_as_such(tmp_path: Path) -> None:
    zone = Zone(LOOPED | {G.VOL_ENV_SUSTAIN: 1000, G.VIB_LFO_TO_PITCH: 50}, constant())

    assert np.abs(hear(tmp_path, zone)).max(initial=0.0) < 1e-3


def test_an_impossible_rate_is_played_as_the_nearest_possible_one(tmp_path: Path) -> None:
    recording = Recording(constant().content, loop=(10, 90), rate=0)

    assert np.isfinite(hear(tmp_path, Zone(LOOPED, recording))).all()


def test_a_tremolo_swings_around_the_level(tmp_path: Path) -> None:
    moved = {G.MOD_LFO_TO_VOLUME: 60, G.MOD_LFO_FREQUENCY: cutoff(4.0), G.MOD_LFO_DELAY: timecents(0.25)}
    heard = hear(tmp_path, Zone(LOOPED | moved, constant()))[:, 0] / 0.5 / CENTRE

    levels = [decibels(heard[round(seconds * SAMPLE_RATE)]) for seconds in (0.2, 0.25 + 1 / 16, 0.25 + 3 / 16)]
    assert levels == pytest.approx([0.0, 6.0, -6.0], abs=0.1)


# Compressed samples


def vorbis(sound: np.ndarray) -> bytes:
    """Encode both channels of an Ogg Vorbis stream alike."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="ogg") as container:
        encoder = container.add_stream("vorbis", rate=44_100, layout="stereo", options={"strict": "-2"})
        frame = av.AudioFrame.from_ndarray(np.stack((sound, sound)).astype(np.float32), "fltp", "stereo")
        frame.sample_rate, frame.pts = 44_100, 0
        for each in (frame, None):
            container.mux(encoder.encode(each))
    return stream.getvalue()


def test_compressed_samples_sound_like_plain_ones(tmp_path: Path) -> None:
    sound = 0.4 * np.sin(2 * np.pi * np.arange(44_100) / 100)
    plain = Recording(np.round(sound * 32_768).astype("<i2"), key=69, loop=(4400, 22_000), rate=44_100)
    packed = Recording(vorbis(sound), key=69, loop=plain.loop, rate=44_100)
    assert len(packed.content) < len(plain.content)

    first, second = (hear(tmp_path, Zone(LOOPED, each), NoteOn(69, 127)) for each in (plain, packed))

    assert peak_hertz(second) == pytest.approx(441.0, rel=1e-4)
    middle = slice(SAMPLE_RATE // 10, -SAMPLE_RATE // 10)
    error = np.std(second[middle] - first[middle]) / np.std(first[middle])
    assert decibels(error) < -30.0


def test_a_broken_compressed_sample_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotASoundFont, match=r"font\.sf2"):
        hear(tmp_path, Zone(LOOPED, Recording(b"no such thing" * 50, loop=(10, 90))))
