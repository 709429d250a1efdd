"""Small talk: greetings, thanks, questions and other messages that ask for no music."""

from __future__ import annotations

import re

_MUSIC = re.compile(
    r"\b(?:music|musical|tracks?|songs?|soundtracks?|sounds?|beats?|melod(?:y|ies|ic)|tunes?|bgm|bpm|jingles?|loops?|score|themes?"
    r"|intros?|outros?|instrumentals?|tempo|chords?|vibes?|ambien(?:t|ce)|compose|background|video|clip|vlog|film|trailer|reel"
    r"|piano|guitar|drums?|bass|strings|synths?|violin|major|minor|upbeat|mood)\b"
    r"|音乐|配乐|背景|歌|曲|旋律|节奏|伴奏|鼓|钢琴|吉他|贝斯|视频|片头|片尾|风格|氛围|情绪|轻快|欢快|舒缓",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"\b(?:make|generate|create|compose|give|play|produce|need|want|like|put|add|how\s+about|what\s+about)\b"
    r"|做|生成|创作|来(?:一|点|首|段)|写|要|加|配",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|yo|good\s+(?:morning|evening|afternoon|day)|你好|您好|嗨|哈喽|早上好|晚上好)(?:\s+there)?\W*$",
    re.I,
)
_THANKS = re.compile(
    r"^\W*(?:thanks?|thank\s+you|thx|ty|cheers|great|perfect|nice|awesome|cool|love\s+it|谢谢|多谢|感谢|太棒了|很好|不错|完美)"
    r"(?:\s+(?:you|a\s+lot|so\s+much|very\s+much|work|job|one|it))*\W*$",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"^\W*(?:help|/help|\?)\W*$|\bwhat\s+(?:can|do)\s+you\s+(?:do|make)\b|\bwho\s+are\s+you\b|\bhow\s+(?:do|does)\s+(?:you|this|it|i)\s+(?:work|use)"
    r"|你(?:能|会|可以)做什么|你是谁|怎么用|帮助",
    re.IGNORECASE,
)
_STYLES = re.compile(
    r"\b(?:which|what)\s+(?:(?:kinds?|sorts?|types?)\s+of\s+)?(?:musical\s+)?(?:styles?|genres?|moods?|music)\b.*(?:\?|can|do|are|have)"
    r"|\blist\s+(?:of\s+)?(?:the\s+|your\s+)?(?:styles|genres)\b|(?:哪些|什么)(?:音乐)?风格",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"\b(?:copyright(?:ed)?|royalt(?:y|ies)|licen[cs]e[ds]?|commercial(?:ly)?|moneti[sz]e|content\s+id)\b.*\?|\b(?:may|can|am)\s+i\b.{0,40}\b(?:use|sell|moneti[sz]e|commercial)"
    r"|版权|商用|商业使用|可以用(?:吗|在)",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:system\s+(?:prompt|message)|(?:hidden|initial|secret)\s+(?:prompt|instructions)|api[\s-]?keys?|access\s+tokens?"
    r"|(?:your|my)\s+(?:bot\s+|bearer\s+|auth\s+|secret\s+)?(?:tokens?|passwords?|credentials|prompt|instructions)"
    r"|env(?:ironment)?\s+variables?)\b|系统提示|提示词|令牌|密钥|密码|你的(?:指令|token)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^\W*(?:what(?!\s+about)|who|whom|whose|when|where|why|which|how(?!\s+about)|is|are|was|were|do|does|did|will|would|should|could|can)\b"
    r"|\?\s*$|？\s*$|吗\W*$|什么|为什么|怎么|多少|几点|谁",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:weather|recipe|news|stock|translate|homework|essay|email|poem|python|javascript|code|program|calculate|solve|joke|president"
    r"|capital\s+of|draw|paint|photo\s+of|picture\s+of|image\s+of)\b|\d\s*[-+*/×÷]\s*\d|天气|新闻|股票|翻译|作业|作文|邮件|代码|编程|笑话|菜谱|画一",
    re.IGNORECASE,
)


def speaks_of_music(message: str) -> bool:
    """Return whether the words are about music or video."""
    return bool(_MUSIC.search(message))


def small_talk_reply(message: str) -> str | None:
    """Return the key of the reply to a message that asks for no music; None if it may ask for some."""
    if _GREETING.search(message):
        return "talk.greeting"
    if _THANKS.search(message):
        return "talk.thanks"
    if _HELP.search(message):
        return "talk.help"
    if _LICENCE.search(message):
        return "talk.licence"
    if _SECRET.search(message) and not speaks_of_music(message):
        return "talk.secret"
    if _STYLES.search(message) and not _MAKES.search(message.split("?")[0].lower().replace("do you make", "")):
        return "talk.styles"
    if speaks_of_music(message):
        return None
    if _OTHER.search(message) or (_QUESTION.search(message) and not _MAKES.search(message)):
        return "talk.off_topic"
    return None
