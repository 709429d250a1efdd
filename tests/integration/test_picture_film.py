"""Drawn films, decoded again and measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pyloudnorm
import pytest
from PIL import Image

from media import NotMedia
from studio.domain import AudioLayer, FilmSpec, Look, Section, Shape, TitleCard
from studio.picture import make_film, poster
from tests.support.decode import boxes, level, picture_at, watch
from tests.support.files import make_audio, make_image, tone

AAC_FRAME = 1024 / 48_000


def music(path: Path, seconds: float, bpm: float = 120.0) -> Path:
    """Write strokes of a tone on every beat: quiet in the middle, so that loudness has a shape."""
    sound = tone(seconds, frequency=220, level=0.5)
    beat = np.arange(len(sound)) / 48_000 * bpm / 60 % 1
    sound *= np.exp(-3 * beat)[:, None].astype(np.float32)
    return make_audio(path, sound=sound, codec="pcm_s24le")


def drawn(path: Path, seconds: float, **changes: object) -> FilmSpec:
    bpm = changes.pop("bpm", 120.0)
    style = changes.pop("style", "pop")
    sections = (Section("intro", 0, 1, 0.3), Section("a", 1, 100, 0.8))
    look = Look(style=style, seed=7, bpm=bpm, beats_per_bar=4, first_beat=0.0, sections=sections)
    film = FilmSpec(
        seconds=seconds,
        shape=Shape.LANDSCAPE,
        look=look,
        layers=(AudioLayer(path=music(path / "music.wav", seconds, bpm), start=0, seconds=seconds),),
    )
    return replace(film, **changes)


def make(film: FilmSpec, out: Path) -> Path:
    told: list[tuple[str, float]] = []
    make_film(film, out, progress=lambda stage, share: told.append((stage, share)), cheap=True)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return out


def test_length_formats_and_tags_are_as_promised(tmp_path):
    tags = {"title": "Golden Hour", "artist": "studio", "comment": "seed 7", "copyright": "yours", "genre": ""}
    out = make(drawn(tmp_path, 7.37, tags=tags), tmp_path / "film.mp4")
    order = boxes(out)
    assert order.index("moov") < order.index("mdat")
    with av.open(str(out)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        drawing, heard = picture.codec_context, sound.codec_context
        assert (drawing.name, picture.profile, drawing.pix_fmt) == ("h264", "High", "yuv420p")
        assert (drawing.colorspace, drawing.color_range) == (1, 1)
        assert (heard.name, sound.profile, heard.sample_rate, heard.layout.name) == ("aac", "LC", 48_000, "stereo")
        assert picture.average_rate == 30
        assert {name: container.metadata[name] for name in tags if tags[name]} == {k: v for k, v in tags.items() if v}
        assert "genre" not in container.metadata
    seen = watch(out)
    assert len(seen.times) == round(7.37 * 30)
    assert seen.times == pytest.approx([index / 30 for index in range(len(seen.times))], abs=1e-3)
    assert abs(len(seen.sound) / 48_000 - 7.37) <= AAC_FRAME


def test_a_minute_of_film_can_be_sent_in_a_chat(tmp_path):
    """Discord takes 10 MiB. Three bars in one mood at full size: what they weigh, a minute weighs in proportion."""
    film = drawn(tmp_path, 8.0)
    film = replace(film, look=replace(film.look, sections=()))
    out = tmp_path / "film.mp4"
    make_film(film, out, progress=lambda stage, share: None)
    with av.open(str(out)) as container:
        sizes = [packet.size for packet in container.demux(video=0) if packet.size]
    assert len(sizes) == 240
    bar = sum(sizes[60:120])
    assert bar > 50_000  # a real picture
    assert bar * 30 + 192_000 / 8 * 60 < 9_200_000


@pytest.mark.parametrize("shape", list(Shape))
def test_a_film_has_its_shape_and_is_silent_and_whole_without_sound(tmp_path, shape):
    seen = watch(make(drawn(tmp_path, 5.0, shape=shape, layers=()), tmp_path / "film.mp4"))
    width, height = map(int, shape.split("x"))
    assert seen.width / seen.height == pytest.approx(width / height, rel=0.01)
    assert len(seen.times) == 150
    assert abs(len(seen.sound) / 48_000 - 5.0) <= AAC_FRAME
    assert not np.any(np.abs(seen.sound) > 1e-4)


@pytest.mark.parametrize(
    ("style", "first_beat"),
    [
        ("pop", 0.0),
        ("pop", 0.7),
        *(pytest.param(it, 0.0, marks=pytest.mark.slow) for it in ("lofi", "trap", "ambient")),
    ],
)
def test_the_picture_flashes_on_the_beat(tmp_path, style, first_beat):
    """97.3 BPM: no beat is a whole number of pictures."""
    film = drawn(tmp_path, 12.0, bpm=97.3, style=style)
    seen = watch(make(replace(film, look=replace(film.look, first_beat=first_beat)), tmp_path / "film.mp4"))
    rise = np.diff(seen.light, prepend=seen.light[0])
    for beat in first_beat + np.arange(1, 15) * 60 / 97.3:  # up to where the ending begins
        near = int(beat * 30)
        window = rise[near - 6 : near + 8]
        brightest = near - 6 + int(window.argmax())
        assert window.max() > 0
        assert abs(brightest / 30 - beat) <= 1 / 30 + 1e-6


def test_sections_look_different(tmp_path):
    out = make(drawn(tmp_path, 8.0), tmp_path / "film.mp4")
    quiet, loud = (picture_at(out, time).astype(float) for time in (1.2, 5.2))
    same = picture_at(out, 3.2).astype(float)
    assert np.abs(loud - quiet).mean() > 3
    assert np.abs(loud - same).mean() < 1


def test_seed_and_style_choose_the_picture_and_repeat_it(tmp_path):
    film = drawn(tmp_path, 5.0)
    stills = []
    for look in (film.look, film.look, replace(film.look, seed=8), replace(film.look, style="lofi")):
        path = tmp_path / f"{len(stills)}.png"
        poster(replace(film, look=look), path)
        with Image.open(path) as image:
            assert image.size == (1920, 1080)
            stills.append(np.asarray(image.resize((96, 54)), dtype=float))
    assert np.array_equal(stills[0], stills[1])
    assert np.abs(stills[0] - stills[2]).mean() > 5
    assert np.abs(stills[0] - stills[3]).mean() > 5


def test_a_lone_layer_keeps_its_loudness(tmp_path):
    film = drawn(tmp_path, 10.0)
    seen = watch(make(film, tmp_path / "film.mp4"))
    with av.open(str(film.layers[0].path)) as container:
        original = np.concatenate([f.to_ndarray().reshape(-1, 2) for f in container.decode(audio=0)]) / 2**31
    meter = pyloudnorm.Meter(48_000)
    assert meter.integrated_loudness(seen.sound) == pytest.approx(meter.integrated_loudness(original), abs=0.1)
    # Not a frame early or late either.
    middle = original[48_000:96_000, 0]
    lags = [float(np.dot(middle, seen.sound[48_000 + lag : 96_000 + lag, 0])) for lag in range(-30, 31)]
    assert abs(int(np.argmax(lags)) - 30) <= 1


def cymbals(seconds: float) -> np.ndarray:
    """Return bright strokes over a low drum: what made the AAC encoder click."""
    dice, sound = np.random.default_rng(1), np.zeros((round(seconds * 48_000), 2))
    at = np.arange(12_000)
    for start in range(500, len(sound) - len(at), 3_300):
        hiss = np.diff(dice.standard_normal((2, len(at))) * np.exp(-at / 2_000), axis=1, prepend=0)
        drum = 0.6 * np.sin(2 * np.pi * 55 * at / 48_000) * np.exp(-at / 6_000) * (dice.random() < 0.5)
        sound[start : start + len(at)] += (0.12 * hiss + drum).T
    return (0.75 * sound / np.abs(sound).max()).astype(np.float32)


def test_the_encoder_adds_no_clicks(tmp_path):
    strokes = cymbals(6.0)
    path = make_audio(tmp_path / "strokes.wav", sound=strokes, codec="pcm_s24le")
    film = replace(drawn(tmp_path, 6.0), layers=(AudioLayer(path=path, start=0, seconds=6.0),))
    seen = watch(make(film, tmp_path / "film.mp4"))
    steepest = float(np.abs(np.diff(strokes, axis=0)).max())
    assert float(np.abs(np.diff(seen.sound, axis=0)).max()) <= steepest
    assert float(np.abs(seen.sound).max()) <= 10 ** (-1.0 / 20)


def test_layers_are_placed_cut_and_faded(tmp_path):
    long = make_audio(tmp_path / "long.wav", sound=tone(9, level=0.3))
    film = replace(drawn(tmp_path, 6.0), layers=(AudioLayer(path=long, start=1.0, seconds=3.0, volume=0.5),))
    seen = watch(make(film, tmp_path / "film.mp4"))
    full = 20 * np.log10(0.3 * 0.5 / np.sqrt(2))
    assert level(seen.sound, 0, 0.95) < -70
    assert level(seen.sound, 1.1, 3.4) == pytest.approx(full, abs=0.3)
    assert full - 12 < level(seen.sound, 3.6, 3.9) < full - 3
    assert level(seen.sound, 4.05, 6) < -70


def test_a_loud_mix_is_limited_and_a_quiet_one_is_not(tmp_path):
    one = make_audio(tmp_path / "one.wav", sound=tone(6, frequency=300, level=0.7))
    two = make_audio(tmp_path / "two.wav", sound=tone(6, frequency=450, level=0.7))
    for volume, most in ((1.0, 10 ** (-1.2 / 20)), (0.3, 0.43)):
        layers = tuple(AudioLayer(path=path, start=0, seconds=6, volume=volume) for path in (one, two))
        seen = watch(make(replace(drawn(tmp_path, 6.0), layers=layers), tmp_path / f"{volume}.mp4"))
        peak = float(np.abs(seen.sound[4800:-4800]).max())
        assert most * 0.8 < peak <= most


def test_music_steps_back_beneath_a_voice(tmp_path):
    voice = np.concatenate([np.zeros((96_000, 2), np.float32), tone(2, frequency=1000, level=0.1)])
    layers = (
        AudioLayer(path=make_audio(tmp_path / "bed.wav", sound=tone(8, frequency=200, level=0.2)), start=0, seconds=8,
                   under=True),
        AudioLayer(path=make_audio(tmp_path / "voice.wav", sound=voice), start=0, seconds=4),
    )  # fmt: skip
    seen = watch(make(replace(drawn(tmp_path, 8.0), layers=layers), tmp_path / "film.mp4"))
    spectrum = [_level_at(seen.sound, 200, time) for time in (1.0, 3.0, 6.5)]
    assert spectrum[0] - spectrum[1] == pytest.approx(12, abs=1)
    assert spectrum[2] == pytest.approx(spectrum[0], abs=0.3)
    # Smooth: no step of more than 2 dB in 20 ms.
    steps = np.diff([_level_at(seen.sound, 200, time, 0.02) for time in np.arange(1.5, 5.5, 0.02)])
    assert np.abs(steps).max() < 2.5


def _level_at(sound: np.ndarray, frequency: float, start: float, seconds: float = 0.5) -> float:
    part = sound[round(start * 48_000) : round((start + seconds) * 48_000), 0]
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(part)) / 48_000)
    return float(20 * np.log10(np.abs(np.mean(part * wave)) + 1e-9))


def test_a_title_is_seen_in_its_time_only(tmp_path):
    plain = drawn(tmp_path, 8.0)
    titled = replace(plain, titles=(TitleCard(text="Golden Hour", start=2.0, seconds=3.0),))
    one, two = make(plain, tmp_path / "one.mp4"), make(titled, tmp_path / "two.mp4")
    differences = [
        np.abs(picture_at(one, time).astype(float) - picture_at(two, time)).max() for time in (1.0, 3.5, 6.0)
    ]
    assert differences[1] > 100
    assert max(differences[0], differences[2]) < 40


@pytest.mark.parametrize("kind", ["turned", "transparent", "animated", "tall", "film's own proportions", "huge"])
def test_a_persons_picture_is_shown(tmp_path, kind):
    path = tmp_path / (
        "cover.jpg" if kind in ("turned", "huge") else "cover.gif" if kind == "animated" else "cover.png"
    )
    sizes = {"tall": (90, 600), "film's own proportions": (640, 360), "huge": (6000, 4000)}
    if kind == "transparent":
        Image.new("RGBA", (300, 300), (200, 30, 30, 0)).save(path)
        with Image.open(path) as image:
            image.paste((200, 30, 30, 255), (50, 50, 250, 250))
            image.save(path)
    elif kind == "animated":
        frames = [Image.new("RGB", (200, 200), colour) for colour in ((230, 20, 20), (20, 230, 20))]
        frames[0].save(path, save_all=True, append_images=frames[1:])
    else:
        make_image(path, size=sizes.get(kind, (600, 400)), orientation=6 if kind == "turned" else None)
    out = make(drawn(tmp_path, 5.0, cover=path), tmp_path / "film.mp4")
    shown = picture_at(out, 1.4).astype(float)
    assert shown.std() > 10
    if kind == "turned":  # red was at the left and is above now
        red = shown[:, shown.shape[1] // 2, 0]
        assert red[len(red) // 4] > red[3 * len(red) // 4] + 60
    if kind in ("transparent", "animated"):
        middle = shown[shown.shape[0] // 2, shown.shape[1] // 2]
        assert middle[0] > 120 > middle[1]
    light = watch(out).light
    assert light[75] > light[74], "it jumps up on the beat"
    assert light[75] >= light[77], "and falls after it"


def test_a_cover_that_is_no_picture_is_refused(tmp_path):
    broken = tmp_path / "cover.png"
    broken.write_bytes(make_image(tmp_path / "a.png").read_bytes()[:200])
    with pytest.raises(NotMedia):
        make(drawn(tmp_path, 5.0, cover=broken), tmp_path / "film.mp4")
