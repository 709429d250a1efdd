"""Epic, cinematic, whimsical, tension, Chinese: music that tells a story with a picture."""

from __future__ import annotations

from studio.compose.pack import Groove, Layer, Play, Style, Tune
from studio.model import Role

_RISER = Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.65, gain=-6.0)
_IMPACT = Layer(role=Role.EFFECT, play=Play.IMPACT, instruments=("impact",), where="bc", level=0.85, gain=-2.0)

_EPIC = Style(
    name="epic", english="Epic cinematic", chinese="史诗", bpm=(84.0, 112.0), mood=(0.0, 0.9),
    bright=("major", "mixolydian", "lydian"), dark=("minor", "dorian", "harmonic minor"),
    major=("1 b7 4 1", "1 5 6m 4", "6m 4 1 5", "4 5 6m 6m"),
    minor=("1 6 3 7", "1 1 6 7", "6 7 1 1", "1 4 6 5maj", "1 b6 b3 b7"),
    cadence=("5sus4+5maj", "5sus4+5maj"), tail=(2.6, 4.5), crash=True,
    grooves=(
        Groove(0.0, {"low": "X...........x...", "kick": "X..............."}),
        Groove(0.5, {
            "low": "X..x..x.X..x..x.", "floor": "..-...-...-...-.|..-...-...-.xxxx", "kick": "X.......X.......",
        }),
        Groove(0.8, {
            "low": "X..xX.x.X..xX.xx", "floor": "x.xx..xxx.xx..xx", "mid": "....x.......x.xx", "kick": "X...X...X...X...",
            "snare": "....X.......X...|....X.......X.xx", "crash": "X...............|................",
        }),
    ),
    fills=(
        "low=........XXXX.... floor=............XXXX snare=........x.x.xxXX",
        "snare=xxxxxxxxXXXXXXXX", "floor=X..X..X.X.X.XXXX low=X..X..X.X.X.XXXX",
    ),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("epic drums",), where="aubco", level=1.0, human=7.0),
        Layer(role=Role.PERCUSSION, play=Play.DRUMS, instruments=("orchestra kit",), where="bc", enter=0.78, level=0.8,
              patterns=("snare=x-xxx-x-x-xxx-xx crash=X...............|................", "snare=x.x-x.xxx.x-xxxx"),
              human=6.0, gain=-3.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("strings",), where="iaubcko", centre=38, level=0.85, human=8.0,
              patterns=("r_______r_______", "r___r___r___r_r_")),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("trombone",), where="bc", enter=0.75, centre=41, level=0.9, human=8.0,
              patterns=("r_____r_r_______", "r___________r_r_")),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("strings",), where="aubc", centre=55, level=0.82, human=5.0,
              patterns=("0.000.000.000.10", "0010201000102010", "0.1.0.2.0.1.0.2.", "0102010201020102"), pan=-0.2),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("brass section",), where="bc", centre=57, voices=4, level=0.95,
              human=9.0, patterns=("X_____..X_x_X___", "X___________x_X_|X_______X___x_x_", "X_..X_..X_____x_")),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("horn",), where="ubc", enter=0.6, centre=55, voices=3, level=0.72,
              gain=-1.0, human=12.0, pan=0.2),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("choir",), where="bck", centre=64, voices=4, level=0.7, gain=-2.0,
              human=15.0),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("slow strings",), where="iuko", centre=60, voices=4, level=0.6),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("horn", "strings", "trumpet"), where="abco", centre=64,
              level=0.92, human=10.0, turns=True, doubled=True),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("violin",), where="bc", enter=0.85, centre=79, level=0.7,
              patterns=("x_______x___x___", "x___x___x_x_x_x_"), pan=-0.3),
        _RISER, _IMPACT,
    ),
    tune=Tune(cells=("x_____x_x_______", "x___x___x_____x_", "x__x__x_x_______", "x_x_x___x_______"), lift=5, leap=4),
)  # fmt: skip

