"""Reading single things out of a wish: title, seed, tempo, key, picture shape, who plays and who does not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from studio.compose.lexicon import pattern_of
from studio.model import Role, Shape

MOST_CHARACTERS = 4_000
"""What stands behind is not read: a wish is a few sentences."""
_LONGEST_TITLE = 80
SLOWEST, FASTEST = 40.0, 220.0
"""Tempos that can be played, in BPM."""


def cleaned(text: str) -> str:
    """Return a text in one form of Unicode, without control characters, of a sane length."""
    text = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS])
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return re.sub(r"\s+", " ", kept).strip()


_QUOTES = (
    r"(?:\"(?P<q1>[^\"]+)\"|“(?P<q2>[^”]+)”|「(?P<q3>[^」]+)」|『(?P<q4>[^』]+)』|《(?P<q5>[^》]+)》"
    r"|«(?P<q6>[^»]+)»|(?<![a-zA-Z])['‘](?P<q7>.+?)['’](?![a-zA-Z]))"
)
_TITLE = re.compile(
    r"(?P<lead>(?i:\b(?:(?:and |with |add |put |set |change |give it )*(?:a |the |its |on )*(?:title|caption|heading)"
    r"(?: card)?(?: to| of| is| that says| saying| reading)?|(?:call(?:ed)?|name(?:d)?|titled|entitled)(?: it| this)?))"
    r"|(?:[加上添改把给的个并和,，]*)(?:标题|片名|曲名|名字)(?:文字|改成|改为|设为|为|叫做?|是|写)*|名为|取名|题为|命名为|叫做?)"
    r"\s*[:：=]?\s*(?:" + _QUOTES + r"|(?P<bare>(?<=[:：=])\s?[^,.;，。；!！?？]{1,80}"
    r"|[A-Z][\w'’&-]*(?:\s+(?:[A-Z][\w'’&-]*|of|the|in|and|to|a|on|at|for|\d+)){0,7}))"
)
_NO_TITLE = re.compile(
    r"(?i)\b(?:no|without(?: a| the| any)?|remove(?: the| its)?|delete(?: the)?|drop(?: the)?|take (?:off|away) the|hide(?: the)?"
    r"|lose the|clear(?: the)?)\s+(?:title|caption|heading)s?\b|(?:不要|去掉|删除|删掉|移除|没有|无|取消|清除)(?:标题|片名|字幕)"
    r"|(?:把)?(?:标题|片名)(?:去掉|删掉|删除|移除|取消)"
)


@dataclass(frozen=True, slots=True)
class Titled:
    """A title that was wished for, `removed` where none is wanted, and the text without it."""

    title: str | None
    removed: bool
    rest: str


def find_title(text: str) -> Titled:
    """Find `title "…"`, `called "…"`, 标题「…」 in a cleaned text, or the wish for none."""
    gone = _NO_TITLE.search(text)
    if gone is not None:
        return Titled(None, True, text[: gone.start()] + " " + text[gone.end() :])
    for match in _TITLE.finditer(text):
        said = next((match[f"q{number}"] for number in range(1, 8) if match[f"q{number}"]), match["bare"])
        title = (said or "").strip()[:_LONGEST_TITLE].strip()
        if title:
            return Titled(title, False, text[: match.start()] + " " + text[match.end() :])
    return Titled(None, False, text)


_SEED = re.compile(r"(?i)\bseed\s*(?:of|is|=|:|#|number)?\s*(\d{1,18})\b|种子\s*(?:是|为|=|:)?\s*(\d{1,18})")


def find_seed(text: str) -> tuple[int | None, str]:
    """Find "seed 42"."""
    match = _SEED.search(text)
    if match is None:
        return None, text
    return int(match[1] or match[2]) % 2**53, text[: match.start()] + " " + text[match.end() :]


_NUMBER = r"(\d{2,3}(?:\.\d{1,2})?)"
_BPM = re.compile(
    rf"(?i){_NUMBER}\s*-?\s*(?:bpm|beats? per min(?:ute)?|beats? a minute|拍/分钟?|拍每分钟?)|\bbpm\s*(?:of|to|is|at|=|:)?\s*{_NUMBER}"
    rf"|\btempo\s*(?:of|to|is|at|=|:)?\s*{_NUMBER}|每分钟\s*{_NUMBER}\s*拍|(?:速度|节拍)\s*(?:为|是|改成|改为|到|调到|设为)?\s*{_NUMBER}"
)


def find_bpm(text: str) -> tuple[float | None, str]:
    """Find a tempo in beats per minute, brought into what can be played."""
    match = _BPM.search(text)
    if match is None:
        return None, text
    said = float(next(group for group in match.groups() if group))
    return min(FASTEST, max(SLOWEST, said)), text[: match.start()] + " " + text[match.end() :]


_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_MODE_WORDS = {
    "major": "major", "maj": "major", "dur": "major", "minor": "minor", "min": "minor", "dorian": "dorian",
    "mixolydian": "mixolydian", "lydian": "lydian", "phrygian": "phrygian", "harmonic minor": "harmonic minor",
    "aeolian": "minor", "ionian": "major", "大调": "major", "小调": "minor", "多利亚": "dorian", "利底亚": "lydian",
    "弗里几亚": "phrygian", "混合利底亚": "mixolydian", "和声小调": "harmonic minor",
}  # fmt: skip
_ENGLISH_MODES = r"(?:harmonic minor|major|minor|maj|min|dorian|mixolydian|lydian|phrygian|aeolian|ionian)"
_SIGN = r"(?:\s?(?P<sign{0}>#|♯|♭|(?<=[a-gA-G])b(?=\s|$)|-?\s?sharp|-?\s?flat))?"
_KEYS = (
    re.compile(
        r"(?i:\b(?:in|to|key(?: of| is| to)?:?)\s+(?:the key of )?)(?P<note>[a-gA-G])"
        + _SIGN.format("")
        + rf"[\s-]+(?i:(?P<mode>{_ENGLISH_MODES}))\b"
    ),
    re.compile(r"\b(?P<note>[A-G])" + _SIGN.format("") + rf"[\s-]+(?i:(?P<mode>{_ENGLISH_MODES}))\b"),
    re.compile(r"(?i:\bkey(?: of| is| to)?:?\s+)(?P<note>[a-gA-G])" + _SIGN.format("") + r"(?![a-zA-Z])(?P<mode>)"),
    re.compile(
        r"(?P<before>升|降)?(?P<note>[a-gA-G])(?P<sign>#|♯|b|♭)?\s?(?P<mode>大调|小调|和声小调|多利亚|利底亚|弗里几亚)"
    ),
)
_MODE_ALONE = re.compile(
    r"(?i)\b(?:in|to|into) (?:a )?(?P<mode1>major|minor|dorian|lydian|mixolydian|phrygian)\b(?! (?:way|role|event))"
    r"|\b(?P<mode2>major|minor|dorian|lydian|mixolydian|phrygian) (?:key|mode|scale)\b|(?P<mode3>大调|小调)"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was named; either may be missing."""

    tonic: int | None
    mode: str | None
    rest: str


