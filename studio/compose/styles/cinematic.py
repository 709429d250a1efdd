"""The style "Inspiring cinematic"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

CINEMATIC = Style(
    name="cinematic",
    bpm=(72.0, 100.0),
    mood=(0.4, 0.45),
    space=Space.HALL,
    bright=("major", "lydian"),
    dark=("minor", "dorian"),
    color="add9",
    major=("1 5/3 6m 4", "4 1/3 5 6m", "1 4 6m 5", "6m 4 1 5/3"),
    minor=("1 6 3 7", "6 7 1 3", "4 6 1 7"),
    cadence=("5sus4+5maj", "7"),
    final="ring",
    tail=(2.8, 5.0),
    crash=False,
    grooves=(
        Groove(0.0, {"low": "o..............."}),
        Groove(0.6, {"low": "x.......x.....o.", "floor": "......-.......-."}),
        Groove(
            0.82, {"low": "X..x..x.X..x..x.", "floor": "..-...-...-...xx", "crash": "x...............|................"}
        ),
    ),
    fills=("low=............x.xX", "floor=........x.x.xxxX"),
    layers=(
        Layer(
            role=Role.DRUMS, play=Play.DRUMS, instruments=("epic drums",), where="ubc", enter=0.6, level=0.72, human=7.0
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("grand piano",),
            where="iaubcko",
            centre=62,
            voices=4,
            level=0.62,
            strum=6.0,
            human=9.0,
            patterns=("x___x___x___x___", "x_x_x_x_x_x_x_x_", "x_______x_______"),
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("strings", "harp"),
            where="aubc",
            centre=60,
            level=0.62,
            human=6.0,
            patterns=("0.1.2.1.0.1.2.1.", "0121012101210121", "0.2.1.2.0.2.1.2."),
            pan=-0.25,
        ),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("slow strings",), centre=60, voices=4, level=0.64, human=18.0),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("choir", "horn"),
            where="bc",
            enter=0.75,
            centre=62,
            voices=3,
            level=0.55,
            gain=-3.0,
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("strings",),
            where="aubco",
            centre=38,
            level=0.72,
            human=10.0,
            patterns=("r_______________", "r_______r_______"),
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("grand piano", "violin", "horn", "celesta"),
            where="abco",
            centre=74,
            level=0.78,
            human=12.0,
            turns=True,
            doubled=True,
        ),
        Layer(
            role=Role.COUNTER,
            play=Play.COUNTER,
            instruments=("cello", "violin"),
            where="bc",
            centre=57,
            level=0.66,
            patterns=("x_______x_______", "x_____x_x___x_x_"),
            pan=0.3,
        ),
        Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="b", level=0.4, gain=-10.0),
    ),
    tune=Tune(cells=("x_______x_x_x___", "x_____x_x_______", "x___x___x_______", "..x_x_x_x_____x_"), lift=4, leap=4),
)
