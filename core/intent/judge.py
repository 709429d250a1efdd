"""Which action a reading asks for: by keyword and by intent.

A keyword that asks (`asking`) is weighed against the signs of a wish for music or for a change; where none is heavy
enough, the rest of the message tells the wish (`wish`).
"""

from __future__ import annotations

from collections.abc import Sequence

from core.intent.asking import asks, is_beside_a_wish, shapes_the_piece
from core.intent.context import SILENT, clause_of, in_context, is_question, with_hands
from core.intent.cues import Asking, Cue
from core.intent.model import Action
from core.intent.reading import Reading, Word
from core.intent.wish import wish

_SURE, _MAYBE = 7.0, 3.0
"""What an asking phrase weighs, and an asking word."""
_FIRST, _QUESTION = 2.0, 2.0
"""What it adds to stand first among the words that say something, and to stand in a question."""
_AGAINST = {Cue.MAKE: 3.0, Cue.MUSIC: 3.0, Cue.CHANGE: 2.0, Cue.TEXT: 2.0, Cue.STYLE: 1.0, Cue.LIKENESS: 1.0}
"""What the signs of other wishes weigh, each counted twice at most."""
_FIRST_UNKNOWN, _MORE_UNKNOWN = 0.7, 2.5
"""What unknown words weigh: who asks for a free thing says little else, who describes music says much."""
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
    words = in_context(reading.words)
    if not words:
        return None
    weights = _weights(words)
    against = _against(words)
    wanted = [action for action in _FIRST_AMONG_EQUALS if weights.get(action, 0.0) > against]
    return max(wanted, key=weights.__getitem__) if wanted else wish(_with_shapes(words), has_files=has_files)


def asks_for_file(reading: Reading) -> bool:
    """Return whether the finished file is asked for besides ("make it slower and send me the video")."""
    words = with_hands(reading.words)
    for at, word in enumerate(words):
        if isinstance(word.meaning, Asking) and word.meaning.action is Action.EXPORT and asks(words, at, word.meaning):
            return True
        if word.meaning is Cue.HAND:
            # "Give me the mp4", "send it"; not "give me a happier track", "give the drums more room".
            handed = [it.meaning for it in words[at + 1 :] if it.clause == word.clause]
            said = [meaning for meaning in handed if meaning not in (Cue.FILLER, Cue.GET, Cue.DEFINITE)]
            if said[:1] in ([], [Cue.PIECE]):
                return True
    return False


def is_vague(reading: Reading, action: Action) -> bool:
    """Return whether a wish for music or a change says nothing about which."""
    if reading.count(Cue.STYLE, Cue.LIKENESS, Cue.ABOUT) or reading.unknown:
        return False
    return action is Action.MUSIC or (action is Action.EDIT and not reading.count(Cue.CHANGE, Cue.TEXT))


def _weights(words: Sequence[Word]) -> dict[Action, float]:
    weights: dict[Action, float] = {}
    for at, word in enumerate(words):
        if isinstance(word.meaning, Asking) and _asks_alone(words, at, word.meaning):
            weight = _SURE if word.meaning.sure else _MAYBE
            if all(before.meaning in SILENT for before in words[:at]):
                weight += _FIRST
            if is_question(clause_of(words, word)):
                weight += _QUESTION
            weights[word.meaning.action] = max(weight, weights.get(word.meaning.action, 0.0))
    return weights


def _asks_alone(words: Sequence[Word], at: int, asking: Asking) -> bool:
    return asks(words, at, asking) and not is_beside_a_wish(words, at, asking.action)


def _with_shapes(words: Sequence[Word]) -> list[Word]:
    """Tell "stop the drums at 0:45", which is a change, from "stop"."""
    return [
        word._replace(meaning=Cue.CHANGE)
        if isinstance(word.meaning, Asking)
        and word.meaning.action in (Action.CANCEL, Action.NEW)
        and shapes_the_piece(words, at, word.meaning.action)
        else word
        for at, word in enumerate(words)
    ]


def _against(words: Sequence[Word]) -> float:
    """Return how much speaks for a wish for music or for a change."""
    told = [word.meaning for word in words]
    signs = sum(weight * min(2, told.count(cue)) for cue, weight in _AGAINST.items())
    unknown = told.count(None)
    return signs + _FIRST_UNKNOWN * min(1, unknown) + _MORE_UNKNOWN * max(0, unknown - 1)
