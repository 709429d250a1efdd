"""What a message says besides the music: timeline wishes, volumes, links; English and Chinese.

Timeline wishes are read from a message in which the names of files stand as `FILE`.
"""

from __future__ import annotations

import re

from studio.compose.instrument_parser import parse_players

FILE = "FILE"
"""The word that stands for the name of a file."""

_I = re.IGNORECASE
_SONG = (
    rf"(?:(?:this|that|the|my|our|attached|uploaded|own|same)\s+)*"
    rf"(?:song|track|tune|music|soundtrack|mp3|wav|audio|sound|file|recording)(?:\s+{FILE})?|{FILE}|this|it|that"
)
_ITS = r"(?:(?:the|my|our|a|this|that|its|of|own)\s+)*"
_MUSIC = r"(?:(?:background|bg|back)\s*(?:music|track|song|sound|audio)?|bgm|music|soundtrack|song|track)"
_FILM = r"(?:video|clip|film|movie|reel|vlog|footage)"
_OWN_SONG = re.compile(
    rf"\b(?:put|lay|place|use|play|set|take|add|have|want|like|need)\s+(?:{_SONG})\s+"
    r"(?:(?:to be|instead|here|please)\s+)*"
    rf"(?:as|for|under|underneath|beneath|behind|below|in|into|on|over|with|to|be)\s+{_ITS}(?:{_MUSIC}|{_FILM}|{FILE})\b"
    rf"|{FILE}\s+(?:(?:should|shall|must|will|can)\s+)?(?:be|is|as)\s+{_ITS}{_MUSIC}\b|\bmake\s+{FILE}\s+{_ITS}{_MUSIC}\b"
    rf"|(?:把|将|用|拿|让)\s*(?:{FILE}|这首歌?|我的(?:歌|音乐|音频|mp3)|这个(?:音频|音乐|歌|文件)?|它)\s*"
    r"(?:直接)?(?:配|放|加|垫|铺|作为|当作?|做|作|用作|用在|配在)(?:成|到|在|为)?\s*(?:我的|这个)?(?:视频|背景音乐|背景|配乐|音乐|bgm|短片|影片)",
    _I,
)
_COVER = re.compile(
    r"\b(?:as|for|be|change|use|set|make|put|replace|swap|with|want)\b[^.;]{0,40}?"
    r"\b(?:cover|picture|image|photo|backdrop|thumbnail|artwork|background(?!\s+(?:music|track|song|sound)))\b"
    r"|封面|(?:图片|照片|画面|背景)(?:换成|改成|改为|用|是)|(?:换成|用|以|拿).{0,8}(?:这张|图片?|照片)|[做当作]背景(?!音乐)",
    _I,
)
_NO_MUSIC = re.compile(
    r"\b(?:remove|delete|drop|take\s+(?:away|off|out)|get\s+rid\s+of|clear|mute|silence|turn\s+off|kill|lose|stop)\s+"
    r"(?:(?:the|all|my|that|this|your|any|of)\s+)*(?:(?:background|composed)\s+)?(?:music|bgm|soundtrack|song)\b"
    r"(?!\s*(?:box|['’]s|video))"
    r"|^\W*(?:no|without(?:\s+the)?)\s+(?:background\s+)?(?:music|bgm|soundtrack)(?:\s+(?:at\s+all|please|anymore|now))*\W*$"
    r"|(?:去掉|删掉|删除|移除|不要|取消|关掉|拿掉)(?:背景)?(?:音乐|配乐)(?!盒)"
    r"|把?(?:背景)?(?:音乐|配乐)(?:去掉|删掉|删除|移除|关掉|拿掉|取消)",
    _I,
)
_TITLE_BACK = re.compile(
    r"\b(?:put|bring|get|add|want|give\s+me|show|have)\s+(?:(?:the|my|our|its|old|last)\s+)*(?:sub)?title\s+(?:back|again)\b"
    r"|\b(?:put|bring|get)\s+back\s+(?:(?:the|my|old)\s+)*(?:sub)?title\b|\brestore\s+(?:(?:the|my|old)\s+)*(?:sub)?title\b"
    r"|恢复(?:原来的|之前的)?(?:标题|字幕)|把?(?:标题|字幕)(?:恢复|[加放拿要]回来?)",
    _I,
)
_REDO = re.compile(
    r"^\W*(?:please\s+)?(?:redo|undo\s+(?:the|that|my|your)\s+undo)(?:\s+(?:it|that|this|the\s+change))?(?:\s+please)?\W*$"
    r"|^\W*(?:重做|恢复撤销|取消撤销)\W*$",
    _I,
)
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ZH_NUMBERS = "一二三四五六七八九十"
_NUMBER = rf"-?\d{{1,15}}(?!\.?\d)|{'|'.join(_COUNTED)}"
_ORDINAL = rf"original|{'|'.join(_ORDINALS)}|\d{{1,3}}(?:st|nd|rd|th)"
_ATTEMPT = r"version|take|attempt|result"
_NO_TIME = r"(?!\s*(?:s|secs?|seconds?|mins?|minutes?|bpm|%))"
_BACK_TO = (
    r"\b(?:back|return|revert|restore|reset|use|take|keep|prefer|like|liked|love|loved|want|show|bring|choose|pick|give|play|with|was|better)"
    r"\b[^.;,]{0,30}?"
)
_VERSION = re.compile(
    rf"(?:{_BACK_TO}|^\W*)\b(?:version|v(?=\d+\W*(?:$|please|again|but|and)))\s*(?:no\.?|number|\#)?\s*(?P<number>{_NUMBER})(?!\w){_NO_TIME}"
    rf"|\b(?:back\s+to|use|keep|prefer|choose|pick|restore)\s+(?:the\s+)?(?:take|attempt|result)\s*\#?(?P<take>{_NUMBER})\W*$"
    rf"|{_BACK_TO}\bthe\s+(?P<ordinal>{_ORDINAL})(?:\s+(?:one|{_ATTEMPT}))\b{_NO_TIME}"
    rf"|(?:^\W*|\b)the\s+(?P<better>{_ORDINAL})(?:\s+(?:one|{_ATTEMPT}))?\s+(?:was|is|sounded|sounds)\s+(?:much\s+|way\s+|a\s+lot\s+)?"
    r"(?:better|best|nicer|good|great|fine|right|perfect)\b"
    rf"|\b(?:back|return|revert)\s+to\s+(?:the\s+)?(?P<bare>{_ORDINAL})\W*$"
    rf"|版本\s*(?P<zh>\d{{1,15}}|[{_ZH_NUMBERS}](?![{_ZH_NUMBERS}]))"
    rf"|(?:回到?|恢复|还原|用|要|换|退|返回|选|喜欢|听).{{0,4}}第\s*(?P<zh2>\d{{1,15}}|[{_ZH_NUMBERS}](?![{_ZH_NUMBERS}]))\s*(?:个版本|个|版|首)"
    rf"|第\s*(?P<zh3>\d{{1,15}}|[{_ZH_NUMBERS}](?![{_ZH_NUMBERS}]))\s*(?:个版本|个|版|首).{{0,3}}(?:更好|比较好|最好|好听|好一?[些点])",
    _I,
)
"""A result that the person had, named by its number."""
_ORDER = re.compile(
    r"\b(?:swap|change|switch|reverse|rearrange|shuffle|flip)\b.{0,24}\border\b|\b(?:re-?order|rearrange)\b"
    r"|\bswap\s+(?:the\s+|my\s+)?(?:\w+\s+)?(?:clips|videos|pictures|parts|sections|tracks|scenes)\b"
    r"|(?:调换|交换|换|改变|调整|颠倒)(?:一下)?(?:片段|视频|图片|先后)?的?(?:顺序|次序)",
    _I,
)
_SOUND_FILE = re.compile(
    r"\b(?:in|as|to|into|an?|the|get|give\s+me|export|download|want|need)\s+(?:an?\s+)?(?:wav|mp3|flac|ogg|aac|m4a|stems?|midi)\b"
    r"|\b(?:wav|mp3|flac|midi|stems)\s+(?:file|version|format|please)\b"
    r"|(?:导出|要|给我|换成|改成|转成|格式|保存).{0,6}(?:wav|mp3|flac|midi|无损|分轨)|(?:wav|mp3|flac|midi)\s*(?:格式|文件|版)",
    _I,
)
_RESOLUTION = re.compile(r"(?<![a-z\d])(?:[248]k|uhd|ultra\s*hd|2160p|1440p|4320p)(?![a-z\d])|超高清|超清", _I)
_FACT = r"tempo|bpm|key|scale|length|long|fast|slow|style|genre|seed|instruments?|title|called|mood|volume|format"
_FACTS = re.compile(
    rf"^\W*(?:(?:and|so|but|ok|hey|please|tell\s+me|remind\s+me)\W+)*"
    rf"(?:what(?:['’]s|\s+is|\s+was|\s+are|\s+were)?|which|how)\b.{{0,40}}?\b(?:{_FACT})\b"
    r"|(?:速度|bpm|拍子|调性?|长度|时长|风格|种子|乐器|标题|音量).{0,6}(?:多少|什么|哪个|几|多长|多久|来着)"
    r"|(?:什么|多少|哪些?)(?:的)?(?:速度|bpm|调|长度|风格|种子|乐器|标题)|(?:有)?多[长久快](?:\W*$|[?？了呢])",
    _I,
)
_WHO_PLAYS = re.compile(
    r"^\W*(?:(?:is|are)\s+there\b|(?:does|do)\s+(?:it|this|that|the\s+\w+)\s+have\b|(?:what|which)\s+instruments?\b)"
    r"|有没有|里面?有.{1,8}[吗？?]|(?:哪些|什么)乐器",
    _I,
)
_NO_FACTS = re.compile(
    r"\b(?:can|could|do\s+you|would|should|about|if|how\s+to|will|how\s+do|make|change|set|best|good|recommend|suggest|for)\b|能|会|可以|应该|你|改|换|调[成到]",
    _I,
)


