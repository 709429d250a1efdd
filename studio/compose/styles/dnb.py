"""The style "Drum & bass"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role

_RISER = Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.65, gain=-6.0)
_IMPACT = Layer(role=Role.EFFECT, play=Play.IMPACT, instruments=("impact",), where="bc", level=0.7, gain=-5.0)

DNB = Style(
    name="dnb",
    bpm=(168.0, 176.0),
    mood=(0.0, 0.95),
    bright=("major", "mixolydian"),
    dark=("minor", "dorian"),
    color="seventh",
    major=("6m7 6m7 4maj7 4maj7", "4maj7 4maj7 5 6m7", "1maj7 1maj7 5 6m7"),
    minor=("1m9 1m9 6maj7 6maj7", "6maj7 6maj7 b7 1m7", "1m7 1m7 4m7 5m7"),
    cadence=("5", "b7"),
    lift=0,
    grooves=(
        Groove(0.0, {"hat": "x.o.x.o.x.o.x.o.", "rim": "....o.......o..."}),
        Groove(0.5, {"kick": "X.........x.....", "snare": "....X.......X...", "hat": "x.o.x.o.x.o.x.o."}),
        Groove(
            0.8,
            {
                "kick": "X.........x.....|X..x......x.....",
                "snare": "....X..-.-..X..-|....X..-.-..X.-x",
                "hat": "x-o-x-oox-o-x-oo",
                "ride": "x...x...x...x...",
                "shaker": "-o-o-o-o-o-o-o-o",
            },
        ),
    ),
    fills=("snare=....x..x.x..xxXX kick=X...............", "snare=........xxxxXXXX", "snare=x..x..x..x..xxXX"),
    layers=(
        Layer(
            role=Role.DRUMS,
            play=Play.DRUMS,
            instruments=("power kit", "house kit"),
            where="aubco",
            level=0.95,
            human=0.0,
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("reese bass",),
            where="ubc",
            centre=31,
            level=0.95,
            human=0.0,
            patterns=("r_________r__5__|r_________8_7_5_", "r_____r_____r_a_|r_____r_..5_7___"),
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("sub bass",),
            where="ako",
            centre=31,
            level=0.8,
            human=0.0,
            patterns=("r_______________",),
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("glass pad", "warm pad"),
            centre=64,
            voices=4,
            level=0.58,
            gain=-2.0,
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("synth pluck", "electric piano"),
            where="iauk",
            centre=70,
            level=0.55,
            patterns=("0..2..3..4..2...", "4...3..2..4...2."),
            pan=-0.3,
            human=0.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("electric piano", "supersaw"),
            where="bc",
            centre=64,
            voices=4,
            patterns=("X__.....x_......|..x_......x__...",),
            level=0.66,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("soft lead", "saw lead"),
            where="abc",
            centre=74,
            level=0.76,
            human=0.0,
            turns=True,
        ),
        _RISER,
        _IMPACT,
    ),
    tune=Tune(
        cells=("x_______x_______", "x_____x_____x___", "x___x_______x_x_", "..x_____x_x_____"),
        phrases=("AaAH", "A.BF"),
        lift=2,
    ),
)
