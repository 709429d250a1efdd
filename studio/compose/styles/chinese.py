"""The style "Chinese traditional"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

CHINESE = Style(
    name="chinese",
    bpm=(66.0, 96.0),
    mood=(0.2, 0.3),
    space=Space.HALL,
    bright=("major",),
    dark=("dorian", "minor"),
    color="triad",
    major=("1 6m 4 5", "6m 3m 4 1", "1 4 6m 5sus4", "4 5sus4 6m 6m"),
    minor=("1 4 7 1", "1 7 4 1", "6 7 1 1", "4 7 3 1"),
    cadence=("5sus4", "7"),
    final="roll",
    crash=False,
    tail=(2.4, 4.5),
    lift=0,
    grooves=(
        Groove(0.0, {"block": "x.......-......."}),
        Groove(0.5, {"low": "x.......o..-....", "block": "....o.......o.-.", "triangle": "x..............."}),
        Groove(
            0.8,
            {
                "low": "X..x..o.X.x...o.",
                "block": "..o.x...o.o.x.o.",
                "shaker": "-.o.-.o.-.o.-.o.",
                "china": "x...............|................",
            },
        ),
    ),
    fills=("low=........x.x.xxXX", "block=........x..x.xxx"),
    layers=(
        Layer(
            role=Role.DRUMS,
            play=Play.DRUMS,
            gain=-2.0,
            instruments=("orchestra kit",),
            where="aubc",
            level=0.62,
            human=8.0,
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("cello", "upright bass"),
            where="aubco",
            centre=42,
            level=0.66,
            human=10.0,
            patterns=("r_______5_______", "r_______________"),
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            pedal=True,
            instruments=("koto",),
            where="iaubcko",
            centre=64,
            level=0.68,
            human=10.0,
            patterns=("0.2.3.4.3.2.3.2.", "0...2.3.4...3.2.", "4.3.2.3.0...2...", "0.2.4.5.......4."),
            pan=-0.25,
        ),
        Layer(
            role=Role.PAD, play=Play.PAD, instruments=("slow strings",), where="ubcko", centre=60, level=0.5, gain=-3.0
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("pan flute", "koto", "violin", "flute"),
            where="abco",
            centre=76,
            level=0.8,
            human=14.0,
            turns=True,
        ),
        Layer(
            role=Role.COUNTER,
            play=Play.COUNTER,
            instruments=("harp", "nylon guitar"),
            where="bc",
            centre=66,
            level=0.55,
            patterns=("..x_x_x_....x_x_", "x_______..x_x_x_"),
            pan=0.35,
        ),
    ),
    tune=Tune(
        cells=("x___x_x_x_______", "x_____x_x_x_x___", "x_x_x_x_x_______", "x__xx_x_x___x___"),
        pentatonic=True,
        lift=3,
        leap=2,
    ),
)
