"""GUI talk: the agent believes that the person sits before an editor. What it says about the content is kept.

A clause is GUI talk where a gesture is asked for ("click …", "you can drag …", "点击…") or where a part of the editor
is its subject ("the Export button …"). "A soft click track" and "the bass drops" are content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from core.nemo.model import GuiAction, GuiTalk
from core.texts import say

_Gesture: TypeAlias = tuple[re.Pattern[str], GuiAction | None]
"""A way to speak of the editor, and the free thing that it asks for (None: nothing that may be done unasked)."""

_ASKED = (
    r"(?:^|\b(?:you (?:can|could|may|should|might|need to|have to|want to)|please|just|simply|then|now|and|or|to|"
    r"feel free to|go ahead and|try to|be able to)\s+)(?:also\s+|just\s+|simply\s+)?"
)
_PART = r"(?:buttons?|panels?|tabs?|menus?|icons?|sidebar|toolbar|dialog|window|editor|timeline|section|page)\b"


def _asked(verbs: str, thing: str, chinese: str, action: GuiAction | None) -> _Gesture:
    return re.compile(rf"{_ASKED}(?:{verbs})\b{thing}|{chinese}", re.IGNORECASE), action


_DRAG = _asked(r"drag(?:\s*(?:and|&)\s*drop)?", "", "拖拽|拖动|拖動|拖放", None)
_GESTURES = (
    _DRAG,
    _asked(
        "click|tap|press|hit|select|use",
        r".{0,40}\bexport\b",
        r"(?:点击|点擊|單擊|单击|按).{0,8}(?:导出|導出|匯出)",
        GuiAction.EXPORT,
    ),
    (
        re.compile(
            r"\bexport\W{0,2}\s*(?:button|icon|menu|tab|panel)\b|导出\W{0,2}(?:按钮|键|图标|面板)|匯出\W{0,2}按鈕",
            re.IGNORECASE,
        ),
        GuiAction.EXPORT,
    ),
    _asked(
        "check|see|visit|open|review|go to|head to",
        r".{0,30}\b(?:account|billing|subscription|plan|balance)\b",
        r"(?:查看|检查|檢查|打开|前往).{0,6}(?:账户|帐户|帳戶|账单|帳單|余额|订阅)",
        GuiAction.SHOW_CREDITS,
    ),
    _asked(
        "preview|play it|play it back|watch it|view it|see it",
        r".{0,40}\b(?:timeline|preview|editor)\b",
        r"预览.{0,6}时间[线轴]|(?:时间[线轴]|時間[線軸]).{0,6}(?:预览|預覽)",
        GuiAction.SHOW_TIMELINE,
    ),
    _asked(
        "open|go to|switch to|head to|navigate to|look at|check",
        r".{0,40}\b" + _PART,
        r"打[开開].{0,12}(?:面板|窗口|菜单|菜單|时间[线轴]|編輯器|编辑器|选项卡|侧边栏)",
        GuiAction.SHOW_TIMELINE,
    ),
    _asked("click|tap|double-click|right-click", r"", r"(?:点击|點擊|单击|双击)(?!轨|音)", None),
    _asked("press|hit|select|use", r".{0,40}\b" + _PART, r"(?!)", None),
    _asked("press|hit", r"\s+(?:on\s+)?(?:the\s+)?[\"“「\[]", r"按(?:下|一下)?[“「\[]", None),
)
_DRAG_WORD = re.compile(r"\bdrag(?:\s*(?:and|&)\s*drop)?\b|拖拽|拖动|拖動|拖放", re.IGNORECASE)
_TROUBLE = re.compile(
    r"^\W*(?:(?:sorry|however|but|unfortunately)\b,?\s*)*"
    r"I(?:'ve|’ve| have)?\s+encountered\s+a\s+temporary\s+(?:issue|error|problem)"
    r"|^\W*(?:抱歉，?)?我?遇到了?(?:一个|一些)?(?:临时|暂时)(?:性的?|的)?(?:问题|故障)",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"^\W*(?:(?:and|or)\s+)?(?:to|if you|when you|once you|in order to)\b|^\W*(?:如果|如需|若要|要想?|想要)",
    re.IGNORECASE,
)

_SENTENCE = re.compile(r"(?:[^.!?。！？]|[.!?](?!\s|$))*(?:[.!?](?=\s|$)|[。！？])*[\"”」』)]*\s*")
_CLAUSE = re.compile(r"(?:[^,;，；—]|,(?=\d))+(?:[,;，；—]\s*|$)")
_JOINED = re.compile(
    r"\s(?=(?:and|or|then)\s+(?:you can|please|click|tap|drag|open|press|preview|check|then)\b)", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?P<gesture>\b(?:click|tap|press|open|select|hit)\s+(?:on\s+)?(?:the\s+)?|点击|打开|按(?:下|一下)?)?"
    r"(?P<quote>\"[^\"]*\"|“[^“”]*”|「[^「」]*」|'[^']*'(?!\w)|《[^《》]*》)",
    re.IGNORECASE,
)
_LINK_WORD = re.compile(r"^(?:and|or|then|but|so|或者?|或是|并且?|然后|也可以|请|您?可以)[\s,，]*", re.IGNORECASE)
_POLITE = re.compile(
    r"^(?:(?:you (?:can|could|may|should|might|need to|have to|want to)|please|just|simply|also|now|feel free to)\s+)+",
    re.IGNORECASE,
)
_NEEDLESS = re.compile(r"(?<!\s)\s+to (?:move|reposition|place|adjust) (?:it|them)(?=\W*$)", re.IGNORECASE)
_MARKS, _CLOSING = ".!?。！？", '"”」』)'
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)、])\s*$")


@lru_cache(maxsize=16)  # an answer is asked about twice: whether it says anything, and what
def translate_gui(text: str, language: str) -> GuiTalk:
    """Translate an answer of the agent for a chat; `language` is that of the proposed edit.

    "I encountered a temporary issue", which follows normal answers, is dropped as well.
    """
    actions: list[GuiAction] = []
    drags: list[str] = []
    kept = []
    for line in text.splitlines():
        said = ""
        for sentence in _SENTENCE.findall(line):
            said += _content(sentence, actions, drags)
        if not line.strip():
            kept.append(line)
        elif said.strip() and not _BULLET.match(said):
            kept.append(said.rstrip())
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return GuiTalk(text, tuple(dict.fromkeys(actions)), _as_wish(drags[0], language) if drags else None)


def _content(sentence: str, actions: list[GuiAction], drags: list[str]) -> str:
    """Return what is left of a sentence; note the free things that it asks for, and the clauses that ask for a drag."""
    if _TROUBLE.search(sentence):
        return ""
    clauses = list(_clauses(sentence))
    talk = []
    for clause in clauses:
        gesture = _gesture(clause)
        talk.append(gesture is not None)
        if gesture is _DRAG:
            drags.append(clause)
        elif gesture and gesture[1]:
            actions.append(gesture[1])
    for at, clause in enumerate(clauses[:-1]):
        talk[at] |= talk[at + 1] and bool(_PURPOSE.search(clause))
    if not any(talk):
        return sentence
    return _mended([clause for clause, is_gui in zip(clauses, talk, strict=True) if not is_gui], sentence)


def _gesture(clause: str) -> _Gesture | None:
    bare = _LINK_WORD.sub("", _without_names(clause).strip(" \t-*•"))
    for gesture in _GESTURES:
        if gesture[0].search(bare):
            return gesture
    return None


def _clauses(sentence: str) -> Iterator[str]:
    """Yield the clauses of a sentence, each with the mark behind it; nothing is cut inside quotation marks."""
    for match in _CLAUSE.finditer(_without_names(sentence)):
        start = match.start()
        for joint in _JOINED.finditer(match.group()):
            yield sentence[start : match.start() + joint.end()]
            start = match.start() + joint.end()
        yield sentence[start : match.end()]


def _without_names(text: str) -> str:
    """Blank what is quoted, with the same length, unless a gesture's thing is named so: click "Export"."""
    return _NAMED.sub(lambda found: found.group() if found["gesture"] else "_" * len(found.group()), text)


def _mended(clauses: list[str], sentence: str) -> str:
    """Make a sentence of what is left of one: a capital, and the mark and space that it ended with."""
    words = sentence.rstrip().rstrip(_CLOSING).rstrip(_MARKS)
    body = _LINK_WORD.sub("", "".join(clauses).strip()).rstrip(" \t,;，；—" + _MARKS)
    return body[:1].upper() + body[1:] + sentence[len(words) :] if body else ""


def _as_wish(clause: str, language: str) -> str:
    """Turn "you can drag the title to 0:05" into what the person may say."""
    bare = _POLITE.sub("", _LINK_WORD.sub("", clause.strip(" \t-*•,;，；—.!?。！？")))
    wish = _NEEDLESS.sub("", _DRAG_WORD.sub(say(language, "core.wish.move"), bare))
    return wish[:1].upper() + wish[1:]
