"""House, synthwave, drum & bass, chiptune, ambient, future bass: music made by machines."""

from __future__ import annotations

from studio.compose.pack import Groove, Layer, Play, Style, Tune
from studio.model import Role

_RISER = Layer(role=Role.EFFECT, play=Play.RISER, instruments=("riser",), where="bc", level=0.65, gain=-6.0)
_IMPACT = Layer(role=Role.EFFECT, play=Play.IMPACT, instruments=("impact",), where="bc", level=0.7, gain=-5.0)

_HOUSE = Style(
    name="house", english="House", chinese="浩室舞曲", bpm=(118.0, 128.0), mood=(0.4, 0.9),
    bright=("major", "mixolydian"), dark=("minor", "dorian"), color="seventh",
    major=("4maj7 5 6m7 6m7", "6m7 4maj7 1 5", "2m7 3m7 4maj7 5"),
    minor=("1m7 1m7 6maj7 b7", "6maj7 b7 1m7 1m7", "1m9 4m9 6maj7 5m7", "4m7 1m7 6maj7 b7"),
    cadence=("5", "b7"),
    grooves=(
        Groove(0.0, {"hat": "..o...o...o...o.", "shaker": "-.-.-.-.-.-.-.-."}),
        Groove(0.5, {"kick": "X...X...X...X...", "open": "..x...x...x...x.", "clap": "....o.......o..."}),
        Groove(0.82, {
            "kick": "X...X...X...X...", "clap": "....X.......X...|....X.......X..o", "open": "..X...X...X...X.",
            "hat": "x-o-x-o-x-o-x-o-", "shaker": "o-x-o-x-o-x-o-x-", "conga": "...o..x....o..x.|...o..x..x.o.xx.",
        }),
    ),
    fills=("snare=x...x...x.x.xxXX", "clap=........x.x.xxxx", "snare=xxxxxxxxXXXXXXXX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("house kit",), where="iaubco", level=0.95, human=0.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("saw bass", "sub bass", "acid bass"), where="aubco", centre=34,
              patterns=("..r_..r_..r_..8.", "r.8.r.8.r.8.r.8.", "..rr..r...rr..5."), level=0.92, human=0.0),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("bright piano", "organ", "supersaw"), where="aubc", centre=64,
              voices=4, patterns=("X..x..x...x..x..", "..x..x....x..x..", "x..x..x..x..x.x."), level=0.72, human=3.0),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("supersaw", "warm pad"), where="ubk", centre=64, voices=4, level=0.5,
              gain=-4.0),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("synth pluck",), where="iubck", centre=70, level=0.58, human=0.0,
              patterns=("0.2.3.2.4.2.3.2.", "0..2..4..2..3.2.", "4.3.2.4.3.2.4.2."), pan=0.3, gain=-2.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("saw lead", "synth pluck", "soft lead"), where="bco", centre=74,
              level=0.8, human=0.0, turns=True, doubled=True),
        _RISER, _IMPACT,
    ),
    tune=Tune(cells=("x..x..x...x.x...", "x..x..x..x..x_x_", "..x...x_..x.x_x_", "x.x..x.x..x.x..."), lift=2, phrases=("AAaA", "AaAF")),
)  # fmt: skip

_SYNTHWAVE = Style(
    name="synthwave", english="Synthwave", chinese="合成器浪潮", bpm=(88.0, 112.0), mood=(0.0, 0.65),
    bright=("major", "mixolydian"), dark=("minor", "dorian"),
    major=("6m 4 1 5", "4 5 6m 1", "1 5 4 4"),
    minor=("1 6 3 7", "6 7 1 1", "1 7 6 7", "4 6 7 1"),
    cadence=("5sus4", "7"),
    grooves=(
        Groove(0.0, {"kick": "X.......X.......", "hat": "o.o.o.o.o.o.o.o."}),
        Groove(0.5, {"kick": "X...X...X...X...", "snare": "....X.......X...", "hat": "o-o-o-o-o-o-o-o-"}),
        Groove(0.82, {
            "kick": "X...X...X...X...", "snare": "....X.......X...", "clap": "....x.......x...", "hat": "x-oox-oox-oox-oo",
            "open": "..............x.", "tamb": "..o...o...o...o.",
        }),
    ),
    fills=(
        "top=x.xx............ high=....x.xx........ mid=........x.xx.... floor=............XXXX",
        "snare=............XXXX", "high=........xx.x.... floor=............X.XX",
    ),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("power kit",), where="aubco", level=0.92, human=0.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("saw bass",), where="iaubcko", centre=33, level=0.9, human=0.0,
              patterns=("r.r.r.r.r.r.r.r.", "rrr.rrr.rrr.rr8.", "r.rrr.rrr.rrr.8.")),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("synth pluck",), where="aubck", centre=64, level=0.6, human=0.0,
              patterns=("0123432101234321", "0241024102410241", "0.2.4.2.3.4.2.3."), pan=0.35),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("warm pad", "supersaw"), centre=62, voices=4, level=0.6, gain=-2.0),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("supersaw",), where="b", enter=0.8, centre=66, voices=4,
              patterns=("X_____x_____x___", "X___..x_X___..x_"), level=0.58, gain=-3.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("saw lead", "soft lead"), where="abco", centre=74, level=0.8,
              human=0.0, turns=True),
        _RISER,
    ),
    tune=Tune(cells=("x_____x_x___x___", "x___x_x_____x___", "x_x_x___x_____x_", "x_______x_x_x___"), lift=3),
)  # fmt: skip