_CINEMATIC = Style(
    name="cinematic", english="Inspiring cinematic", chinese="励志电影配乐", bpm=(72.0, 100.0), mood=(0.4, 0.45),
    bright=("major", "lydian"), dark=("minor", "dorian"), color="add9",
    major=("1 5/3 6m 4", "4 1/3 5 6m", "1 4 6m 5", "6m 4 1 5/3"),
    minor=("1 6 3 7", "6 7 1 3", "4 6 1 7"),
    cadence=("5sus4+5maj", "7"), final="ring", tail=(2.8, 5.0), crash=False,
    grooves=(
        Groove(0.0, {"low": "o..............."}),
        Groove(0.6, {"low": "x.......x.....o.", "floor": "......-.......-."}),
        Groove(0.82, {"low": "X..x..x.X..x..x.", "floor": "..-...-...-...xx", "crash": "x...............|................"}),
    ),
    fills=("low=............x.xX", "floor=........x.x.xxxX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("epic drums",), where="ubc", enter=0.6, level=0.72, human=7.0),
        Layer(role=Role.CHORDS, play=Play.STRUM, instruments=("grand piano",), where="iaubcko", centre=62, voices=4, level=0.62,
              strum=6.0, human=9.0, patterns=("x___x___x___x___", "x_x_x_x_x_x_x_x_", "x_______x_______")),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("strings", "harp"), where="aubc", centre=60, level=0.62, human=6.0,
              patterns=("0.1.2.1.0.1.2.1.", "0121012101210121", "0.2.1.2.0.2.1.2."), pan=-0.25),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("slow strings",), centre=60, voices=4, level=0.64, human=18.0),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("choir", "horn"), where="bc", enter=0.75, centre=62, voices=3,
              level=0.55, gain=-3.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("strings",), where="aubco", centre=38, level=0.72, human=10.0,
              patterns=("r_______________", "r_______r_______")),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("grand piano", "violin", "horn", "celesta"), where="abco",
              centre=74, level=0.78, human=12.0, turns=True, doubled=True),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("cello", "violin"), where="bc", centre=57, level=0.66,
              patterns=("x_______x_______", "x_____x_x___x_x_"), pan=0.3),
        Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="b", level=0.4, gain=-10.0),
    ),
    tune=Tune(cells=("x_______x_x_x___", "x_____x_x_______", "x___x___x_______", "..x_x_x_x_____x_"), lift=4, leap=4),
)  # fmt: skip

_WHIMSY = Style(
    name="whimsical", english="Playful orchestra", chinese="俏皮管弦", bpm=(96.0, 132.0), mood=(0.7, 0.5),
    bright=("major", "lydian"), dark=("harmonic minor", "minor"),
    major=("1 5 1 5", "1 6m 2m 5", "4 #4dim7 1/5 5", "1 2dom7 5 1", "1 3dom7 6m 5"),
    minor=("1 5maj 1 5maj", "1 4 5maj 1", "1 6 2dim 5maj"),
    cadence=("5dom7", "5dom7"), swing=0.1, tail=(1.4, 2.8), crash=False,
    grooves=(
        Groove(0.0, {"block": "....-.......-..."}),
        Groove(0.5, {"block": "x...o...x...o.-.", "triangle": "..-...-...-...-.", "low": "o.......o......."}),
        Groove(0.82, {"block": "x..ox...x..ox.x.", "snare": "....-..-....-.--", "tamb": "..o...o...o...o.", "low": "x.......x......."}),
    ),
    fills=("block=........x.x.xx.X", "block2=........x.xxx.X. triangle=X..............."),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("orchestra kit",), where="iaubco", level=0.62, human=6.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("pizzicato",), where="iaubcko", centre=43, level=0.85, human=6.0,
              patterns=("r...5...r...5.a.", "r...5...3...5...")),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("pizzicato",), where="iaubco", centre=62, voices=3, level=0.66,
              human=6.0, patterns=("..x...x...x...x.", "....x.x.....x.x."), pan=-0.2),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("celesta", "marimba", "harp"), where="bck", centre=72, level=0.5,
              patterns=("0.2.4.2.3.2.4.2.", "4.2.3.1.2.0.1.2."), pan=0.35, human=6.0, turns=True),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("strings",), where="bu", enter=0.7, centre=64, level=0.48, gain=-4.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("clarinet", "flute", "pizzicato", "oboe"), where="abco",
              centre=74, level=0.8, human=8.0, turns=True),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("clarinet", "horn"), where="bc", centre=62, level=0.6,
              patterns=("x_x_....x_x_....", "....x_x_....x_x_"), pan=-0.35),
    ),
    tune=Tune(cells=("x.x.x_x.x.x.x_..", "x_x.x.x.x_..x.x.", "x.xxx.x.x.x.x_..", "..x.x.x.x_x.x_.."), leap=5, lift=3),
)  # fmt: skip

