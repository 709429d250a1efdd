"""The style "Future bass"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role

_RISER = Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.65, gain=-6.0)
_IMPACT = Layer(role=Role.EFFECT, play=Play.IMPACT, instruments=("impact",), where="bc", level=0.7, gain=-5.0)

FUTUREBASS = Style(
    name="futurebass",
    bpm=(138.0, 156.0),
    mood=(0.65, 0.9),
    bright=("major",),
    dark=("minor",),
    color="ninth",
    major=("4maj9 5 6m7 1/3", "4maj9 3m7 6m9 5", "4maj9 5 3m7 6m7", "2m9 3m7 4maj9 5"),
    minor=("6maj9 7 1m7 1m7", "6maj9 7 5m7 1m9", "4m9 5m7 6maj9 7"),
    cadence=("5sus4", "7"),
    grooves=(
        Groove(0.0, {"snap": "........x.......", "hat": "o.o.o.o.o.o.o.o."}),
        Groove(0.5, {"kick": "X.........x.....", "clap": "........X.......", "hat": "x.o.x.o.x.o.x.oo"}),
        Groove(
            0.8,
            {
                "kick": "X.....x...x.....|X..x......x..x..",
                "snare": "........X.......",
                "clap": "........X.......",
                "hat": "x-o-x-o-x-o-xoxo|x-o-xoxox-o-x-oo",
                "open": "....x.......x...",
                "crash": "X...............|................",
            },
        ),
    ),
    fills=("snare=x...x...x.x.xxXX", "snare=xxxxxxxxXXXXXXXX", "clap=........x.x.xxxx"),
    layers=(
        Layer(
            role=Role.DRUMS, play=Play.DRUMS, instruments=("808 kit", "house kit"), where="aubco", level=0.95, human=0.0
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            gain=-1.0,
            instruments=("sub bass",),
            where="aubco",
            centre=33,
            level=0.95,
            human=0.0,
            patterns=("r_____r___r_____", "r__r__r_..r_r___"),
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("supersaw",),
            where="bc",
            centre=64,
            voices=4,
            human=0.0,
            patterns=("X__X__X___x_X_x_|X__X__X_x_x_x_x_", "X_x_.x_xX_x_.x_x|X___X___X_X_xxxx"),
            level=0.78,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("electric piano", "bright piano"),
            where="iaukco",
            centre=62,
            voices=4,
            patterns=("x_______x_____x_", "x_____x_____x___"),
            level=0.65,
            human=5.0,
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("synth pluck", "music box"),
            where="iauk",
            centre=72,
            level=0.55,
            human=0.0,
            patterns=("0.2.4.3.2.4.5.4.", "4..2..3..4..2.3."),
            pan=0.3,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("glass pad", "warm pad"),
            where="iukco",
            centre=64,
            level=0.5,
            gain=-3.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("soft lead", "synth pluck", "saw lead"),
            where="abco",
            centre=76,
            level=0.85,
            human=0.0,
            turns=True,
            doubled=True,
        ),
        _RISER,
        _IMPACT,
    ),
    tune=Tune(
        cells=("x__x__x_x___x_x_", "x_x__x__x_x_x___", "x___x_x_..x_x_x_", "x__x__x__x__x_x_"), pentatonic=True, lift=4
    ),
)
