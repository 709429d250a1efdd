"""The style "Trap"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

TRAP = Style(
    name="trap",
    bpm=(132.0, 152.0),
    mood=(-0.3, 0.75),
    space=Space.DRY,
    bright=("major", "lydian"),
    dark=("minor", "phrygian", "harmonic minor"),
    major=("1 1 6m 6m", "6m 6m 4 4", "4 4 1 5"),
    minor=("1m 1m 6maj 6maj", "1m 1m 4m 5m", "1m 1m 6maj 7maj", "6maj 6maj 1m 1m"),
    cadence=("5maj", "5m"),
    lift=0,
    grooves=(
        Groove(0.0, {"hat": "x.o.x.o.x.o.x.o.", "snap": "........x......."}),
        Groove(
            0.5,
            {
                "kick": "X.....x.........|X.........x..x..",
                "clap": "........X.......",
                "hat": "x_o_x_o_x_o_x_o_x_o_x_o_x_o_xoxo|x_o_x_o_x_o_x_o_x_o_xoxox_o_x_o_",
            },
        ),
        Groove(
            0.8,
            {
                "kick": "X.....x....x....|X..x......x..x..",
                "snare": "........x.......",
                "clap": "........X.......|........X.....-.",
                "hat": "x_o_x_o_xoxox_o_x_o_x_o_xoxoxoxo|x_o_xoxox_o_x_o_x_o_xoxox_o_x_o_"
                "|x_o_x_o_x_o_x_oox_o_x_o_xxxxxxxx",
                "open": "......x.........|..............x.",
                "rim": "...-......-.....",
            },
        ),
    ),
    fills=("snare=............x.xxxxxx", "hat=........xxxxxxxxXXXXXXXX clap=............X..."),
    layers=(
        Layer(
            role=Role.DRUMS, play=Play.DRUMS, gain=-1.0, instruments=("808 kit",), where="aubco", level=0.92, human=0.0
        ),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("808 bass",),
            patterns=("r_____r_________|r_________r__r__", "r_______..r_____|r_____8_..r_7___"),
            where="aubco",
            centre=35,
            gain=-3.0,
            level=1.0,
            human=0.0,
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("music box", "celesta", "koto"),
            patterns=("0...2...4...2...", "4...2...3...1...", "0..2..4..2..3..."),
            where="iauk",
            centre=72,
            level=0.6,
            pan=0.2,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("choir", "glass pad", "warm pad"),
            centre=60,
            level=0.55,
            gain=-3.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("brass section", "strings"),
            patterns=("X_____..........", "X___....x_______"),
            where="bc",
            enter=0.8,
            centre=57,
            voices=3,
            level=0.7,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("synth pluck", "flute", "grand piano", "soft lead"),
            where="abco",
            centre=72,
            level=0.8,
            human=2.0,
            turns=True,
        ),
        Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.55, gain=-7.0),
        Layer(role=Role.EFFECT, play=Play.IMPACT, instruments=("impact",), where="bc", level=0.7, gain=-4.0),
    ),
    tune=Tune(
        cells=("x_____x_x_____x_", "x_x_x_____x_x___", "x___x_x___......", "..x_x_..x___x___"),
        phrases=("AaA.", "AaBF"),
        lift=0,
    ),
)
