"""A wish that names no music gets the style of the scenes that are nearest in meaning."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from language import Encoder
from studio.compose import STYLES, parse_brief
from studio.compose.scenes import SCENES, about_scene, fingerprint, nearest_style

FITTING = [
    ("a chef plating a dessert", {"jazz", "bossa", "pop"}),
    ("an android learns to feel", {"synthwave", "tension", "trap"}),
    ("bmx stunts on the stairs", {"rock", "hiphop", "trap", "dnb"}),
    ("surfing big waves", {"tropical", "rock", "futurebass"}),
    ("volleyball championship final", {"rock", "epic"}),
    ("my kid learns to ride a bike", {"whimsical", "folk", "pop", "piano"}),
    ("soldiers coming home", {"piano", "cinematic"}),
    ("penguins sliding on ice", {"whimsical", "chiptune"}),
    ("llegada de mi hermano al aeropuerto", {"piano", "cinematic", "folk"}),
    ("meine Oma backt Kuchen", {"folk", "whimsical", "bossa", "piano"}),
    ("바다 위의 일출", {"ambient", "cinematic", "piano"}),
    ("космонавт в открытом космосе", {"synthwave", "ambient", "cinematic", "epic"}),
    ("بحر هادئ عند الغروب", {"ambient", "cinematic", "piano", "tropical"}),
    ("um filhote de cachorro na praia", {"tropical", "whimsical", "folk"}),
    ("我家猫偷吃零食", {"whimsical", "lofi", "chiptune"}),
    ("robbery gone wrong", {"tension", "trap"}),
    ("girls night out", {"house", "pop"}),
    ("racing go karts", {"dnb", "rock", "trap"}),
    ("abandoned amusement park", {"tension", "ambient"}),
    ("flight over the alps", {"folk", "cinematic", "ambient"}),
]


@pytest.mark.asyncio
async def test_four_of_five_scenes_get_a_fitting_style() -> None:
    encoder = Encoder()
    try:
        found = []
        for scene, fitting in FITTING:
            vector = await encoder.encode(about_scene(scene))
            assert vector is not None
            found.append((scene, nearest_style(vector), fitting))
    finally:
        await encoder.end()
    wrong = [(scene, style) for scene, style, fitting in found if style not in fitting]
    assert len(wrong) <= 0.2 * len(found), wrong


def test_no_scene_is_tested_that_is_described() -> None:
    described = {scene for scenes in SCENES.values() for scene in scenes}
    assert not described & {scene for scene, _ in FITTING}
    assert SCENES.keys() == STYLES.keys()


def test_the_vectors_are_those_of_the_scenes_that_are_here() -> None:
    with np.load(str(files("studio.compose") / "scenes.npz")) as kept:
        assert str(kept["fingerprint"]) == fingerprint(), "run: python -m studio.compose.scenes"


def test_words_about_music_decide_before_a_scene() -> None:
    assert parse_brief("pirates", seed=1, scene="epic").brief.style == "epic"
    assert parse_brief("jazz for pirates", seed=1, scene="epic").brief.style == "jazz"
    assert about_scene("Make me a 30 second track for my video: pirates on the sea") == "a for : pirates on the sea"