def find_key(text: str) -> Key:
    """Find "in A minor", "key of F#", "D 大调", "降B大调", "in minor"."""
    for pattern in _KEYS:
        match = pattern.search(text)
        if match is None:
            continue
        sign = (match["sign"] or "").strip(" -").lower()
        shift = 1 if sign in ("#", "♯", "sharp") else -1 if sign in ("b", "♭", "flat") else 0
        if "before" in match.groupdict() and match["before"]:
            shift = 1 if match["before"] == "升" else -1
        tonic = (_NOTES[match["note"].lower()] + shift) % 12
        return Key(
            tonic, _MODE_WORDS.get((match["mode"] or "").lower()), text[: match.start()] + " " + text[match.end() :]
        )
    match = _MODE_ALONE.search(text)
    if match is not None:
        said = match["mode1"] or match["mode2"] or match["mode3"]
        return Key(None, _MODE_WORDS[said.lower()], text[: match.start()] + " " + text[match.end() :])
    return Key(None, None, text)


_SHAPES = (
    (Shape.PORTRAIT, re.compile(
        r"(?<![a-z])(?:portrait|vertical|tik\s?tok(?:er)?s?|(?:instagram |ig |facebook )?reels?|(?:youtube )?shorts|stories|snapchat|upright|9\s?[:x/]\s?16|1080\s?[x×*]\s?1920)(?![a-z])"
        r"|竖屏|竖版|竖的|抖音|快手|小红书|竖向|短视频"
    )),
    (Shape.SQUARE, re.compile(r"(?<![a-z])(?:square|1\s?:\s?1|1080\s?[x×*]\s?1080)(?![a-z])|方形|正方形|方的")),
    (Shape.LANDSCAPE, re.compile(
        r"(?<![a-z])(?:landscape (?:format|mode|video|shape|picture)|in landscape|to landscape|horizontal|widescreen|youtube|youtubers?|16\s?[:x/]\s?9|1920\s?[x×*]\s?1080)(?![a-z])"
        r"|横屏|横版|横向|宽屏"
    )),
)  # fmt: skip
_YOUTUBE_SHORTS = re.compile(r"youtube\s+shorts")


