"""The style "Jazz"."""

from __future__ import annotations

from studio.compose.style_schema import Groove, Layer, Play, Style, Tune
from studio.domain import Role, Space

JAZZ = Style(
    name="jazz",
    bpm=(104.0, 168.0),
    mood=(0.25, 0.45),
    space=Space.STUDIO,
    bright=("major",),
    dark=("minor", "dorian"),
    color="seventh",
    major=(
        "2m9 5dom13 1maj9 6dom7",
        "1maj7 6m7 2m9 5dom9",
        "3m7 6dom7 2m7 5dom7 1maj9 4dom9 1maj7 5dom7",
        "4maj7 b7dom9 1maj9 1maj9",
        "1maj7+6dom7 2m7+5dom7 3m7+6dom7 2m7+5dom7",
    ),
    minor=(
        "1m7 2m7b5+5dom7 1m9 1m9",
        "4m7 b7dom9 b3maj7 b6maj7 2m7b5 5dom7 1m9 1m9",
        "1m9 4dom9 1m9 5dom7",
        "1m7 b6dom9 5dom7 1m7",
    ),
    cadence=("2m9+5dom13", "2m7b5+5dom7"),
    swing=0.3,
    final="ring",
    crash=False,
    lift=0,
    grooves=(
        Groove(0.0, {"ride": "x...x.o.x...x.o.", "pedal": "....o.......o..."}),
        Groove(
            0.5,
            {
                "ride": "x...X.o.x...X.o.",
                "pedal": "....x.......x...",
                "snare": "......-.........|..............-.",
                "kick": "-...-...-...-...",
            },
        ),
        Groove(
            0.82,
            {
                "ride": "x...X.o.x.o.X.o.",
                "pedal": "....x.......x...",
                "snare": "......-...o.....|..-.......-...o.",
                "kick": "o.........x.....|......o.........",
            },
        ),
    ),
    fills=("snare=..........x.x.xx", "high=........x...x... mid=..........x..... floor=..............x."),
    layers=(
        Layer(
            role=Role.DRUMS,
            play=Play.DRUMS,
            instruments=("jazz kit", "brush kit"),
            where="iaubco",
            level=0.7,
            human=7.0,
        ),
        Layer(
            role=Role.BASS,
            play=Play.WALK,
            gain=-1.5,
            instruments=("upright bass",),
            where="iaubcko",
            centre=38,
            level=0.88,
            human=6.0,
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.CHORDS,
            instruments=("grand piano",),
            where="iaubcko",
            centre=60,
            voices=4,
            level=0.6,
            human=8.0,
            patterns=(
                "x_....x_........|......x_....x___",
                "..x___......x___|x_....x_........",
                "....x_....x_....|..x_......x_....",
            ),
        ),
        Layer(
            role=Role.CHORDS,
            play=Play.STRUM,
            instruments=("jazz guitar",),
            where="bc",
            enter=0.75,
            centre=58,
            voices=3,
            level=0.48,
            strum=7.0,
            human=7.0,
            patterns=("x_..x_..x_..x_..",),
            pan=-0.4,
            gain=-3.0,
        ),
        Layer(
            role=Role.MELODY,
            play=Play.MELODY,
            instruments=("tenor sax", "muted trumpet", "vibraphone", "jazz guitar"),
            where="abco",
            centre=67,
            level=0.8,
            human=12.0,
            turns=True,
        ),
    ),
    tune=Tune(
        cells=("x_x_x_x___x_..x_", "..x_x_x_x_x_x___", "x___..x_x_x_..x_", "x_x_..x_....x_x_", "....x_x_x_x_x_x_"),
        phrases=("Aa.B", "AaBF", "A.aH"),
        leap=4,
        lift=2,
    ),
)