_TENSION = Style(
    name="tension", english="Dark tension", chinese="悬疑紧张", bpm=(76.0, 104.0), mood=(-0.8, 0.45),
    bright=("phrygian", "harmonic minor"), dark=("phrygian", "harmonic minor", "minor"),
    major=("1m 1m b2 1m",),
    minor=("1m 1m b2 1m", "1m 1m b6 b6", "1m b2 1m b5dim", "1m 4m b6 5maj", "1m 1m 4m b2"),
    cadence=("b2", "b2"), final="ring", tail=(2.6, 4.5), crash=False, lift=1,
    grooves=(
        Groove(0.0, {"low": "x...........-..."}),
        Groove(0.5, {"low": "X.....x...x.....", "floor": "..........-...--", "pedal": "x...x...x...x..."}),
        Groove(0.8, {
            "low": "X..x..x.X..x..x.", "floor": "x..x....x..x.xxx", "rim": "x-x-x-x-x-x-x-x-", "kick": "X.......X.......",
        }),
    ),
    fills=("low=........x..x..XX", "floor=........x.x.xxXX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("epic drums",), where="aubc", level=0.82, human=5.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("dark drone",), where="iaubcko", centre=33, level=0.8, human=0.0,
              patterns=("r_______________",)),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("strings", "pizzicato"), where="aubc", centre=50, level=0.7, human=4.0,
              patterns=("0000000000000010", "0.0.0.1.0.0.0.1.", "0010001000100020"), pan=-0.2),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("slow strings", "choir"), where="iaubcko", centre=57, voices=3,
              level=0.6, human=20.0),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("trombone", "brass section"), where="b", centre=48, voices=2,
              level=0.85, patterns=("X_______________|................", "X___............|........X_______")),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("celesta", "cello", "grand piano", "violin"), where="abc",
              centre=72, level=0.66, human=14.0, turns=True),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("violin",), where="bc", enter=0.8, centre=80, level=0.5,
              patterns=("x_______________",), pan=0.4, gain=-3.0),
        _RISER, _IMPACT,
    ),
    tune=Tune(cells=("x_____x_________", "x_______x_x_____", "....x_x_x_______", "x_x_____........"), phrases=("A.a.", "A.B.", "AaBF"), lift=0),
)  # fmt: skip

_EAST = Style(
    name="chinese", english="Chinese traditional", chinese="中国风", bpm=(66.0, 96.0), mood=(0.2, 0.3),
    bright=("major",), dark=("dorian", "minor"), color="triad",
    major=("1 6m 4 5", "6m 3m 4 1", "1 4 6m 5sus4", "4 5sus4 6m 6m"),
    minor=("1 4 7 1", "1 7 4 1", "6 7 1 1", "4 7 3 1"),
    cadence=("5sus4", "7"), final="roll", crash=False, tail=(2.4, 4.5), lift=0,
    grooves=(
        Groove(0.0, {"block": "x.......-......."}),
        Groove(0.5, {"low": "x.......o..-....", "block": "....o.......o.-.", "triangle": "x..............."}),
        Groove(0.8, {
            "low": "X..x..o.X.x...o.", "block": "..o.x...o.o.x.o.", "shaker": "-.o.-.o.-.o.-.o.", "china": "x...............|................",
        }),
    ),
    fills=("low=........x.x.xxXX", "block=........x..x.xxx"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("orchestra kit",), where="aubc", level=0.62, human=8.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("cello", "upright bass"), where="aubco", centre=42, level=0.66,
              human=10.0, patterns=("r_______5_______", "r_______________")),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("koto",), where="iaubcko", centre=64, level=0.68, human=10.0,
              patterns=("0.2.3.4.3.2.3.2.", "0...2.3.4...3.2.", "4.3.2.3.0...2...", "0.2.4.5.......4."), pan=-0.25),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("slow strings",), where="ubcko", centre=60, level=0.5, gain=-3.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("pan flute", "koto", "violin", "flute"), where="abco", centre=76,
              level=0.8, human=14.0, turns=True),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("harp", "nylon guitar"), where="bc", centre=66, level=0.55,
              patterns=("..x_x_x_....x_x_", "x_______..x_x_x_"), pan=0.35),
    ),
    tune=Tune(cells=("x___x_x_x_______", "x_____x_x_x_x___", "x_x_x_x_x_______", "x__xx_x_x___x___"), pentatonic=True, lift=3, leap=2),
)  # fmt: skip

SCREEN = (_EPIC, _CINEMATIC, _WHIMSY, _TENSION, _EAST)
