"""Piano, folk, jazz, bossa nova, waltz: players in a room, without a plug."""

from __future__ import annotations

from studio.compose.pack import Groove, Layer, Play, Style, Tune
from studio.model import Role

_PIANO = Style(
    name="piano", english="Piano ballad", chinese="钢琴抒情", bpm=(62.0, 86.0), mood=(-0.2, 0.22),
    bright=("major",), dark=("minor",), color="triad",
    major=("1 5/3 6m 4", "4 5 3m 6m 2m 5 1 1", "6m 4 1 5", "1 3m 4 4m", "4 1/3 2m7 5sus4"),
    minor=("1 6 3 7", "1 5m/3 6 4", "4 7 3 6 4 5maj 1 1", "6 7 1 1", "1 4 6 5maj"),
    cadence=("5sus4+5maj", "5maj"), final="roll", crash=False, tail=(2.4, 4.5),
    layers=(
        Layer(role=Role.BASS, play=Play.BASS, instruments=("grand piano",), centre=41, level=0.62, human=9.0,
              patterns=("r_______5_______", "r_____5_8_____5_", "r_______________")),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("grand piano",), centre=55, level=0.52, human=10.0,
              patterns=("0.1.2.3.2.1.2.1.", "0.1.2.4.3.2.1.2.", "..1.2.3...2.3.2."), where="iaubck"),
        Layer(role=Role.CHORDS, play=Play.STRUM, instruments=("grand piano",), centre=60, voices=3, level=0.58, human=9.0,
              strum=8.0, patterns=("x_______x___x___", "x___x___x___x___"), where="bo"),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("grand piano",), where="abco", centre=74, level=0.84, human=12.0,
              doubled=True),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("slow strings",), where="ubc", enter=0.62, centre=60, voices=3,
              level=0.5, gain=-5.0, human=20.0),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("cello", "violin"), where="bc", enter=0.78, centre=58,
              level=0.6, human=15.0, patterns=("x_______x_______", "x___________x_x_"), pan=0.25, gain=-3.0),
    ),
    tune=Tune(cells=("x_____x_x___x___", "x___x_x_x_______", "x_______x_x_x___", "..x_x_x_x_______"), lift=3, leap=4),
)  # fmt: skip

_FOLK = Style(
    name="folk", english="Acoustic folk", chinese="民谣吉他", bpm=(88.0, 116.0), mood=(0.5, 0.42),
    bright=("major", "mixolydian"), dark=("minor", "dorian"),
    major=("1 4 1 5", "1 5 6m 4", "4 1 5 6m", "1 3m 4 5", "2m 4 1 5"),
    minor=("1 7 6 7", "1 3 7 4", "6 3 7 1", "1 4 1 5m"),
    cadence=("5", "7"), final="roll", crash=False, tail=(2.0, 3.6),
    grooves=(
        Groove(0.0, {"tamb": "....-.......-..."}),
        Groove(0.5, {"kick": "X.......X.......", "rim": "....o.......o...", "shaker": "-.o.-.o.-.o.-.o."}),
        Groove(0.82, {
            "kick": "X...X...X...X...", "clap": "....x.......x...", "tamb": "....X.......X...", "shaker": "o-x-o-x-o-x-o-x-",
        }),
    ),
    fills=("floor=............x.xX", "clap=............x.xx"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("standard kit",), where="aubc", level=0.66, human=9.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("upright bass",), where="aubco", centre=36, level=0.82, human=7.0,
              patterns=("r_______5_______", "r_____r_5_____a_")),
        Layer(role=Role.CHORDS, play=Play.STRUM, instruments=("steel guitar",), where="iaubcko", centre=59, voices=4, level=0.7,
              strum=13.0, human=9.0, patterns=("D___D_U_..U_D_U_", "D_D_UDU_..UDUDU_", "D___D_UD.UD_D_U_"), pan=-0.3),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("nylon guitar", "ukulele"), where="abck", centre=62, level=0.56,
              human=9.0, patterns=("0.2.3.2.4.2.3.2.", "0.3.2.4.0.3.2.4."), pan=0.4),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("accordion", "strings"), where="bc", enter=0.75, centre=62, level=0.45,
              gain=-5.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("whistle", "violin", "steel guitar", "flute"), where="abco",
              centre=74, level=0.78, human=11.0, turns=True),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("cello",), where="bc", enter=0.82, centre=55, level=0.55,
              patterns=("x_______x_______",), gain=-3.0),
    ),
    tune=Tune(cells=("x_x_x___x_x_x___", "x___x_x_x_x_x___", "x__x__x_x_______", "..x_x_x_x___x___"), pentatonic=True, lift=4),
)  # fmt: skip

