"""The style "Tropical house"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role

TROPICAL = Style(
    name="tropical",
    bpm=(98.0, 114.0),
    mood=(0.7, 0.6),
    bright=("major",),
    dark=("minor",),
    color="add9",
    major=("6m 4 1 5", "4 5 6m 1/3", "1 5 6m 4", "4 1 5 6m"),
    minor=("1 6 3 7", "6 7 1 1", "1 4 6 7"),
    cadence=("5sus4", "7maj"),
    grooves=(
        Groove(0.0, {"shaker": "-.o.-.o.-.o.-.o.", "snap": "....o.......o..."}),
        Groove(0.5, {"kick": "X...X...X...X...", "clap": "....x.......x...", "shaker": "o-x-o-x-o-x-o-x-"}),
        Groove(
            0.82,
            {
                "kick": "X...X...X...X...",
                "clap": "....X.......X...",
                "open": "..x...x...x...x.",
                "shaker": "o-x-o-x-o-x-o-x-",
                "conga": "...x..x....x.x..|...x..x...x..xx.",
                "bongo": "x..-..-.x..-....",
            },
        ),
    ),
    fills=("snare=........x.x.x.xx", "conga=........x.xxx.xX clap=............x..."),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("house kit",), where="iaubco", level=0.85, human=2.0),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("sub bass", "finger bass"),
            patterns=("r__r__r_..r_r_a_", "..r_..r_..r_..r_", "r__r__r___8_r_5_"),
            where="aubco",
            centre=36,
            level=0.9,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("synth pluck", "marimba"),
            patterns=("x..x..x...x..x..", "x..x..x..x..x.x.", "..x...x...x...x."),
            where="iaubc",
            centre=66,
            voices=4,
            level=0.62,
            pan=-0.2,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("ukulele", "nylon guitar"),
            patterns=("D.UDU.D.D.UDU.D.",),
            where="ack",
            centre=67,
            voices=4,
            level=0.58,
            strum=10.0,
            human=7.0,
            pan=0.4,
            gain=-2.0,
        ),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("warm pad",), where="iubcko", centre=60, level=0.5, gain=-4.0),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("steel drums", "marimba", "pan flute", "kalimba"),
            where="abco",
            centre=72,
            level=0.85,
            turns=True,
            doubled=True,
        ),
        Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.5, gain=-7.0),
    ),
    tune=Tune(
        cells=("x..x..x..x..x___", "x..x_x__x..x_x__", "..x..x..x_x_x___", "x__x__x___x_x___"),
        pentatonic=True,
        lift=3,
    ),
)
