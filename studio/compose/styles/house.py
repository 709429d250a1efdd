"""The style "House"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role

_RISER = Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.65, gain=-6.0)
_IMPACT = Layer(role=Role.EFFECT, play=Play.IMPACT, instruments=("impact",), where="bc", level=0.7, gain=-5.0)

HOUSE = Style(
    name="house",
    bpm=(118.0, 128.0),
    mood=(0.4, 0.9),
    bright=("major", "mixolydian"),
    dark=("minor", "dorian"),
    color="seventh",
    major=("4maj7 5 6m7 6m7", "6m7 4maj7 1 5", "2m7 3m7 4maj7 5"),
    minor=("1m7 1m7 6maj7 b7", "6maj7 b7 1m7 1m7", "1m9 4m9 6maj7 5m7", "4m7 1m7 6maj7 b7"),
    cadence=("5", "b7"),
    grooves=(
        Groove(0.0, {"hat": "..o...o...o...o.", "shaker": "-.-.-.-.-.-.-.-."}),
        Groove(0.5, {"kick": "X...X...X...X...", "open": "..x...x...x...x.", "clap": "....o.......o..."}),
        Groove(
            0.82,
            {
                "kick": "X...X...X...X...",
                "clap": "....X.......X...|....X.......X..o",
                "open": "..X...X...X...X.",
                "hat": "x-o-x-o-x-o-x-o-",
                "shaker": "o-x-o-x-o-x-o-x-",
                "conga": "...o..x....o..x.|...o..x..x.o.xx.",
            },
        ),
    ),
    fills=("snare=x...x...x.x.xxXX", "clap=........x.x.xxxx", "snare=xxxxxxxxXXXXXXXX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("house kit",), where="iaubco", level=0.95, human=0.0),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("saw bass", "sub bass", "acid bass"),
            where="aubco",
            centre=34,
            patterns=("..r_..r_..r_..8.", "r.8.r.8.r.8.r.8.", "..rr..r...rr..5."),
            level=0.92,
            human=0.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("bright piano", "organ", "supersaw"),
            where="iaubc",
            centre=64,
            voices=4,
            patterns=("X..x..x...x..x..", "..x..x....x..x..", "x..x..x..x..x.x."),
            level=0.72,
            human=3.0,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("supersaw", "warm pad"),
            where="ubk",
            centre=64,
            voices=4,
            level=0.5,
            gain=-4.0,
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("synth pluck",),
            where="iubck",
            centre=70,
            level=0.58,
            human=0.0,
            patterns=("0.2.3.2.4.2.3.2.", "0..2..4..2..3.2.", "4.3.2.4.3.2.4.2."),
            pan=0.3,
            gain=-2.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("saw lead", "synth pluck", "soft lead"),
            where="bco",
            centre=74,
            level=0.8,
            human=0.0,
            turns=True,
            doubled=True,
        ),
        _RISER,
        _IMPACT,
    ),
    tune=Tune(
        cells=("x..x..x...x.x...", "x..x..x..x..x_x_", "..x...x_..x.x_x_", "x.x..x.x..x.x..."),
        lift=2,
        phrases=("AAaA", "AaAF"),
    ),
)