_JAZZ = Style(
    name="jazz", english="Jazz", chinese="爵士", bpm=(104.0, 168.0), mood=(0.25, 0.45),
    bright=("major",), dark=("minor", "dorian"), color="seventh",
    major=("2m9 5dom13 1maj9 6dom7", "1maj7 6m7 2m9 5dom9", "3m7 6dom7 2m7 5dom7 1maj9 4dom9 1maj7 5dom7",
           "4maj7 b7dom9 1maj9 1maj9", "1maj7+6dom7 2m7+5dom7 3m7+6dom7 2m7+5dom7"),
    minor=("1m7 2m7b5+5dom7 1m9 1m9", "4m7 b7dom9 b3maj7 b6maj7 2m7b5 5dom7 1m9 1m9", "1m9 4dom9 1m9 5dom7",
           "1m7 b6dom9 5dom7 1m7"),
    cadence=("2m9+5dom13", "2m7b5+5dom7"), swing=0.3, final="ring", crash=False, lift=0,
    grooves=(
        Groove(0.0, {"ride": "x...x.o.x...x.o.", "pedal": "....o.......o..."}),
        Groove(0.5, {
            "ride": "x...X.o.x...X.o.", "pedal": "....x.......x...", "snare": "......-.........|..............-.",
            "kick": "-...-...-...-...",
        }),
        Groove(0.82, {
            "ride": "x...X.o.x.o.X.o.", "pedal": "....x.......x...", "snare": "......-...o.....|..-.......-...o.",
            "kick": "o.........x.....|......o.........",
        }),
    ),
    fills=("snare=..........x.x.xx", "high=........x...x... mid=..........x..... floor=..............x."),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("jazz kit", "brush kit"), where="iaubco", level=0.7, human=7.0),
        Layer(role=Role.BASS, play=Play.WALK, instruments=("upright bass",), where="iaubcko", centre=38, level=0.88, human=6.0),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("grand piano",), where="iaubcko", centre=60, voices=4, level=0.6,
              human=8.0, patterns=("x_....x_........|......x_....x___", "..x___......x___|x_....x_........", "....x_....x_....|..x_......x_....")),
        Layer(role=Role.CHORDS, play=Play.STRUM, instruments=("jazz guitar",), where="bc", enter=0.75, centre=58, voices=3,
              level=0.48, strum=7.0, human=7.0, patterns=("x_..x_..x_..x_..",), pan=-0.4, gain=-3.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("tenor sax", "muted trumpet", "vibraphone", "jazz guitar"),
              where="abco", centre=67, level=0.8, human=12.0, turns=True),
    ),
    tune=Tune(cells=("x_x_x_x___x_..x_", "..x_x_x_x_x_x___", "x___..x_x_x_..x_", "x_x_..x_....x_x_", "....x_x_x_x_x_x_"),
              phrases=("Aa.B", "AaBF", "A.aH"), leap=4, lift=2),
)  # fmt: skip