_DNB = Style(
    name="dnb", english="Drum & bass", chinese="鼓打贝斯", bpm=(168.0, 176.0), mood=(0.0, 0.95),
    bright=("major", "mixolydian"), dark=("minor", "dorian"), color="seventh",
    major=("6m7 6m7 4maj7 4maj7", "4maj7 4maj7 5 6m7", "1maj7 1maj7 5 6m7"),
    minor=("1m9 1m9 6maj7 6maj7", "6maj7 6maj7 b7 1m7", "1m7 1m7 4m7 5m7"),
    cadence=("5", "b7"), lift=0,
    grooves=(
        Groove(0.0, {"hat": "x.o.x.o.x.o.x.o.", "rim": "....o.......o..."}),
        Groove(0.5, {"kick": "X.........x.....", "snare": "....X.......X...", "hat": "x.o.x.o.x.o.x.o."}),
        Groove(0.8, {
            "kick": "X.........x.....|X..x......x.....", "snare": "....X..-.-..X..-|....X..-.-..X.-x",
            "hat": "x-o-x-oox-o-x-oo", "ride": "x...x...x...x...", "shaker": "-o-o-o-o-o-o-o-o",
        }),
    ),
    fills=("snare=....x..x.x..xxXX kick=X...............", "snare=........xxxxXXXX", "snare=x..x..x..x..xxXX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("power kit", "house kit"), where="aubco", level=0.95, human=0.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("reese bass",), where="ubc", centre=31, level=0.95, human=0.0,
              patterns=("r_________r__5__|r_________8_7_5_", "r_____r_____r_a_|r_____r_..5_7___")),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("sub bass",), where="ako", centre=31, level=0.8, human=0.0,
              patterns=("r_______________",)),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("glass pad", "warm pad"), centre=64, voices=4, level=0.58, gain=-2.0),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("synth pluck", "electric piano"), where="iauk", centre=70, level=0.55,
              patterns=("0..2..3..4..2...", "4...3..2..4...2."), pan=-0.3, human=0.0),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("electric piano", "supersaw"), where="bc", centre=64, voices=4,
              patterns=("X__.....x_......|..x_......x__...",), level=0.66),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("soft lead", "saw lead"), where="abc", centre=74, level=0.76,
              human=0.0, turns=True),
        _RISER, _IMPACT,
    ),
    tune=Tune(cells=("x_______x_______", "x_____x_____x___", "x___x_______x_x_", "..x_____x_x_____"), phrases=("AaAH", "A.BF"), lift=2),
)  # fmt: skip

_CHIP = Style(
    name="chiptune", english="Chiptune", chinese="8-bit 芯片音乐", bpm=(120.0, 160.0), mood=(0.55, 0.85),
    bright=("major", "mixolydian"), dark=("minor", "harmonic minor"),
    major=("1 5 6m 4", "1 b7 4 1", "4 5 3m 6m 2m 5 1 1", "1 3m 4 5"),
    minor=("1 7 6 5maj", "1 6 3 7", "1 4 7 3 6 4 5maj 5maj", "6 7 1 1"),
    cadence=("5maj", "5maj"), tail=(1.2, 2.2), crash=False,
    grooves=(
        Groove(0.0, {"hat": "x.x.x.x.x.x.x.x."}),
        Groove(0.5, {"kick": "X...x...X...x...", "snare": "....X.......X...", "hat": "x.o.x.o.x.o.x.o."}),
        Groove(0.8, {"kick": "X..xX...X.x.X...", "snare": "....X..o....X.-o", "hat": "xoxoxoxoxoxoxoxo"}),
    ),
    fills=("snare=........x.xxxxXX", "snare=xxxx....xxxxXXXX"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("chip kit",), where="iaubcko", level=0.8, human=0.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("chip bass",), where="iaubcko", centre=40, level=0.85, human=0.0,
              patterns=("r.8.r.8.r.8.r.8.", "r.r.8.r.5.r.8.a.", "rr8.rr8.rr8.5.a.")),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("chip lead",), where="iaubck", centre=66, level=0.5, human=0.0,
              patterns=("0120120120120120", "0123012301230123", "0.1.2.3.2.1.0.1."), pan=-0.3, gain=-5.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("chip lead",), where="abco", centre=76, level=0.85, human=0.0),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("chip lead",), where="bc", centre=69, level=0.55, human=0.0,
              patterns=("x___x___x___x_x_", "x_x_x_x_x_x_x_x_"), pan=0.35, gain=-5.0),
    ),
    tune=Tune(cells=("x_xxx_x_x_x_x___", "x_x_xxx_x_x_x_x_", "xxx_x_x_xxx_x___", "x__x__x_x_xxx___"), leap=4, lift=5),
)  # fmt: skip

