"""GUI talk: the agent believes that the person sits before an editor. What it says about the content is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.nemo.model import GuiAction, GuiTalk


@dataclass(frozen=True, slots=True)
class _Gesture:
    """A way to speak of the editor, and the free thing that it asks for (None: nothing that may be done unasked)."""

    says: re.Pattern[str]
    action: GuiAction | None = None


def _gesture(pattern: str, action: GuiAction | None = None) -> _Gesture:
    return _Gesture(re.compile(pattern, re.IGNORECASE), action)


_THING = r"(?:button|panel|tab|menu|icon|sidebar|toolbar|dialog|window|editor|timeline|preview)"
_GESTURES = (
    _gesture(
        r"\bexport\s+(?:button|icon|menu|tab)\b|[\[“\"「【]?\s*导出\s*[\]”\"」】]?\s*(?:按钮|键|图标)", GuiAction.EXPORT
    ),
    _gesture(r"\b(?:click|tap|press|hit|select)\b[^,;，；]{0,30}?\bexport\b|点击.{0,8}?导出", GuiAction.EXPORT),
    _gesture(
        r"\bcheck\s+(?:your|the)\s+(?:account|billing|plan|balance)|\b(?:account|billing)\s+(?:page|settings|section)\b"
        r"|(?:查看|检查).{0,6}?(?:账户|账单|帐户|帐单)",
        GuiAction.SHOW_CREDITS,
    ),
    _gesture(
        r"\bpreview\b[^,;]{0,40}?\btimeline\b|时间[线轴].{0,6}?预览|预览.{0,6}?时间[线轴]", GuiAction.SHOW_TIMELINE
    ),
    _gesture(
        r"\bopen\b[^,;]{0,40}?\b" + _THING + r"\b|打开.{0,12}?(?:面板|窗口|菜单|时间[线轴]|编辑器|选项卡)",
        GuiAction.SHOW_TIMELINE,
    ),
    _gesture(
        r"\b(?:click|tap)\s+(?:on\s+|the\s+|[\[“\"])|\b(?:click|tap|press|hit)\b[^,;]{0,40}?\b" + _THING + r"\b"
        r"|点击|单击|双击"
    ),
)
_DRAG = re.compile(r"\bdrag(?:\s*(?:and|&)\s*drop)?\b(?!\s+race)|拖拽|拖动|拖放", re.IGNORECASE)
_TROUBLE = re.compile(
    r"(?:sorry,?\s+)?(?:but\s+)?I(?:'ve|\s+have)?\s+encountered\s+a\s+temporary\s+(?:issue|error|problem)[^.!?\n]*[.!?]*"
    r"|我?遇到了?(?:一个|一些)?(?:临时|暂时)(?:性的?|的)?(?:问题|故障)[^。！？\n]*[。！？]*",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:\.(?=[^\s])[^.!?。！？\n]*)*(?:[.!?。！？]+[\"”」』)]*|\n+|$)[ \t]*")


def translate_gui(text: str, language: str) -> GuiTalk:
    """Translate an answer of the agent for a chat; `language` is that of the proposed edit."""
    kept: list[str] = []
    actions: list[GuiAction] = []
    edit: str | None = None
    for sentence in _sentences(text):
        gestures = [gesture for gesture in _GESTURES if gesture.says.search(sentence)]
        if _DRAG.search(sentence):
            edit = edit or _as_wish(sentence, language)
        elif gestures:
            actions += [gestures[0].action] if gestures[0].action else []
        else:
            kept.append(sentence)
    return GuiTalk("".join(kept).strip(), tuple(dict.fromkeys(actions)), edit)


def _sentences(text: str) -> Iterator[str]:
    yield from (match.group() for match in _SENTENCE.finditer(text) if match.group())


def _as_wish(sentence: str, language: str) -> str:
    wish = _DRAG.sub("移动" if language == "zh" else "move", sentence).strip()
    return wish[:1].upper() + wish[1:]
