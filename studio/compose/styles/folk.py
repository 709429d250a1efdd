"""The style "Acoustic folk"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

FOLK = Style(
    name="folk",
    bpm=(88.0, 116.0),
    mood=(0.5, 0.42),
    space=Space.STUDIO,
    bright=("major", "mixolydian"),
    dark=("minor", "dorian"),
    major=("1 4 1 5", "1 5 6m 4", "4 1 5 6m", "1 3m 4 5", "2m 4 1 5"),
    minor=("1 7 6 7", "1 3 7 4", "6 3 7 1", "1 4 1 5m"),
    cadence=("5", "7"),
    final="roll",
    crash=False,
    tail=(2.0, 3.6),
    grooves=(
        Groove(0.0, {"tamb": "....-.......-..."}),
        Groove(0.5, {"kick": "X.......X.......", "rim": "....o.......o...", "shaker": "-.o.-.o.-.o.-.o."}),
        Groove(
            0.82,
            {
                "kick": "X...X...X...X...",
                "clap": "....x.......x...",
                "tamb": "....X.......X...",
                "shaker": "o-x-o-x-o-x-o-x-",
            },
        ),
    ),
    fills=("floor=............x.xX", "clap=............x.xx"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("standard kit",), where="aubc", level=0.66, human=9.0),
        Layer(
            role=Role.BASS,
            play=Play.BASS,
            instruments=("upright bass",),
            where="aubco",
            centre=36,
            level=0.82,
            human=7.0,
            patterns=("r_______5_______", "r_____r_5_____a_"),
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("steel guitar",),
            where="iaubcko",
            centre=59,
            voices=4,
            level=0.7,
            strum=13.0,
            human=9.0,
            patterns=("D___D_U_..U_D_U_", "D_D_UDU_..UDUDU_", "D___D_UD.UD_D_U_"),
            pan=-0.3,
        ),
        Layer(
            role=Role.ARP,
            play=Play.ARP,
            instruments=("nylon guitar", "ukulele"),
            where="abck",
            centre=62,
            level=0.56,
            human=9.0,
            patterns=("0.2.3.2.4.2.3.2.", "0.3.2.4.0.3.2.4."),
            pan=0.4,
        ),
        Layer(
            role=Role.PAD,
            play=Play.PAD,
            instruments=("accordion", "strings"),
            where="bc",
            enter=0.75,
            centre=62,
            level=0.45,
            gain=-5.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("whistle", "violin", "steel guitar", "flute"),
            where="abco",
            centre=74,
            level=0.78,
            human=11.0,
            turns=True,
        ),
        Layer(
            role=Role.COUNTER,
            play=Play.COUNTER,
            instruments=("cello",),
            where="bc",
            enter=0.82,
            centre=55,
            level=0.55,
            patterns=("x_______x_______",),
            gain=-3.0,
        ),
    ),
    tune=Tune(
        cells=("x_x_x___x_x_x___", "x___x_x_x_x_x___", "x__x__x_x_______", "..x_x_x_x___x___"), pentatonic=True, lift=4
    ),
)