def wanted_version(message: str) -> tuple[int | None, str]:
    """Return the number of the earlier result that a message wants again, None for none, and the other words.

    The first result has the number 1; people may name one that never was.
    """
    found = _VERSION.search(message)
    if found is None:
        return None, message
    said = next(word for word in found.groups() if word).lower()
    for words in (("original",), _COUNTED, _ORDINALS, tuple(_ZH_NUMBERS)):
        if said in words:
            return words.index(said) + 1, _VERSION.sub(" ", message)
    return int(re.sub(r"[^\d-]", "", said)), _VERSION.sub(" ", message)


def wants_redo(message: str) -> bool:
    """Return whether what was taken back is wanted again."""
    return bool(_REDO.search(message))


def lays_own_song(marked: str) -> bool:
    """Return whether a person's own sound is to be the music."""
    return bool(_OWN_SONG.search(marked))


def wants_cover(marked: str) -> bool:
    """Return whether a picture is to become the cover."""
    return bool(_COVER.search(marked))


def removes_music(marked: str) -> bool:
    """Return whether the film is to have no music."""
    return bool(_NO_MUSIC.search(marked))


def wants_title_back(marked: str) -> bool:
    """Return whether the former title is wanted again."""
    return bool(_TITLE_BACK.search(marked))


def asks_for_facts(marked: str) -> bool:
    """Return whether a message asks about facts of the piece: its tempo, key, length, who plays."""
    asks = _FACTS.search(marked) or (_WHO_PLAYS.search(marked) and parse_players(marked.lower()).anything)
    return bool(asks) and not _NO_FACTS.search(marked)