def find_shape(text: str) -> Shape | None:
    """Return the picture's format that a lower-case text names or implies.

    Where several are implied ("YouTubers, TikTok creators") nothing is certain.
    """
    text = _YOUTUBE_SHORTS.sub("shorts", text)
    named = [shape for shape, pattern in _SHAPES if pattern.search(text)]
    return named[0] if len(named) == 1 else None


_PLAYERS: dict[str, str] = {
    "grand piano": "piano,pianos,grand piano,钢琴,keys", "electric piano": "electric piano,rhodes,wurlitzer,e-piano,电钢琴,电钢",
    "celesta": "celesta,bells,bell,glockenspiel,钟琴,铃声", "music box": "music box,八音盒", "vibraphone": "vibraphone,vibes,颤音琴",
    "marimba": "marimba,xylophone,马林巴,木琴", "organ": "organ,hammond,管风琴,风琴", "accordion": "accordion,手风琴",
    "nylon guitar": "nylon guitar,classical guitar,spanish guitar,古典吉他", "steel guitar": "guitar,guitars,acoustic guitar,吉他,木吉他,banjo,mandolin",
    "jazz guitar": "jazz guitar,爵士吉他", "clean guitar": "electric guitar,clean guitar,电吉他",
    "drive guitar": "distorted guitar,distortion guitar,rock guitar,heavy guitar,失真吉他", "ukulele": "ukulele,uke,尤克里里",
    "upright bass": "upright bass,double bass,contrabass,低音提琴,倍大提琴", "finger bass": "bass guitar,electric bass,贝斯吉他",
    "sub bass": "sub bass,sub-bass", "808 bass": "808,808s,808 bass", "acid bass": "acid bass,303",
    "violin": "violin,violins,fiddle,小提琴,二胡", "cello": "cello,cellos,大提琴", "pizzicato": "pizzicato,拨弦",
    "harp": "harp,竖琴", "timpani": "timpani,定音鼓", "strings": "strings,string section,string quartet,violas,弦乐",
    "choir": "choir,choral,合唱团,合唱", "trumpet": "trumpet,小号", "trombone": "trombone,长号", "horn": "french horn,horn,圆号",
    "brass section": "brass,horns,brass section,horn section,铜管", "tenor sax": "sax,saxophone,tenor sax,萨克斯",
    "soprano sax": "soprano sax", "oboe": "oboe,双簧管", "clarinet": "clarinet,单簧管", "flute": "flute,flutes,长笛",
    "pan flute": "pan flute,bamboo flute,dizi,shakuhachi,竹笛,笛子,箫,排箫", "whistle": "whistle,whistling,口哨,哨笛",
    "sitar": "sitar,西塔琴", "koto": "koto,guzheng,guqin,pipa,古筝,琵琶,古琴", "kalimba": "kalimba,拇指琴,卡林巴",
    "steel drums": "steel drum,steel drums,steelpan,钢鼓", "supersaw": "supersaw", "soft lead": "synth lead,synth,synths,合成器",
    "warm pad": "synth pad",
}  # fmt: skip
_GROUPS: dict[str, tuple[frozenset[Role], str]] = {
    "drums": (frozenset({Role.DRUMS, Role.PERCUSSION}), "drums,drum,drumming,drum kit,drum beat,beats,beat,kick,cymbals,鼓,鼓点,鼓声,架子鼓,鼓组,节奏鼓,节拍"),
    "percussion": (frozenset({Role.PERCUSSION}), "percussion,shaker,shakers,tambourine,claps,clap,打击乐,拍手"),
    "bass": (frozenset({Role.BASS}), "bass,bassline,bass line,basses,贝斯,低音"),
    "chords": (frozenset({Role.CHORDS}), "chords,chord,和弦"),
    "pads": (frozenset({Role.PAD}), "pad,pads,铺底"),
    "arp": (frozenset({Role.ARP}), "arp,arps,arpeggio,arpeggios,琶音"),
    "melody": (frozenset({Role.MELODY, Role.COUNTER}), "melody,melodies,tune,lead,lead melody,topline,旋律,主旋律"),
    "effects": (frozenset({Role.EFFECT}), "effects,fx,riser,risers,sound effects,sweeps,音效,特效"),
    "vocals": (frozenset(), "vocals,vocal,voice,voices,singing,singer,lyrics,words,speech,talking,人声,歌词,唱,歌声"),
}  # fmt: skip
_NAME_OF = {word: name for name, words in _PLAYERS.items() for word in words.split(",")}
_GROUP_OF = {word: name for name, (_, words) in _GROUPS.items() for word in words.split(",")}
_ITEM = pattern_of([*_NAME_OF, *_GROUP_OF])
_FILLER = r"\s*(?:(?:the|any|all|of|a|an|some|its|those|these|please|我|的|那个|任何)\s*)*"
_JOIN = r"\s*(?:,|、|，|/|&|\band\b|\bor\b|\bnor\b|\bno\b|\bwithout\b|和|与|或|及|跟|也)+\s*(?:(?:no|without|and|or|也)\s+)?"
_LIST = rf"{_FILLER}(?:{_ITEM})(?:\s+(?:part|track|sound|line)s?)?(?:{_JOIN}{_FILLER}(?:{_ITEM}))*"
_NOT = re.compile(
    rf"(?:(?<![a-z])(?:no|without|w/o|minus|remove|skip|drop|lose|cut|mute|kill|delete|except|take out|take away|get rid of|leave out"
    rf"|turn off|not any|don['’]?t (?:want|use|add|need|include)|zero)|不要|没有|去掉|去除|无|别加|不加|不用|移除|拿掉|删掉|删除|不带|除去|关掉|静音)(?P<list>{_LIST})"
    rf"|(?:把|将)(?P<list2>{_LIST})(?:去掉|去除|删掉|删除|移除|拿掉|关掉|静音)|(?P<drumless>(?<![a-z])drumless|(?<![a-z])beatless)"
)
_ONLY = re.compile(
    rf"(?:(?<![a-z])(?:only|just|solo|nothing but|purely|unaccompanied|isolated)(?: with| use| keep| a| an| have)*|只要|只有|只用|仅有?|纯|独奏|只留下?|只保留)(?P<list>{_LIST})"
    rf"|(?P<list2>{_LIST})(?:\s+(?:only|solo|alone)(?![a-z])|独奏)"
)
_BACK = re.compile(
    rf"(?:(?<![a-z])(?:bring back|put back|add back|restore|turn (?:back )?on|unmute|give me back|return)|恢复|加回|还原|放回)(?P<list>{_LIST})"
    rf"|(?P<list2>{_LIST})\s*(?:back(?: in| on)?(?![a-z])|回来)|(?:把)(?P<list3>{_LIST})(?:加回来?|放回来?|恢复)"
)
_ITEMS = re.compile(_ITEM)


