"""The style "Lo-fi"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

LOFI = Style(
    name="lofi",
    bpm=(68.0, 88.0),
    mood=(0.1, 0.3),
    space=Space.STUDIO,
    bright=("major",),
    dark=("minor", "dorian"),
    color="ninth",
    major=(
        "2m9 5dom9 1maj9 6m7",
        "1maj9 6m9 2m9 5dom9",
        "4maj9 3m7 2m9 1maj9",
        "4maj9 5dom7 3m7 6m9",
        "1maj9 3m7 4maj9 4m6",
    ),
    minor=("1m9 4m9 b7 b3maj7", "1m9 b6maj9 4m9 5m7", "4m9 b7dom9 b3maj9 b6maj7", "1m9 4dom9 1m9 5m7"),
    cadence=("5dom9", "5m7"),
    swing=0.28,
    swing_step=0.25,
    final="ring",
    crash=False,
    lift=0,
    tail=(2.2, 4.5),
    grooves=(
        Groove(0.0, {"kick": "X.........x.....", "hat": "o.-.o.-.o.-.o.-."}),
        Groove(
            0.42,
            {
                "kick": "X......x..x.....|X.....-x..x..x..",
                "snare": "....x.......x...|....x.......x..-",
                "hat": "x.o.x.o.x.o.x.o-",
            },
        ),
        Groove(
            0.78,
            {
                "kick": "X......x..x..-..|X..-...x..x..x..",
                "snare": "....x..-....x...|....x..-.-..x..-",
                "hat": "x-o-x.o-x-o-x.oo",
                "open": "..............-.",
                "shaker": "..-...-...-...-.",
            },
        ),
    ),
    fills=("snare=............x.-x", "rim=..........o.o.oo"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("lofi kit",), where="aubco", level=0.78, human=9.0),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("upright bass", "finger bass", "sub bass"),
            patterns=("r_____.5..r___a_", "r______r__5___a_", "r___._5_r_____a_"),
            where="aubco",
            centre=36,
            level=0.85,
            human=8.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("electric piano", "soft electric piano"),
            patterns=("x_______.-x_____", "x_____o_..x___o_", "x__________x____"),
            centre=60,
            voices=4,
            level=0.7,
            strum=14.0,
            human=12.0,
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("nylon guitar", "jazz guitar"),
            patterns=("....2.3...4.3...", "..1.2.4.....3.2.", "0...2...3.....2."),
            where="ubk",
            centre=62,
            level=0.55,
            human=12.0,
            pan=0.4,
            gain=-2.0,
        ),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("warm pad",), where="ibcko", centre=58, level=0.45, gain=-6.0),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("vibraphone", "grand piano", "jazz guitar", "soft electric piano"),
            where="abco",
            centre=72,
            level=0.7,
            human=14.0,
            turns=True,
        ),
    ),
    tune=Tune(
        cells=("..x_x___x_x_....", "x_____x_x___....", "....x_x_x__x_...", "x__x__x_____...."),
        phrases=("A.aH", "AaB.", "A.BF"),
        pentatonic=True,
        lift=2,
    ),
)
