"""The style "Rock"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

ROCK = Style(
    name="rock",
    bpm=(112.0, 150.0),
    mood=(0.3, 0.85),
    space=Space.STUDIO,
    bright=("mixolydian", "major"),
    dark=("minor", "dorian"),
    color="power",
    major=("1 4 5 4", "1 b7 4 1", "1 5 4 4", "6m 4 1 5"),
    minor=("1 6 7 1", "1 7 6 7", "1 3 7 4", "6 7 1 1"),
    cadence=("b7+5", "7"),
    grooves=(
        Groove(0.0, {"kick": "X.......X.......", "pedal": "x...x...x...x..."}),
        Groove(
            0.5,
            {
                "kick": "X.....x.X.x.....|X.....x.X.x...x.",
                "snare": "....X.......X...",
                "hat": "x.o.x.o.x.o.x.o.",
            },
        ),
        Groove(
            0.8,
            {
                "kick": "X..x..x.X.x...x.|X..x..x.X.xx..x.",
                "snare": "....X.......X...|....X.......X.-.",
                "ride": "X.x.X.x.X.x.X.x.",
                "crash": "X...............|................|................|................",
            },
        ),
    ),
    fills=(
        "snare=........xxxx.... high=............xx.. floor=..............XX",
        "snare=xxxxXXXX........ mid=........xxxx.... floor=............XXXX",
        "snare=............XXXX",
    ),
    layers=(
        Layer(
            role=Role.DRUMS, play=Play.DRUMS, instruments=("power kit", "room kit"), where="aubc", level=0.95, human=4.0
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("pick bass",),
            patterns=("r.r.r.r.r.r.r.a.", "r.r.r.r.r.r.5.a.", "r_r.r_r.r_r.8_a."),
            where="aubco",
            centre=35,
            level=0.92,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("drive guitar",),
            patterns=("X_.xx_.xX_.xx_x_", "X_______X_x_X___", "x.x.x.x.x.x.x.x."),
            where="iaubco",
            centre=50,
            voices=2,
            level=0.82,
            strum=6.0,
            human=8.0,
            pan=-0.6,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("drive guitar",),
            patterns=("X_______X_______", "X_.xx_.xX_.xx_x_"),
            where="bc",
            centre=55,
            voices=2,
            level=0.78,
            strum=8.0,
            human=11.0,
            pan=0.6,
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("clean guitar",),
            patterns=("0.1.2.3.2.1.2.1.",),
            where="ka",
            centre=62,
            level=0.6,
            pan=0.4,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("organ",),
            where="bck",
            enter=0.2,
            centre=60,
            level=0.5,
            gain=-5.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("drive guitar",),
            where="bco",
            centre=70,
            level=0.85,
            human=7.0,
        ),
    ),
    tune=Tune(
        cells=("x_x_x_x__x__x___", "x__x__x___x_x_x_", "x___x_x_x_x_x___", "..x_x_x_x_x_x___"),
        pentatonic=True,
        leap=4,
        lift=3,
    ),
)