@dataclass(frozen=True, slots=True)
class Players:
    """Who shall play. `without` and `back` are roles, the rest names in `INSTRUMENTS`; `vocals_refused`: no singing."""

    wished: tuple[str, ...]
    solo: bool
    excluded: tuple[str, ...]
    without: frozenset[Role]
    back: frozenset[Role]
    vocals_refused: bool
    rest: str

    @property
    def anything(self) -> bool:
        """Whether the text says anything about players."""
        return bool(self.wished or self.excluded or self.without or self.back)


def _members(text: str) -> tuple[list[str], list[str]]:
    """Return the instruments and the groups that a list names, in order, once each."""
    names: list[str] = []
    groups: list[str] = []
    for match in _ITEMS.finditer(text):
        word = match[0]
        into, name = (names, _NAME_OF[word]) if word in _NAME_OF else (groups, _GROUP_OF[word])
        if name not in into:
            into.append(name)
    return names, groups


def _listed(match: re.Match[str]) -> str:
    return " ".join(part for name, part in match.groupdict().items() if part and name.startswith("list"))


def _roles(groups: list[str]) -> frozenset[Role]:
    return frozenset(role for group in groups for role in _GROUPS[group][0])


_GUARDED = re.compile(
    r"drum (?:and|&|n) bass|drum'n'bass|future bass|kawaii bass|study beats|boom bap beats?|rap beat|drum machine"
)


