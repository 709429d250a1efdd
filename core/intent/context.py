"""What the neighbours of a word make of it: a track that is there, a file that is handed over, a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.intent.cues import Asking, Cue, Meaning
from core.intent.model import Action
from core.intent.reading import Word

SILENT = frozenset(
    {
        Cue.FILLER,
        Cue.DEFINITE,
        Cue.GREETING,
        Cue.OPENER,
        Cue.QUESTION,
        Cue.READY,
        Cue.HOW_TO,
        Cue.COST,
        Cue.SHOW,
        Cue.GET,
    }
)
"""What alone asks for no music."""
_IN_QUESTIONS: Mapping[Meaning | None, Meaning] = {
    Cue.READY: Asking(Action.STATUS, sure=True),
    Cue.COST: Asking(Action.CREDITS, sure=True),
}
_ASKING_ENDS = {"没有", "没", "不", "么"}
_ARTICLES = {"a", "an", "some"}
_POINTING_ENDS = (" my", " the", "我的")


def in_context(words: Sequence[Word]) -> list[Word]:
    """Return the words with the meaning that they have among their neighbours."""
    return _with_questions(with_hands(words))


def with_hands(words: Sequence[Word]) -> list[Word]:
    """Return the words with what is there told from what is wished for, and what is handed over as an export."""
    pieces = _with_pieces(words)
    return [
        word._replace(meaning=Asking(Action.EXPORT, sure=False))
        if word.meaning is Cue.HAND and _hands_over(pieces, at)
        else word
        for at, word in enumerate(pieces)
    ]


def clause_of(words: Sequence[Word], word: Word) -> list[Word]:
    """Return the words between the same marks."""
    return [other for other in words if other.clause == word.clause]


def is_question(clause: Sequence[Word]) -> bool:
    """Return whether a clause asks; what only describes the music ("a hymn for people who …") does not."""
    said = [word for word in clause if word.meaning is not Cue.GREETING]
    if not said or said[0].text in _ARTICLES:
        return False
    # Chinese asks with a particle or a negation at the end: 做完没有.
    spoken = [word for word in said if word.meaning is not Cue.FILLER or word.text in _ASKING_ENDS]
    if len(spoken) > 1 and (spoken[-1].meaning is Cue.QUESTION or spoken[-1].text in _ASKING_ENDS):
        return True
    told = [word.meaning for word in said]
    if told[0] is Cue.OPENER:
        return True
    wished = [at for at, cue in enumerate(told) if cue in (Cue.ABOUT, Cue.MUSIC) and Cue.MUSIC in told[: at + 1]]
    return bool({Cue.QUESTION, Cue.HOW_TO} & {*told[: min(wished, default=None)]})


def _with_pieces(words: Sequence[Word]) -> list[Word]:
    """Tell "the track", which is there, from "a track", which is wished for."""
    found: list[Word] = []
    for word in words:
        before = [other for other in found[-3:] if other.clause == word.clause]
        pointing = [other.meaning for other in before]
        there = Cue.DEFINITE in pointing or any(other.text.endswith(_POINTING_ENDS) for other in before)
        there = there and Cue.INDEFINITE not in pointing and Cue.ABOUT not in pointing
        fetched = pointing[-1:] == [Asking(Action.EXPORT, sure=False)]
        found.append(word._replace(meaning=Cue.PIECE) if word.meaning is Cue.MUSIC and (there or fetched) else word)
    return found


def _hands_over(words: Sequence[Word], at: int) -> bool:
    told = [word.meaning for word in clause_of(words, words[at])]
    if Cue.PIECE not in told or {Cue.MUSIC, Cue.STYLE} & {*told}:
        return False
    # "Send me a video", "send sounds for the video" ask for something new; "… the video for a friend" does not.
    return not {Cue.INDEFINITE, Cue.ABOUT} & {*told[: told.index(Cue.PIECE)]}


def _with_questions(words: Sequence[Word]) -> list[Word]:
    """Tell "is my track ready?" and "is it free?", which ask for something, from the same words in a statement."""
    return [
        word._replace(meaning=_IN_QUESTIONS[word.meaning])
        if word.meaning in _IN_QUESTIONS and _asks_plainly(words, at)
        else word
        for at, word in enumerate(words)
    ]


def _asks_plainly(words: Sequence[Word], at: int) -> bool:
    clause = clause_of(words, words[at])
    told = {word.meaning for word in clause}
    follower = words[at + 1].meaning if at + 1 < len(words) else None
    # "The finished video" (做好的视频) is one that is there.
    attribute = words[at].meaning is Cue.READY and follower in (Cue.PIECE, Cue.OF)
    return is_question(clause) and not attribute and not {Cue.MAKE, Cue.STYLE} & told