_BOSSA = Style(
    name="bossa", english="Bossa nova", chinese="波萨诺瓦", bpm=(112.0, 138.0), mood=(0.4, 0.35),
    bright=("major",), dark=("minor", "dorian"), color="ninth",
    major=("1maj9 1maj9 2m9 5dom9", "1maj7 2dom9 2m9 5dom13", "2m9 5dom9 3m7 6dom7", "4maj9 4m6 3m7 6dom7 2m9 5dom9 1maj9 1maj9"),
    minor=("1m9 1m9 4m9 5dom7", "1m9 4dom9 b7maj7 b3maj7", "4m9 b7dom9 b3maj9 b6maj7 2m7b5 5dom7 1m9 1m9"),
    cadence=("5dom13", "5dom7"), final="ring", crash=False, lift=0,
    grooves=(
        Groove(0.0, {"shaker": "x-oox-oox-oox-oo"}),
        Groove(0.45, {"kick": "X..xX..xX..xX..x", "rim": "x..x..x...x..x..|..x..x..x..x..x.", "hat": "x-oox-oox-oox-oo"}),
        Groove(0.82, {
            "kick": "X..xX..xX..xX..x", "rim": "x..x..x...x..x..|..x..x..x..x..x.", "hat": "x-oox-oox-oox-oo",
            "shaker": "o-x-o-x-o-x-o-x-", "conga": "......x.......xx",
        }),
    ),
    fills=("rim=........x.x.xx.x", "conga=........x..x.xxx"),
    layers=(
        Layer(role=Role.DRUMS, play=Play.DRUMS, instruments=("brush kit", "standard kit"), where="iaubco", level=0.6, human=5.0),
        Layer(role=Role.BASS, play=Play.BASS, instruments=("upright bass",), where="aubcko", centre=36, level=0.85, human=6.0,
              patterns=("r_____5_5_____r_", "r_____5_8_____a_")),
        Layer(role=Role.CHORDS, play=Play.STRUM, instruments=("nylon guitar",), centre=60, voices=4, level=0.66, strum=5.0,
              human=8.0, patterns=("x_..x_x_..x_..x_|..x_..x_x_..x___", "x_.x_.x_..x_.x__"), pan=-0.25),
        Layer(role=Role.CHORDS, play=Play.CHORDS, instruments=("electric piano",), where="bc", enter=0.7, centre=64, voices=3,
              level=0.5, human=9.0, patterns=("..x___....x_____", "x_____....x_x___"), pan=0.35, gain=-2.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("flute", "tenor sax", "vibraphone", "nylon guitar"), where="abco",
              centre=72, level=0.76, human=12.0, turns=True),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("slow strings",), where="bk", enter=0.2, centre=64, level=0.42, gain=-5.0),
    ),
    tune=Tune(cells=("x_..x_x___x_x___", "..x_x_x_..x_x___", "x___..x_x___x_x_", "x_x_..x_..x_x___"), phrases=("AaAH", "A.BF"), lift=2),
)  # fmt: skip

_WALTZ = Style(
    name="waltz", english="Romantic waltz", chinese="浪漫圆舞曲", bpm=(96.0, 150.0), mood=(0.45, 0.35), beats_per_bar=3,
    bright=("major",), dark=("minor", "harmonic minor"),
    major=("1 1 5/3 5 5 5 1 1", "1 6m 2m 5", "4 1/5 5 1", "6m 3m 4 1 2m 5 1 1"),
    minor=("1 1 4 4 5maj 5maj 1 1", "1 6 4 5maj", "6 3 7 1", "4 1 5maj 1"),
    cadence=("5dom7", "5dom7"), final="roll", crash=False, tail=(2.2, 4.0),
    layers=(
        Layer(role=Role.BASS, play=Play.BASS, instruments=("cello", "upright bass"), where="iaubcko", centre=43, level=0.72,
              human=8.0, patterns=("r_____......", "r___........")),
        Layer(role=Role.CHORDS, play=Play.STRUM, instruments=("grand piano", "harp"), where="iaubcko", centre=60, voices=3,
              level=0.56, strum=8.0, human=8.0, patterns=("....x_..x_..", "....x___x___")),
        Layer(role=Role.PAD, play=Play.PAD, instruments=("strings",), where="ubco", centre=62, level=0.52, gain=-3.0, human=15.0),
        Layer(role=Role.ARP, play=Play.ARP, instruments=("harp",), where="bk", centre=64, level=0.5, human=10.0,
              patterns=("0.1.2.3.2.1.", "0.2.3.4.3.2."), pan=0.35, gain=-2.0),
        Layer(role=Role.MELODY, play=Play.MELODY, instruments=("violin", "grand piano", "clarinet", "flute"), where="abco",
              centre=74, level=0.8, human=12.0, turns=True),
        Layer(role=Role.COUNTER, play=Play.COUNTER, instruments=("clarinet", "cello"), where="bc", enter=0.7, centre=60,
              level=0.55, human=10.0, patterns=("x_______x_x_", "x___________"), pan=-0.3),
        Layer(role=Role.PERCUSSION, play=Play.DRUMS, instruments=("orchestra kit",), where="b", enter=0.8, level=0.4,
              patterns=("triangle=o...-...-...",), gain=-6.0),
    ),
    tune=Tune(cells=("x_______x___", "x___x___x___", "x_____x_x_x_", "x___x_x_x___"), lift=3, leap=4),
)  # fmt: skip

ACOUSTIC = (_PIANO, _FOLK, _JAZZ, _BOSSA, _WALTZ)