def not_possible(marked: str) -> tuple[str, ...]:
    """Return the keys of the replies to wishes that the studio can't fulfil."""
    wishes = (
        (_ORDER, "talk.order"),
        (_SOUND_FILE, "talk.sound_file"),
        (_RESOLUTION, "talk.resolution"),
    )
    return tuple(key for pattern, key in wishes if pattern.search(marked))


_TRIM = re.compile(
    rf"\b(?:trim|cut|crop|shorten|split)\s+(?:(?:down|off|my|the|this|our)\s+)*{_FILM}\b"
    rf"|\b(?:trim|crop)\s+(?:it|this)\b|\b{_FILM}\s+(?:shorter|trimmed)\b|(?:剪短|裁剪|截取|剪掉|剪到).{{0,6}}(?:视频|片子|短片)"
    r"|(?:视频|片子|短片).{0,4}(?:剪短|裁剪|截短|剪到|剪成)",
    _I,
)
_OWN = (
    r"(?:(?:original|own|recorded)\s+(?:sound|audio|voice)|(?:video|clip|film)(?:['’]s)?\s+(?:own\s+)?(?:sound|audio|voice)"
    r"|my\s+voice)"
)
_OWN_SOUND = re.compile(
    rf"\b(?:louder|quieter|raise|lower|increase|decrease|boost|reduce|turn\s+(?:up|down))\b[^.,;]{{0,24}}\b{_OWN}\b"
    rf"|\b{_OWN}\b[^.,;]{{0,24}}\b(?:louder|quieter|up|down)\b|(?:原声|原音|我的声音|视频声音).{{0,6}}(?:大|小|响|轻)",
    _I,
)


