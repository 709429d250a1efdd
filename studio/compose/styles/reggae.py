"""The style "Reggae"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

REGGAE = Style(
    name="reggae",
    bpm=(72.0, 88.0),
    mood=(0.5, 0.4),
    space=Space.STUDIO,
    bright=("major", "mixolydian"),
    dark=("dorian", "minor"),
    major=("1 4 1 5", "1 6m 4 5", "4 5 1 1", "1 2m 4 1"),
    minor=("1 4 1 7", "1 7 6 7", "4 1 5m 1"),
    cadence=("5maj", "7maj"),
    swing=0.2,
    swing_step=0.25,
    grooves=(
        Groove(0.0, {"kick": "........X.......", "rim": "........x.......", "hat": "..o...o...o...o."}),
        Groove(
            0.5,
            {
                "kick": "........X.......",
                "rim": "........X.......|........X.....-.",
                "hat": "x.o.x.o.x.o.x.oo",
            },
        ),
        Groove(
            0.82,
            {
                "kick": "X...X...X...X...",
                "snare": "........X.......|........X..-..-.",
                "hat": "x-o-x-o-x-o-x-o-",
                "open": "..............x.",
                "bongo": "...o.x.....o.xx.",
            },
        ),
    ),
    fills=("timbale=........x.xxx.XX", "snare=x.xxx.x.........", "high=........xxx..... floor=............x.X."),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("standard kit",), where="iaubco", level=0.85),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("finger bass",),
            patterns=("r_._r_5_..8_5_a_", "..r_r_5_r_..3_5_", "r_3_5___..5_3_a_"),
            where="iaubcko",
            centre=34,
            level=1.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("muted guitar", "clean guitar"),
            patterns=("....x.......x...", "....x.-.....x.-."),
            centre=66,
            voices=4,
            level=0.72,
            strum=7.0,
            pan=-0.3,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("organ",),
            patterns=("..-.x.-...-.x.-.", "..-ox.-o..-ox.-o"),
            where="aubck",
            centre=62,
            voices=3,
            level=0.6,
            pan=0.3,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("trombone", "trumpet", "organ"),
            where="abco",
            centre=66,
            level=0.8,
            turns=True,
        ),
    ),
    tune=Tune(
        cells=("x_..x_x_x___....", "..x_x_x_..x_x_..", "x_x_x___..x_x_x_"), phrases=("A.aH", "AaBF"), pentatonic=True
    ),
)
