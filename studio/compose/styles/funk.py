"""The style "Funk"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

FUNK = Style(
    name="funk",
    bpm=(98.0, 116.0),
    mood=(0.6, 0.72),
    space=Space.STUDIO,
    bright=("mixolydian",),
    dark=("dorian",),
    color="ninth",
    major=("1dom9 1dom9 4dom9 1dom9", "1dom9 b7 4dom9 1dom9", "4dom9 4dom9 1dom9 5dom9", "2m7 5dom9 1dom9 1dom9"),
    minor=("1m9 1m9 4dom9 4dom9", "1m7 4dom9 1m7 b7", "b6maj7 5dom7 1m9 1m9", "4dom9 1m9 4dom9 5m7"),
    cadence=("5dom9", "5dom7"),
    swing=0.12,
    swing_step=0.25,
    grooves=(
        Groove(0.0, {"kick": "X.....x...x.....", "hat": "o.o.o.o.o.o.o.o.", "rim": "....o.......o..."}),
        Groove(
            0.45,
            {
                "kick": "X..x..x...x..x..|X.....x..xx.....",
                "snare": "....X..-.-..X..-|....X..-.-..X.-.",
                "hat": "x-o-x-o-x-o-x-o-",
            },
        ),
        Groove(
            0.8,
            {
                "kick": "X..x..x...x..x..|X.x...x..xx...x.",
                "snare": "....X..-.-..X..-|....X..-.-..X-x-",
                "clap": "....x.......x...",
                "hat": "x-oox-oox-oox-oo",
                "open": "..............x.|......x.........",
                "conga": "..o...x...o..x..",
            },
        ),
    ),
    fills=("snare=........x.-x.xXX", "snare=..........xx.... mid=............xx.. floor=..............XX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("standard kit", "room kit"), where="iaubco", level=0.88),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("finger bass",),
            patterns=("r..r..8.r..5.7a.", "r.r...8r..r.7.5.", "r..8.r.7.5..r.a."),
            where="iaubcko",
            centre=36,
            level=0.98,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("clean guitar", "muted guitar"),
            patterns=("..x.-x..x.-x..x-", "-x.x-.x.-x.x-.x.", "x.-x.-x.x.-x.-xx"),
            where="aubck",
            centre=66,
            voices=4,
            level=0.6,
            strum=5.0,
            human=5.0,
            pan=-0.5,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("electric piano", "organ"),
            patterns=("x__.......x_....", "..x_....x__..x..", "x_....x_....x_.."),
            where="aubcko",
            centre=62,
            voices=4,
            level=0.62,
            pan=0.35,
        ),
        Layer(
            role=Role.COUNTER,
            play=Play.CHORDS,
            instruments=("brass section",),
            patterns=(
                "X...........x.X.|................",
                "..........x.xX__|................",
                "X_.X............|..........x_X_..",
            ),
            where="bc",
            enter=0.75,
            centre=66,
            voices=3,
            level=0.85,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("tenor sax", "trumpet", "clean guitar"),
            where="bco",
            centre=67,
            level=0.82,
            turns=True,
        ),
    ),
    tune=Tune(
        cells=("x_.xx_.x..x_x_..", "..xx_.x_x..x_...", "x.xx.x_...x_x_..", "...xx_x_x_.xx_.."),
        phrases=("Aa.B", "AaBF"),
        pentatonic=True,
        lift=2,
    ),
)