def about_own_film(marked: str) -> str | None:
    """Return the key of the reply to a wish to trim a person's own video, or to change the level of its sound."""
    if _OWN_SOUND.search(marked):
        return "talk.own_sound"
    return "talk.trim" if _TRIM.search(marked) else None


_PERCENT = re.compile(
    r"\b(?:volume|music|bgm|track)\b[^.%\d]{0,30}?(?P<en>\d{1,3})\s*%|音量\D{0,8}(?:百分之)?(?P<zh>\d{1,3})\s*%?",
    re.IGNORECASE,
)
_MUTE_OWN = re.compile(
    r"\b(?:mute|remove|silence|without|drop|no)\s+(?:the\s+|my\s+)?(?:original|own|video'?s?|clip'?s?)\s+(?:own\s+)?"
    r"(?:sound|audio|voice)|(?:去掉|静音|关掉)(?:原声|原音|视频声音)",
    re.IGNORECASE,
)
_SOURCE_LINK = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|spotify\.com|spotify\.link)(?![\w.-])\S*", re.IGNORECASE
)
_LIKE = re.compile(
    r"\b(?:(?<!\bi )(?<!would )(?<!['’]d )(?<!you )like|similar\s+to|in\s+the\s+style\s+of|inspired\s+by)\b"
    r"|像|类似|一样的?风格|同款",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"\b(?:under|underneath|beneath|behind|voice-?over|narration|podcast|speech|interview|voice|keep|over\s+my)\b"
    r"|旁白|配音|人声|垫|底下|播客|下面",
    re.IGNORECASE,
)


_LUFS = re.compile(r"[-−–]?\s?\b(?P<lufs>\d{1,2}(?:\.\d)?)\s*(?:lufs|lkfs)\b", re.IGNORECASE)
_LEVELS = (
    (re.compile(r"\b(?:ebu\s?)?r\s?128\b|\bbroadcast\s+(?:level|loudness)\b|广播(?:级|标准)", re.IGNORECASE), -23.0),
    (re.compile(r"\bpodcasts?\s+(?:level|loudness)\b|\bfor\s+(?:\w+\s+)?podcasts?\b|播客", re.IGNORECASE), -16.0),
    (
        re.compile(
            r"\b(?:for|on|to)\s+(?:tik\s?tok|(?:instagram\s+|ig\s+)?reels?|(?:youtube\s+)?shorts|youtube|instagram|spotify)\b"
            r"|\b(?:streaming|platform)\s+(?:level|loudness)\b|抖音|快手|视频号|小红书",
            re.IGNORECASE,
        ),
        -14.0,
    ),
)
"""Loudness by purpose, in LUFS: EBU R 128, Apple's podcasts, the video platforms."""


def stated_volume(message: str) -> float | None:
    """Return the volume 0..1 that a message sets, None if it sets none."""
    percent = _PERCENT.search(message)
    return min(int(percent["en"] or percent["zh"]), 100) / 100 if percent else None


def stated_level(message: str) -> float | None:
    """Return the loudness in LUFS that a message asks for, by number or by what the film is for; None if none."""
    if said := _LUFS.search(message):
        return -float(said["lufs"])
    return next((level for pattern, level in _LEVELS if pattern.search(message)), None)


def without_level(message: str) -> str:
    """Return the message without the words about its loudness."""
    for pattern, _ in ((_LUFS, None), *_LEVELS):
        message = pattern.sub(" ", message)
    return message


def mutes_own_sound(message: str) -> bool:
    """Return whether a video's own sound is to be muted."""
    return bool(_MUTE_OWN.search(message))


def without_own_sound(message: str) -> str:
    """Return the message without the words that mute a video's own sound: in Chinese they name a style as well."""
    return _MUTE_OWN.sub(" ", message)


def without_source_links(message: str) -> tuple[str, bool]:
    """Return the message without links to YouTube and Spotify, and whether it had any."""
    rest, count = _SOURCE_LINK.subn(" ", message)
    return rest, bool(count)


def wants_like(message: str) -> bool:
    """Return whether a sound is named as a reference, rather than as something to put music under."""
    return bool(_LIKE.search(message)) and not _UNDER.search(message)
