"""Which action a reading asks for: by keyword and by intent.

A keyword asks only where it is what the person wants done. It does not where it describes the music ("a song
about my balance", "download-festival style rock"), belongs to another name ("bank balance", "progress bar") or is
negated ("don't export yet"). What is left is weighed against the signs of a wish for music or for a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from core.intent.cues import Asking, Cue, Meaning
from core.intent.model import Action
from core.intent.reading import Reading, Word

_SURE, _MAYBE = 7.0, 3.0
"""What an asking phrase weighs, and an asking word."""
_FIRST, _QUESTION = 2.0, 2.0
"""What it adds to stand first among the words that say something, and to stand in a question."""
_AGAINST = {Cue.MAKE: 3.0, Cue.MUSIC: 3.0, Cue.CHANGE: 2.0, Cue.STYLE: 1.0, Cue.LIKENESS: 1.0}
"""What the signs of other wishes weigh, each counted twice at most."""
_AGAINST_UNKNOWN = 0.7

_IN_QUESTIONS: Mapping[Meaning | None, Meaning] = {
    Cue.READY: Asking(Action.STATUS, sure=True),
    Cue.COST: Asking(Action.CREDITS, sure=True),
}
_NAMES = {Action.CREDITS, Action.STATUS}
"""Asked for by nouns, which an unknown word before them makes part of another name: "end credits"."""
_BARE = {Action.CANCEL, Action.NEW, Action.HELP}
"""Asked for by words that mean other things in company: they count alone, unless the phrase is a sure one."""
_ASKING_ENDS = {"没有", "没", "沒有", "沒"}
_CAUSATIVES = {"let", "have", "让", "把"}
_ARTICLES = {"a", "an", "some"}
_FILES = {"video", "file", "mp4", "clip", "视频", "文件", "成品", "成片"}
_SILENT = {Cue.FILLER, Cue.DEFINITE, Cue.GREETING, Cue.OPENER, Cue.QUESTION, Cue.READY, Cue.HOW_TO, Cue.COST, Cue.SHOW}
_COMPANY = {Cue.MAKE, Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.CHANGE, Cue.ABOUT}
_FIRST_AMONG_EQUALS = (
    Action.CANCEL,
    Action.NEW,
    Action.CREDITS,
    Action.EXPORT,
    Action.STATUS,
    Action.UPLOAD,
    Action.HELP,
)


def judge(reading: Reading, *, has_files: bool) -> Action | None:
    """Return the action, None where nothing at all was said."""
    words = _with_questions(_with_handing(_with_pieces(reading.words)))
    if not words:
        return None
    weights = _weights(words)
    against = _against(words)
    wanted = [action for action in _FIRST_AMONG_EQUALS if weights.get(action, 0.0) > against]
    return max(wanted, key=weights.__getitem__) if wanted else _wish(words, has_files=has_files)


def asks_for_file(reading: Reading) -> bool:
    """Return whether the finished file is asked for besides ("make it slower and send me the video")."""
    words = _with_handing(_with_pieces(reading.words))
    for at, word in enumerate(words):
        if isinstance(word.meaning, Asking) and word.meaning.action is Action.EXPORT and _asks(words, at, word.meaning):
            return True
        if word.meaning is Cue.HAND:
            # "Give me the mp4", "send it"; not "give me a happier track", "give the drums more room".
            handed = [it.meaning for it in words[at + 1 :] if it.clause == word.clause]
            said = [meaning for meaning in handed if meaning not in (Cue.FILLER, Cue.DEFINITE)]
            if said[:1] in ([], [Cue.PIECE]):
                return True
    return False


def is_vague(reading: Reading, action: Action) -> bool:
    """Return whether a wish for music or a change says nothing about which."""
    if reading.count(Cue.STYLE, Cue.LIKENESS, Cue.ABOUT) or reading.unknown:
        return False
    return action is Action.MUSIC or (action is Action.EDIT and not reading.count(Cue.CHANGE))


def _with_pieces(words: Sequence[Word]) -> list[Word]:
    """Tell "the track", which is there, from "a track", which is wished for."""
    found: list[Word] = []
    for word in words:
        pointing = [before.meaning for before in found[-3:] if before.clause == word.clause]
        there = Cue.DEFINITE in pointing and Cue.INDEFINITE not in pointing and Cue.ABOUT not in pointing
        fetched = pointing[-1:] == [Asking(Action.EXPORT, sure=False)]
        found.append(word._replace(meaning=Cue.PIECE) if word.meaning is Cue.MUSIC and (there or fetched) else word)
    return found


def _with_handing(words: Sequence[Word]) -> list[Word]:
    """Tell "send me the video", which is an export, from "send me a song"."""
    return [
        word._replace(meaning=Asking(Action.EXPORT, sure=False))
        if word.meaning is Cue.HAND and _hands_over(_clause_of(words, word))
        else word
        for word in words
    ]


def _hands_over(clause: Sequence[Word]) -> bool:
    told = {word.meaning for word in clause}
    return Cue.PIECE in told and not told & {Cue.INDEFINITE, Cue.MUSIC, Cue.ABOUT, Cue.STYLE}


def _with_questions(words: Sequence[Word]) -> list[Word]:
    """Tell "is my track ready?" and "is it free?", which ask for something, from the same words in a statement."""
    return [
        word._replace(meaning=_IN_QUESTIONS[word.meaning])
        if word.meaning in _IN_QUESTIONS and _asks_plainly(_clause_of(words, word))
        else word
        for word in words
    ]


def _asks_plainly(clause: Sequence[Word]) -> bool:
    return _is_question(clause) and not {Cue.MAKE, Cue.STYLE} & {word.meaning for word in clause}


def _is_question(words: Sequence[Word]) -> bool:
    told = [word.meaning for word in words if word.meaning is not Cue.GREETING]
    if words and words[0].text in _ARTICLES:
        return False  # "a hymn for people whose …" is a description
    # Chinese asks with a negation at the end: 做完没有.
    negated_end = len(words) > 1 and words[-1].text in _ASKING_ENDS
    return negated_end or Cue.QUESTION in told or told[:1] in ([Cue.OPENER], [Cue.HOW_TO])


def _clause_of(words: Sequence[Word], word: Word) -> list[Word]:
    return [other for other in words if other.clause == word.clause]


def _weights(words: Sequence[Word]) -> dict[Action, float]:
    weights: dict[Action, float] = {}
    for at, word in enumerate(words):
        if isinstance(word.meaning, Asking) and _asks(words, at, word.meaning):
            weight = _SURE if word.meaning.sure else _MAYBE
            if all(before.meaning in _SILENT for before in words[:at]):
                weight += _FIRST
            if _is_question(_clause_of(words, word)):
                weight += _QUESTION
            weights[word.meaning.action] = max(weight, weights.get(word.meaning.action, 0.0))
    return weights


def _asks(words: Sequence[Word], at: int, asking: Asking) -> bool:
    """Return whether an asking word is what the person wants done."""
    before = [word for word in words[:at] if word.clause == words[at].clause]
    after = [word for word in words[at + 1 :] if word.clause == words[at].clause]
    negated = asking.action not in _NAMES and any(word.meaning is Cue.NEGATION for word in before[-2:])
    if negated or _describes(before, after):
        return False
    if asking.action in _BARE and Cue.CHANGE in {word.meaning for word in after}:
        # "Start over with a slower intro", "stop the music earlier": how the piece is to be.
        return False
    if asking.action is Action.CANCEL and at == 0 and not after:
        return True
    if asking.sure:
        return True
    if not _COMPANY & {word.meaning for word in words}:
        return True
    if asking.action is Action.CANCEL and after and after[0].meaning is Cue.MAKE:
        return True
    return asking.action not in _BARE and not _part_of_a_name(before, after, asking.action)


def _describes(before: Sequence[Word], after: Sequence[Word]) -> bool:
    """Return whether what stands between only describes the music that is wished for."""
    told = [word.meaning for word in before], [word.meaning for word in after]
    wishes = {Cue.MAKE, Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.CHANGE}
    if Cue.ABOUT in told[0] and wishes & {*told[0], *told[1]}:
        return True
    if Cue.LIKENESS in told[1][:3]:
        return True
    return Cue.OF in told[1] and bool({Cue.MUSIC, Cue.STYLE} & {*told[1][told[1].index(Cue.OF) :]})


def _part_of_a_name(before: Sequence[Word], after: Sequence[Word], action: Action) -> bool:
    if after and after[0].meaning in (None, Cue.STYLE, Cue.MUSIC):
        return True
    if action not in _NAMES:
        return bool(before) and before[-1].meaning is Cue.DEFINITE
    return (bool(before) and before[-1].meaning is None) or (bool(after) and after[0].meaning is Cue.PIECE)


def _against(words: Sequence[Word]) -> float:
    """Return how much speaks for a wish for music or for a change."""
    told = [word.meaning for word in words]
    signs = sum(weight * min(2, told.count(cue)) for cue, weight in _AGAINST.items())
    return signs + _AGAINST_UNKNOWN * told.count(None)


def _wish(words: Sequence[Word], *, has_files: bool) -> Action:
    """Tell music from a change of what is there, and both from questions and talk."""
    told = [word.meaning for word in words]
    sound = told.count(Cue.MUSIC) * 2 + told.count(Cue.STYLE) + told.count(Cue.LIKENESS)
    made = told.count(Cue.MAKE) + told.count(Cue.MUSIC)
    music = sound + told.count(Cue.MAKE) * 2 + told.count(Cue.INDEFINITE) / 2
    change = (told.count(Cue.CHANGE) + told.count(Cue.BETTER)) * 2 + told.count(Cue.NEGATION)
    refusals = {(Cue.NEGATION, Cue.MAKE), (Cue.NEGATION, Cue.BETTER)}
    if not (sound or {Cue.CHANGE, None} & {*told}) and refusals & {*pairwise(told)}:
        return Action.CANCEL
    if _asks_for_the_file(words, told):
        return Action.EXPORT
    if Cue.ELSEWHERE in told and not sound:
        return Action.SMALLTALK
    if _is_question(words) and not {Cue.STYLE, Cue.CHANGE, Cue.BETTER} & {*told}:
        return _question(told)
    if _points_at_sound(words):
        change += 2
    if change:
        change += told.count(Cue.PIECE)
        return Action.EDIT if change > music or (change == music and not made) else Action.MUSIC
    if music:
        return Action.MUSIC
    if Cue.PIECE in told:
        return _about_the_piece(words, told, has_files=has_files)
    if Cue.HAND in told and {*told} <= _SILENT | {Cue.HAND}:
        return Action.EXPORT
    if {*told} <= _SILENT:
        return Action.STATUS if Cue.SHOW in told else Action.SMALLTALK
    return Action.SMALLTALK if Cue.GREETING in told else Action.MUSIC


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
    others = {Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.ABOUT, Cue.CHANGE, Cue.INDEFINITE, None}
    making = bool({Cue.MAKE, Cue.BETTER} & {*told})
    named = Cue.DEFINITE in told or any("the" in word.text.split() for word in words)
    vague = told.count(Cue.BETTER) > 1  # "make the video better"
    return making and named and not vague and any(word.text in _FILES for word in words) and not others & {*told}


def _question(told: Sequence[Meaning | None]) -> Action:
    """Tell what a question is about that names neither a sound nor a change."""
    if Cue.HOW_TO in told:
        return Action.HELP
    if Cue.MAKE in told:
        return Action.MUSIC
    waiting = {*told} <= _SILENT and Cue.DEFINITE in told and Cue.GREETING not in told
    return Action.STATUS if waiting or {Cue.PIECE, Cue.MUSIC} & {*told} else Action.SMALLTALK


def _points_at_sound(words: Sequence[Word]) -> bool:
    """Return whether "the piano" is spoken of, which is there, and no piece to be made."""
    if any(word.meaning in (Cue.MUSIC, Cue.MAKE, Cue.ABOUT) for word in words):
        return False
    return any(one.meaning is Cue.DEFINITE and other.meaning is Cue.STYLE for one, other in pairwise(words))
