"""The style "Hip-hop"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

HIPHOP = Style(
    name="hiphop",
    bpm=(82.0, 98.0),
    mood=(0.1, 0.55),
    space=Space.STUDIO,
    bright=("major", "mixolydian"),
    dark=("minor", "dorian"),
    color="seventh",
    major=("1maj7 6m7 2m7 5dom7", "4maj7 3m7 6m7 6m7", "2m7 5dom7 1maj7 1maj7"),
    minor=("1m7 1m7 4m7 5m7", "1m7 b6maj7 1m7 b7", "4m7 1m7 4m7 5m7", "1m9 4m9 1m9 b6maj7"),
    cadence=("5dom7", "5m7"),
    swing=0.22,
    swing_step=0.25,
    lift=0,
    grooves=(
        Groove(0.0, {"kick": "X.........x.....", "hat": "x.o.x.o.x.o.x.o.", "snap": "....x.......x..."}),
        Groove(
            0.45,
            {
                "kick": "X..x......xx....|X..x...x..x.....",
                "snare": "....X.......X...|....X.......X..-",
                "hat": "x.o.x.o.x.o.x.oo",
            },
        ),
        Groove(
            0.8,
            {
                "kick": "X..x......xx..x.|X..x...x..x..x..",
                "snare": "....X..-....X...|....X..-.-..X..-",
                "clap": "....x.......x...",
                "hat": "x-oox.o.x-o.x.oo",
                "open": "..............x.",
                "tamb": "....-.......-...",
            },
        ),
    ),
    fills=("kick=x............... snare=........x..x.xX.", "snare=............xxxX", "clap=............x.x."),
    layers=(
        Layer(
            role=Role.DRUMS, play=Play.DRUMS, instruments=("room kit", "lofi kit"), where="aubco", level=0.95, human=6.0
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            gain=-1.5,
            instruments=("finger bass", "sub bass"),
            patterns=("r__r____..r_5_a_", "r__r___7..r___8.", "r_.r..r_..5_r_a."),
            where="aubco",
            centre=34,
            level=0.98,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("electric piano", "grand piano", "organ"),
            patterns=("x__.....x_......", "x_____....x_x_..", "..x_....x___...."),
            centre=60,
            voices=4,
            level=0.66,
            human=8.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("muted guitar",),
            patterns=("......x.......x.", "...x..........x."),
            where="bc",
            centre=66,
            voices=3,
            level=0.52,
            strum=6.0,
            pan=0.45,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("strings", "warm pad"),
            where="ibck",
            centre=64,
            level=0.5,
            gain=-3.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("flute", "vibraphone", "muted trumpet", "tenor sax"),
            where="abc",
            centre=72,
            level=0.75,
            human=8.0,
            turns=True,
        ),
    ),
    tune=Tune(
        cells=("x_.xx_..x_......", "..x_x_.x_x__....", "x__x__x_..x_....", "x.xx.x_.x_......"),
        phrases=("Aa..", "A.aF", "AaBF"),
        pentatonic=True,
        lift=3,
    ),
)
