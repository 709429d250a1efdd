"""The style "Chiptune"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

CHIPTUNE = Style(
    name="chiptune",
    bpm=(120.0, 160.0),
    mood=(0.55, 0.85),
    space=Space.DRY,
    bright=("major", "mixolydian"),
    dark=("minor", "harmonic minor"),
    major=("1 5 6m 4", "1 b7 4 1", "4 5 3m 6m 2m 5 1 1", "1 3m 4 5"),
    minor=("1 7 6 5maj", "1 6 3 7", "1 4 7 3 6 4 5maj 5maj", "6 7 1 1"),
    cadence=("5maj", "5maj"),
    tail=(1.2, 2.2),
    crash=False,
    grooves=(
        Groove(0.0, {"hat": "x.x.x.x.x.x.x.x."}),
        Groove(0.5, {"kick": "X...x...X...x...", "snare": "....X.......X...", "hat": "x.o.x.o.x.o.x.o."}),
        Groove(0.8, {"kick": "X..xX...X.x.X...", "snare": "....X..o....X.-o", "hat": "xoxoxoxoxoxoxoxo"}),
    ),
    fills=("snare=........x.xxxxXX", "snare=xxxx....xxxxXXXX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("chip kit",), where="iaubcko", level=0.8, human=0.0),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("chip bass",),
            where="iaubcko",
            centre=40,
            level=0.85,
            human=0.0,
            patterns=("r.8.r.8.r.8.r.8.", "r.r.8.r.5.r.8.a.", "rr8.rr8.rr8.5.a."),
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("chip lead",),
            where="iaubck",
            centre=66,
            level=0.5,
            human=0.0,
            patterns=("0120120120120120", "0123012301230123", "0.1.2.3.2.1.0.1."),
            pan=-0.3,
            gain=-5.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("chip lead",),
            where="abco",
            centre=76,
            level=0.85,
            human=0.0,
        ),
        Layer(
            role=Role.COUNTER,
            play=Play.COUNTER,
            instruments=("chip lead",),
            where="bc",
            centre=69,
            level=0.55,
            human=0.0,
            patterns=("x___x___x___x_x_", "x_x_x_x_x_x_x_x_"),
            pan=0.35,
            gain=-5.0,
        ),
    ),
    tune=Tune(cells=("x_xxx_x_x_x_x___", "x_x_xxx_x_x_x_x_", "xxx_x_x_xxx_x___", "x__x__x_x_xxx___"), leap=4, lift=5),
)