def find_players(text: str) -> Players:
    """Find in a lower-case text who shall play, who shall not, and who shall come back."""
    text = _GUARDED.sub(
        lambda match: match[0].replace("drum", "drvm").replace("bass", "bazz").replace("beat", "beet"), text
    )
    excluded: list[str] = []
    without: frozenset[Role] = frozenset()
    refused = False

    def leave_out(match: re.Match[str]) -> str:
        nonlocal without, refused
        names, groups = _members(_listed(match))
        excluded.extend(name for name in names if name not in excluded)
        refused = refused or "vocals" in groups
        without |= _roles(groups) | (_roles(["drums"]) if match["drumless"] else frozenset())
        return " "

    back: frozenset[Role] = frozenset()
    match = _BACK.search(text)
    if match is not None:
        back = _roles(_members(_listed(match))[1])
        text = text[: match.start()] + " " + text[match.end() :]
    text = _NOT.sub(leave_out, text)
    only = _ONLY.search(text)
    wished, groups = _members(_listed(only) if only else text)
    solo = only is not None and bool(wished or _roles(groups))
    if only is not None and solo:
        text = text[: only.start()] + " " + text[only.end() :]
        if not wished:
            without |= frozenset(Role) - _roles(groups)
            solo = False
    if solo and "drums" in groups:
        wished.append("standard kit")
    wished = [name for name in wished if name not in excluded][:4]
    rest = text.replace("drvm", "drum").replace("bazz", "bass").replace("beet", "beat")
    return Players(tuple(wished), solo, tuple(excluded), without, back, refused, rest)


_VOCALS = re.compile(
    r"(?<![a-z])(?:vocals?|lyrics?|sing(?:ing|er|s)?|sung|rapping|acapella|a cappella|song (?:with|about) (?:words|lyrics))(?![a-z])"
    r"|人声|歌词|演唱|唱一首|唱歌|有唱|带唱|歌手"
)
_INSTRUMENTAL = re.compile(r"(?<![a-z])instrumental(?![a-z])|纯音乐|无人声|没有人声|不要人声|不要歌词|无歌词")


def wants_vocals(text: str, players: Players) -> bool:
    """Return whether singing is wished for: it can't be made here."""
    return not players.vocals_refused and not _INSTRUMENTAL.search(text) and bool(_VOCALS.search(players.rest))
