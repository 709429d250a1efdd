"""The style "Dark tension"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

_RISER = Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.65, gain=-6.0)
_IMPACT = Layer(role=Role.EFFECT, play=Play.IMPACT, instruments=("impact",), where="bc", level=0.85, gain=-2.0)

TENSION = Style(
    name="tension",
    bpm=(76.0, 104.0),
    mood=(-0.8, 0.45),
    space=Space.HALL,
    bright=("phrygian", "harmonic minor"),
    dark=("phrygian", "harmonic minor", "minor"),
    major=("1m 1m b2 1m",),
    minor=("1m 1m b2 1m", "1m 1m b6 b6", "1m b2 1m b5dim", "1m 4m b6 5maj", "1m 1m 4m b2"),
    cadence=("b2", "b2"),
    final="ring",
    tail=(2.6, 4.5),
    crash=False,
    lift=1,
    grooves=(
        Groove(0.0, {"low": "x...........-..."}),
        Groove(0.5, {"low": "X.....x...x.....", "floor": "..........-...--", "pedal": "x...x...x...x..."}),
        Groove(
            0.8,
            {
                "low": "X..x..x.X..x..x.",
                "floor": "x..x....x..x.xxx",
                "rim": "x-x-x-x-x-x-x-x-",
                "kick": "X.......X.......",
            },
        ),
    ),
    fills=("low=........x..x..XX", "floor=........x.x.xxXX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("epic drums",), where="aubc", level=0.82, human=5.0),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("dark drone",),
            where="iaubcko",
            centre=33,
            level=0.8,
            human=0.0,
            patterns=("r_______________",),
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("strings", "pizzicato"),
            where="aubc",
            centre=50,
            level=0.7,
            human=4.0,
            patterns=("0000000000000010", "0.0.0.1.0.0.0.1.", "0010001000100020"),
            pan=-0.2,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("slow strings", "choir"),
            where="iaubcko",
            centre=57,
            voices=3,
            level=0.6,
            human=20.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("trombone", "brass section"),
            where="b",
            centre=48,
            voices=2,
            level=0.85,
            patterns=("X_______________|................", "X___............|........X_______"),
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("celesta", "cello", "grand piano", "violin"),
            where="abc",
            centre=72,
            level=0.66,
            human=14.0,
            turns=True,
        ),
        Layer(
            role=Role.COUNTER,
            play=Play.COUNTER,
            instruments=("violin",),
            where="bc",
            enter=0.8,
            centre=80,
            level=0.5,
            patterns=("x_______________",),
            pan=0.4,
            gain=-3.0,
        ),
        _RISER,
        _IMPACT,
    ),
    tune=Tune(
        cells=("x_____x_________", "x_______x_x_____", "....x_x_x_______", "x_x_____........"),
        phrases=("A.a.", "A.B.", "AaBF"),
        lift=0,
    ),
)