_AMBIENT = Style(
    name="ambient", english="Ambient", chinese="氛围音乐", bpm=(56.0, 76.0), mood=(0.15, 0.08),
    bright=("lydian", "major"), dark=("dorian", "minor"), color="add9",
    major=("1 1 4 4", "1maj9 1maj9 6m7 6m7", "4maj7 4maj7 1 1", "1 2 1 2", "6m7 6m7 4maj7 5sus4"),
    minor=("1 1 6 6", "1m9 1m9 4m7 4m7", "6maj7 6maj7 1 1", "3 3 7 7"),
    cadence=("4maj7", "6maj7"), final="ring", crash=False, lift=0, tail=(3.5, 7.0),
    layers=(
        Layer(role=Role.PAD, play=Play.PAD, instruments=("warm pad",), centre=57, voices=4, level=0.72, human=20.0),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("glass pad", "slow strings", "choir"), where="aubcko", centre=69,
              voices=3, level=0.55, human=30.0, pan=0.2, gain=-3.0, turns=True),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("sub bass", "dark drone"), where="aubc", centre=36, level=0.6,
              patterns=("r_______________",), human=20.0, gain=-3.0),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("harp", "electric piano", "celesta"), where="abuck", centre=67,
              level=0.48, human=30.0, patterns=("0...2...4...3...", "..0...3...2...5.", "0.....4...2....."), pan=-0.3,
              gain=-3.0, turns=True),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("grand piano", "soft lead", "vibraphone"), where="abc",
              centre=74, level=0.55, human=30.0, turns=True),
    ),
    tune=Tune(cells=("x_______x_______", "....x_______x___", "x_____________..", "..x_____x_______"), phrases=("A...", "A.B.", ".A.F"),
              pentatonic=True, lift=2),
)  # fmt: skip

_FUTURE = Style(
    name="futurebass", english="Future bass", chinese="未来贝斯", bpm=(138.0, 156.0), mood=(0.65, 0.9),
    bright=("major",), dark=("minor",), color="ninth",
    major=("4maj9 5 6m7 1/3", "4maj9 3m7 6m9 5", "4maj9 5 3m7 6m7", "2m9 3m7 4maj9 5"),
    minor=("6maj9 7 1m7 1m7", "6maj9 7 5m7 1m9", "4m9 5m7 6maj9 7"),
    cadence=("5sus4", "7"),
    grooves=(
        Groove(0.0, {"snap": "........x.......", "hat": "o.o.o.o.o.o.o.o."}),
        Groove(0.5, {"kick": "X.........x.....", "clap": "........X.......", "hat": "x.o.x.o.x.o.x.oo"}),
        Groove(0.8, {
            "kick": "X.....x...x.....|X..x......x..x..", "snare": "........X.......", "clap": "........X.......",
            "hat": "x-o-x-o-x-o-xoxo|x-o-xoxox-o-x-oo", "open": "....x.......x...", "crash": "X...............|................",
        }),
    ),
    fills=("snare=x...x...x.x.xxXX", "snare=xxxxxxxxXXXXXXXX", "clap=........x.x.xxxx"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("808 kit", "house kit"), where="aubco", level=0.95, human=0.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("sub bass",), where="aubco", centre=33, level=0.95, human=0.0,
              patterns=("r_____r___r_____", "r__r__r_..r_r___")),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("supersaw",), where="bc", centre=64, voices=4, human=0.0,
              patterns=("X__X__X___x_X_x_|X__X__X_x_x_x_x_", "X_x_.x_xX_x_.x_x|X___X___X_X_xxxx"), level=0.78),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("electric piano", "bright piano"), where="iaukco", centre=62,
              voices=4, patterns=("x_______x_____x_", "x_____x_____x___"), level=0.65, human=5.0),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("synth pluck", "music box"), where="iauk", centre=72, level=0.55,
              human=0.0, patterns=("0.2.4.3.2.4.5.4.", "4..2..3..4..2.3."), pan=0.3),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("glass pad", "warm pad"), where="iukco", centre=64, level=0.5, gain=-3.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("soft lead", "synth pluck", "saw lead"), where="abco", centre=76,
              level=0.85, human=0.0, turns=True, doubled=True),
        _RISER, _IMPACT,
    ),
    tune=Tune(cells=("x__x__x_x___x_x_", "x_x__x__x_x_x___", "x___x_x_..x_x_x_", "x__x__x__x__x_x_"), pentatonic=True, lift=4),
)  # fmt: skip

ELECTRONIC = (_HOUSE, _SYNTHWAVE, _DNB, _CHIP, _AMBIENT, _FUTURE)
