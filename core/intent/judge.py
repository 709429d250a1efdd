"""Which action a reading asks for: by keyword and by intent.

A keyword that asks (`asking`) is weighed against the signs of a wish for music or for a change; where none is heavy
enough, the rest of the message tells the wish (`wish`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter

from core.commands import Action
from core.intent.asking import (
    NAMING,
    SILENT,
    asks,
    clause_of,
    is_beside_a_wish,
    is_question,
    shapes_the_piece,
    with_hands,
    with_questions,
)
from core.intent.reading import Asking, Cue, Meaning, Word, meanings

_CAUSATIVES = {"let", "have", "让", "把"}
_WHOLE = {"everything", "all", "全部", "所有"}
_REMOVING = {"delete", "remove", "clear", "wipe", "erase", "删", "删掉", "删除", "去掉"}
_FILES = {"video", "file", "mp4", "clip", "视频", "文件", "成品", "成片"}
_THE_BOT = {"you", "you're", "你", "您"}
_FILES_ALONE = {"mp4", "文件", "成品", "成片"}
"""Named without an article: 来个mp4."""


def wish(words: Sequence[Word], *, has_files: bool) -> Action:
    """Tell music from a change of what is there, and both from questions and talk."""
    told, texts = meanings(words), {*map(attrgetter("text"), words)}
    sound = told.count(Cue.MUSIC) * 2 + told.count(Cue.STYLE) + told.count(Cue.LIKENESS)
    changing = told.count(Cue.CHANGE) + told.count(Cue.TEXT) + told.count(Cue.BETTER)
    if _gives_up(told, sound):
        return Action.CANCEL
    if _WHOLE & texts and _REMOVING & texts and not {Cue.STYLE, Cue.TEXT, Cue.MUSIC, None} & {*told}:
        return Action.NEW
    if _asks_for_the_file(words[-1].text, texts, told):
        return Action.EXPORT
    if Cue.ELSEWHERE in told and not sound:
        return Action.SMALLTALK
    if _asks_how(words) or (_only_asks(words) and not changing and Cue.STYLE not in told):
        return _question(told)
    if sound or changing or {Cue.MAKE, Cue.INDEFINITE} & {*told}:
        return _music_or_change(told, sound, changing)
    return _talk(words, texts, told, has_files=has_files)


def _music_or_change(told: Sequence[Meaning | None], sound: int, changing: int) -> Action:
    made = told.count(Cue.MAKE) + told.count(Cue.MUSIC)
    music = sound + told.count(Cue.MAKE) * 2 + told.count(Cue.INDEFINITE) / 2
    # "The piano" is spoken of, which is there, and no piece to be made.
    points_at_sound = not {Cue.MUSIC, Cue.MAKE, Cue.ABOUT} & {*told} and (Cue.DEFINITE, Cue.STYLE) in pairwise(told)
    change = changing * 2 + told.count(Cue.NEGATION) + 2 * points_at_sound
    if not change:
        return Action.MUSIC
    change += told.count(Cue.PIECE)
    return Action.EDIT if change > music or (change == music and not made) else Action.MUSIC


def _talk(words: Sequence[Word], texts: set[str], told: Sequence[Meaning | None], *, has_files: bool) -> Action:
    """Tell what is wanted where neither a sound nor a change is named."""
    if Cue.NEGATION in told or (Cue.PIECE in told and NAMING & texts):
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


def _about_the_piece(words: Sequence[Word], told: Sequence[Meaning | None], *, has_files: bool) -> Action:
    """Tell what is wanted with "the video", of which nothing else is said."""
    if has_files:
        return Action.UPLOAD
    if Cue.SHOW in told:
        return Action.STATUS
    # "Let the video start before the music" says what is to happen to it.
    return Action.EDIT if words[0].text in _CAUSATIVES and None in told else Action.EXPORT


def _asks_for_the_file(last: str, texts: set[str], told: Sequence[Meaning | None]) -> bool:
    """Return whether "make the final video" is said: what is there, as a file, and nothing about its sound."""
    others = {Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.ABOUT, Cue.CHANGE, Cue.TEXT, Cue.INDEFINITE, None}
    making = bool({Cue.MAKE, Cue.BETTER} & {*told})
    named = Cue.DEFINITE in told or last in _FILES_ALONE or "the" in " ".join(texts).split()
    vague = told.count(Cue.BETTER) > 1  # "make the video better"
    return making and named and not vague and bool(_FILES & texts) and not others & {*told}


def _only_asks(words: Sequence[Word]) -> bool:
    """Return whether a message asks, and no clause beside the question wishes for music.

    A question mark alone does not tell: "rainy tokyo night?" still names what it wishes for.
    """
    unmarked = [word for word in words if word.text != "?"]
    wishing = (Cue.MUSIC, Cue.MAKE, Cue.INDEFINITE)
    return is_question(unmarked) and all(
        is_question(clause_of(words, word)) for word in unmarked if word.meaning in wishing
    )


def _asks_how(words: Sequence[Word]) -> bool:
    """Return whether "how do I …" begins a message, which asks to be told, not to be done."""
    said = [word for word in words if word.meaning not in (Cue.GREETING, Cue.FILLER, Cue.GET)]
    return bool(said) and said[0].meaning is Cue.HOW_TO and said[0].clause == said[-1].clause


def _question(told: Sequence[Meaning | None]) -> Action:
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


_SURE, _MAYBE = 7.0, 3.0
"""What an asking phrase weighs, and an asking word."""
_FIRST, _QUESTION = 2.0, 2.0
"""What it adds to stand first among the words that say something, and to stand in a question."""
_AGAINST = {Cue.MAKE: 3.0, Cue.MUSIC: 3.0, Cue.CHANGE: 2.0, Cue.TEXT: 2.0, Cue.STYLE: 1.0, Cue.LIKENESS: 1.0}
"""What the signs of other wishes weigh, each counted twice at most."""
_FIRST_UNKNOWN, _MORE_UNKNOWN = 0.7, 2.5
"""What unknown words weigh: who asks for a free thing says little else, who describes music says much."""
_ORDER = (Action.CANCEL, Action.NEW, Action.CREDITS, Action.EXPORT, Action.STATUS, Action.UPLOAD, Action.HELP)
"""Which action is taken where two weigh the same."""


def judge(read: Sequence[Word], *, has_files: bool) -> Action | None:
    """Return the action, None where nothing at all was said."""
    words = with_questions(with_hands(read))
    if not words:
        return None
    weights = _weights(words)
    told = meanings(words)
    unknown = told.count(None)
    against = _FIRST_UNKNOWN * min(1, unknown) + _MORE_UNKNOWN * max(0, unknown - 1)
    for cue, weight in _AGAINST.items():
        against += weight * min(2, told.count(cue))
    wanted = [action for action in _ORDER if weights.get(action, 0.0) > against]
    return max(wanted, key=weights.__getitem__) if wanted else wish(_with_shapes(words), has_files=has_files)


def asks_for_file(read: Sequence[Word]) -> bool:
    """Return whether the finished file is asked for besides ("make it slower and send me the video")."""
    words = with_hands(read)
    for at, word in enumerate(words):
        if isinstance(word.meaning, Asking) and word.meaning.action is Action.EXPORT and asks(words, at, word.meaning):
            return True
        if word.meaning is Cue.HAND:
            # "Give me the mp4", "send it"; not "give me a happier track", "give the drums more room".
            handed = meanings(clause_of(words[at + 1 :], word))
            said = [meaning for meaning in handed if meaning not in (Cue.FILLER, Cue.GET, Cue.DEFINITE)]
            if said[:1] in ([], [Cue.PIECE]):
                return True
    return False


def is_vague(read: Sequence[Word], action: Action) -> bool:
    """Return whether a wish for music or a change says nothing about which."""
    told = {*meanings(read)}
    if {Cue.STYLE, Cue.LIKENESS, Cue.ABOUT, None} & told:
        return False
    return action is Action.MUSIC or (action is Action.EDIT and not {Cue.CHANGE, Cue.TEXT} & told)


def _weights(words: Sequence[Word]) -> dict[Action, float]:
    weights: dict[Action, float] = {}
    for at, word in enumerate(words):
        asking = word.meaning
        if not isinstance(asking, Asking):
            continue
        if asks(words, at, asking) and not is_beside_a_wish(words, at, asking.action):
            weight = _SURE if asking.sure else _MAYBE
            if all(before.meaning in SILENT for before in words[:at]):
                weight += _FIRST
            if is_question(clause_of(words, word)):
                weight += _QUESTION
            weights[asking.action] = max(weight, weights.get(asking.action, 0.0))
    return weights


def _with_shapes(words: Sequence[Word]) -> list[Word]:
    """Tell "stop the drums at 0:45", which is a change, from "stop"."""
    found = [*words]
    for at, word in enumerate(words):
        action = word.meaning.action if isinstance(word.meaning, Asking) else None
        if action in (Action.CANCEL, Action.NEW) and shapes_the_piece(words, at, action):
            found[at] = word._replace(meaning=Cue.CHANGE)
    return found
