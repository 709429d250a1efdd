"""The style "Synthwave"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role

_RISER = Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.65, gain=-6.0)

SYNTHWAVE = Style(
    name="synthwave",
    bpm=(88.0, 112.0),
    mood=(0.0, 0.65),
    bright=("major", "mixolydian"),
    dark=("minor", "dorian"),
    major=("6m 4 1 5", "4 5 6m 1", "1 5 4 4"),
    minor=("1 6 3 7", "6 7 1 1", "1 7 6 7", "4 6 7 1"),
    cadence=("5sus4", "7"),
    grooves=(
        Groove(0.0, {"kick": "X.......X.......", "hat": "o.o.o.o.o.o.o.o."}),
        Groove(0.5, {"kick": "X...X...X...X...", "snare": "....X.......X...", "hat": "o-o-o-o-o-o-o-o-"}),
        Groove(
            0.82,
            {
                "kick": "X...X...X...X...",
                "snare": "....X.......X...",
                "clap": "....x.......x...",
                "hat": "x-oox-oox-oox-oo",
                "open": "..............x.",
                "tamb": "..o...o...o...o.",
            },
        ),
    ),
    fills=(
        "top=x.xx............ high=....x.xx........ mid=........x.xx.... floor=............XXXX",
        "snare=............XXXX",
        "high=........xx.x.... floor=............X.XX",
    ),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("power kit",), where="aubco", level=0.92, human=0.0),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("saw bass",),
            where="iaubcko",
            centre=33,
            level=0.9,
            human=0.0,
            patterns=("r.r.r.r.r.r.r.r.", "rrr.rrr.rrr.rr8.", "r.rrr.rrr.rrr.8."),
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("synth pluck",),
            where="aubck",
            centre=64,
            level=0.6,
            human=0.0,
            patterns=("0123432101234321", "0241024102410241", "0.2.4.2.3.4.2.3."),
            pan=0.35,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("warm pad", "supersaw"),
            centre=62,
            voices=4,
            level=0.6,
            gain=-2.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("supersaw",),
            where="b",
            enter=0.8,
            centre=66,
            voices=4,
            patterns=("X_____x_____x___", "X___..x_X___..x_"),
            level=0.58,
            gain=-3.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("saw lead", "soft lead"),
            where="abco",
            centre=74,
            level=0.8,
            human=0.0,
            turns=True,
        ),
        _RISER,
    ),
    tune=Tune(cells=("x_____x_x___x___", "x___x_x_____x___", "x_x_x___x_____x_", "x_______x_x_x___"), lift=3),
)
