"""The style "Bossa nova"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

BOSSA = Style(
    name="bossa",
    bpm=(112.0, 138.0),
    mood=(0.4, 0.35),
    space=Space.STUDIO,
    bright=("major",),
    dark=("minor", "dorian"),
    color="ninth",
    major=(
        "1maj9 1maj9 2m9 5dom9",
        "1maj7 2dom9 2m9 5dom13",
        "2m9 5dom9 3m7 6dom7",
        "4maj9 4m6 3m7 6dom7 2m9 5dom9 1maj9 1maj9",
    ),
    minor=("1m9 1m9 4m9 5dom7", "1m9 4dom9 b7maj7 b3maj7", "4m9 b7dom9 b3maj9 b6maj7 2m7b5 5dom7 1m9 1m9"),
    cadence=("5dom13", "5dom7"),
    final="ring",
    crash=False,
    lift=0,
    grooves=(
        Groove(0.0, {"shaker": "x-oox-oox-oox-oo"}),
        Groove(
            0.45, {"kick": "X..xX..xX..xX..x", "rim": "x..x..x...x..x..|..x..x..x..x..x.", "hat": "x-oox-oox-oox-oo"}
        ),
        Groove(
            0.82,
            {
                "kick": "X..xX..xX..xX..x",
                "rim": "x..x..x...x..x..|..x..x..x..x..x.",
                "hat": "x-oox-oox-oox-oo",
                "shaker": "o-x-o-x-o-x-o-x-",
                "conga": "......x.......xx",
            },
        ),
    ),
    fills=("rim=........x.x.xx.x", "conga=........x..x.xxx"),
    layers=(
        Layer(
            role=Role.DRUMS,
            play=Play.DRUMS,
            instruments=("brush kit", "standard kit"),
            where="iaubco",
            level=0.6,
            human=5.0,
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("upright bass",),
            where="aubcko",
            centre=36,
            level=0.85,
            human=6.0,
            patterns=("r_____5_5_____r_", "r_____5_8_____a_"),
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("nylon guitar",),
            centre=60,
            voices=4,
            level=0.66,
            strum=5.0,
            human=8.0,
            patterns=("x_..x_x_..x_..x_|..x_..x_x_..x___", "x_.x_.x_..x_.x__"),
            pan=-0.25,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("electric piano",),
            where="bc",
            enter=0.7,
            centre=64,
            voices=3,
            level=0.5,
            human=9.0,
            patterns=("..x___....x_____", "x_____....x_x___"),
            pan=0.35,
            gain=-2.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("flute", "tenor sax", "vibraphone", "nylon guitar"),
            where="abco",
            centre=72,
            level=0.76,
            human=12.0,
            turns=True,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("slow strings",),
            where="bk",
            enter=0.2,
            centre=64,
            level=0.42,
            gain=-5.0,
        ),
    ),
    tune=Tune(
        cells=("x_..x_x___x_x___", "..x_x_x_..x_x___", "x___..x_x___x_x_", "x_x_..x_..x_x___"),
        phrases=("AaAH", "A.BF"),
        lift=2,
    ),
)
