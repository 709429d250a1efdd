"""What a message wants that asks for nothing free: music, a change, or only talk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.intent.asking import NAMING
from core.intent.context import SILENT, is_question
from core.intent.cues import Cue, Meaning
from core.intent.model import Action
from core.intent.reading import Word

_CAUSATIVES = {"let", "have", "让", "把"}
_WHOLE = {"everything", "all", "全部", "所有"}
_REMOVING = {"delete", "remove", "clear", "wipe", "erase", "删", "删掉", "删除", "去掉"}
_FILES = {"video", "file", "mp4", "clip", "视频", "文件", "成品", "成片"}
_THE_BOT = {"you", "you're", "你", "您"}
_FILES_ALONE = {"mp4", "文件", "成品", "成片"}
"""Named without an article: 来个mp4."""


def wish(words: Sequence[Word], *, has_files: bool) -> Action:
    """Tell music from a change of what is there, and both from questions and talk."""
    told = [word.meaning for word in words]
    sound = told.count(Cue.MUSIC) * 2 + told.count(Cue.STYLE) + told.count(Cue.LIKENESS)
    changing = told.count(Cue.CHANGE) + told.count(Cue.TEXT) + told.count(Cue.BETTER)
    if _gives_up(told, sound):
        return Action.CANCEL
    if _removes_all(words, told):
        return Action.NEW
    if _asks_for_the_file(words, told):
        return Action.EXPORT
    if Cue.ELSEWHERE in told and not sound:
        return Action.SMALLTALK
    if _asks_how(words) or (_only_asks(words) and not changing and Cue.STYLE not in told):
        return _question(words, told)
    if sound or changing or {Cue.MAKE, Cue.INDEFINITE} & {*told}:
        return _music_or_change(words, told, sound, changing)
    return _talk(words, told, has_files=has_files)


def _music_or_change(words: Sequence[Word], told: Sequence[Meaning | None], sound: int, changing: int) -> Action:
    made = told.count(Cue.MAKE) + told.count(Cue.MUSIC)
    music = sound + told.count(Cue.MAKE) * 2 + told.count(Cue.INDEFINITE) / 2
    change = changing * 2 + told.count(Cue.NEGATION) + (2 if _points_at_sound(words) else 0)
    if not change:
        return Action.MUSIC
    change += told.count(Cue.PIECE)
    return Action.EDIT if change > music or (change == music and not made) else Action.MUSIC


def _talk(words: Sequence[Word], told: Sequence[Meaning | None], *, has_files: bool) -> Action:
    """Tell what is wanted where neither a sound nor a change is named."""
    if Cue.NEGATION in told or (Cue.PIECE in told and NAMING & {word.text for word in words}):
        return Action.EDIT  # "My song should be called Forget It".
    if Cue.PIECE in told:
        return _about_the_piece(words, told, has_files=has_files)
    if Cue.HAND in told and {*told} <= SILENT | {Cue.HAND}:
        return Action.EXPORT
    if {*told} <= SILENT:
        return Action.STATUS if Cue.SHOW in told else Action.SMALLTALK
    polite = Cue.GREETING in told and not {Cue.OF, Cue.GET} & {*told}
    # "You rock", "更新?": too little to compose from, and it costs.
    talking = told.count(None) < 2 and (words[0].text in _THE_BOT or words[-1].text == "?")
    return Action.SMALLTALK if polite or talking else Action.MUSIC


def _gives_up(told: Sequence[Meaning | None], sound: int) -> bool:
    refusals = {(Cue.NEGATION, Cue.MAKE), (Cue.NEGATION, Cue.BETTER)}
    if sound or {Cue.CHANGE, Cue.TEXT, None} & {*told}:
        return False
    unwanted = (Cue.NEGATION, Cue.GET) in pairwise(told) and {*told} <= SILENT | {Cue.NEGATION}
    return unwanted or bool(refusals & {*pairwise(told)})


def _removes_all(words: Sequence[Word], told: Sequence[Meaning | None]) -> bool:
    """Return whether "delete everything" is said, and of nothing of the music."""
    texts = {word.text for word in words}
    return bool(_WHOLE & texts and _REMOVING & texts) and not {Cue.STYLE, Cue.TEXT, Cue.MUSIC, None} & {*told}


def _about_the_piece(words: Sequence[Word], told: Sequence[Meaning | None], *, has_files: bool) -> Action:
    """Tell what is wanted with "the video", of which nothing else is said."""
    if has_files:
        return Action.UPLOAD
    if Cue.SHOW in told:
        return Action.STATUS
    # "Let the video start before the music" says what is to happen to it.
    return Action.EDIT if words[0].text in _CAUSATIVES and None in told else Action.EXPORT


def _asks_for_the_file(words: Sequence[Word], told: Sequence[Meaning | None]) -> bool:
    """Return whether "make the final video" is said: what is there, as a file, and nothing about its sound."""
    others = {Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.ABOUT, Cue.CHANGE, Cue.TEXT, Cue.INDEFINITE, None}
    making = bool({Cue.MAKE, Cue.BETTER} & {*told})
    named = Cue.DEFINITE in told or words[-1].text in _FILES_ALONE or any("the" in word.text.split() for word in words)
    vague = told.count(Cue.BETTER) > 1  # "make the video better"
    return making and named and not vague and any(word.text in _FILES for word in words) and not others & {*told}


def _only_asks(words: Sequence[Word]) -> bool:
    """Return whether a message asks, and no clause beside the question wishes for music.

    A question mark alone does not tell: "rainy tokyo night?" still names what it wishes for.
    """
    unmarked = [word for word in words if word.text != "?"]
    wishing = {word.clause for word in unmarked if word.meaning in (Cue.MUSIC, Cue.MAKE, Cue.INDEFINITE)}
    return is_question(unmarked) and all(
        is_question([word for word in words if word.clause == clause]) for clause in wishing
    )


def _asks_how(words: Sequence[Word]) -> bool:
    """Return whether "how do I …" begins a message, which asks to be told, not to be done."""
    said = [word for word in words if word.meaning not in (Cue.GREETING, Cue.FILLER, Cue.GET)]
    return bool(said) and said[0].meaning is Cue.HOW_TO and said[0].clause == said[-1].clause


def _question(words: Sequence[Word], told: Sequence[Meaning | None]) -> Action:
    """Tell what a question is about that names neither a sound nor a change."""
    if Cue.HAND in told and {*told} <= SILENT | {Cue.HAND}:
        return Action.EXPORT
    if Cue.HOW_TO in told:
        return Action.HELP
    if Cue.MAKE in told and Cue.PIECE in told and not {Cue.INDEFINITE, Cue.MUSIC, None} & {*told}:
        return Action.STATUS  # "Are you making my song?"
    if Cue.MAKE in told or (Cue.MUSIC in told and Cue.INDEFINITE in told):
        return Action.MUSIC
    if Cue.PIECE in told and Cue.SHOW not in told and {Cue.GET, Cue.HAND} & {*told}:
        return Action.EXPORT
    waiting = {*told} <= SILENT and Cue.DEFINITE in told and Cue.GREETING not in told
    return Action.STATUS if waiting or {Cue.PIECE, Cue.MUSIC} & {*told} else Action.SMALLTALK


def _points_at_sound(words: Sequence[Word]) -> bool:
    """Return whether "the piano" is spoken of, which is there, and no piece to be made."""
    if any(word.meaning in (Cue.MUSIC, Cue.MAKE, Cue.ABOUT) for word in words):
        return False
    return any(one.meaning is Cue.DEFINITE and other.meaning is Cue.STYLE for one, other in pairwise(words))
