"""Whether a keyword asks for its action.

It asks only where it is what the person wants done. It does not where it describes the music ("a song about my
balance", "download-festival style rock"), belongs to another name ("bank balance", "progress bar"), says how the piece
is to be ("stop the drums at 0:45"), is to be read in the picture ("change the title to New Project") or is negated
("don't export yet"); nor does a question or a command count beside a wish for music ("song: is it done yet?").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.commands import Action
from core.intent.reading import Asking, Cue, Meaning, Word, meanings

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


def with_hands(words: Sequence[Word]) -> list[Word]:
    """Return the words with what is there told from what is wished for, and what is handed over as an export."""
    pieces = _with_pieces(words)
    found = [*pieces]
    for at, word in enumerate(pieces):
        if word.meaning is Cue.HAND and _hands_over(pieces, at):
            found[at] = word._replace(meaning=Asking(Action.EXPORT, sure=False))
    return found


def clause_of(words: Sequence[Word], word: Word) -> list[Word]:
    """Return those of the words that stand between the same marks as one."""
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
    told = meanings(said)
    if told[0] is Cue.OPENER:
        return True
    asking = told[: told.index(Cue.MUSIC)] if Cue.MUSIC in told else told
    return bool({Cue.QUESTION, Cue.HOW_TO} & {*asking})


def _with_pieces(words: Sequence[Word]) -> list[Word]:
    """Tell "the track", which is there, from "a track", which is wished for."""
    found: list[Word] = []
    for word in words:
        before = clause_of(found[-3:], word)
        pointing = meanings(before)
        there = Cue.DEFINITE in pointing or any(other.text.endswith(_POINTING_ENDS) for other in before)
        there = there and Cue.INDEFINITE not in pointing and Cue.ABOUT not in pointing
        fetched = pointing[-1:] == [Asking(Action.EXPORT, sure=False)]
        found.append(word._replace(meaning=Cue.PIECE) if word.meaning is Cue.MUSIC and (there or fetched) else word)
    return found


def _hands_over(words: Sequence[Word], at: int) -> bool:
    told = meanings(clause_of(words, words[at]))
    if Cue.PIECE not in told or {Cue.MUSIC, Cue.STYLE} & {*told}:
        return False
    # "Send me a video", "send sounds for the video" ask for something new; "… the video for a friend" does not.
    return not {Cue.INDEFINITE, Cue.ABOUT} & {*told[: told.index(Cue.PIECE)]}


def with_questions(words: Sequence[Word]) -> list[Word]:
    """Tell "is my track ready?" and "is it free?", which ask for something, from the same words in a statement."""
    found = [*words]
    for at, word in enumerate(words):
        if word.meaning in _IN_QUESTIONS and _asks_plainly(words, at):
            found[at] = word._replace(meaning=_IN_QUESTIONS[word.meaning])
    return found


def _asks_plainly(words: Sequence[Word], at: int) -> bool:
    clause = clause_of(words, words[at])
    told = {*meanings(clause)}
    follower = words[at + 1].meaning if at + 1 < len(words) else None
    # "The finished video" (做好的视频) is one that is there.
    attribute = words[at].meaning is Cue.READY and follower in (Cue.PIECE, Cue.OF)
    return is_question(clause) and not attribute and not {Cue.MAKE, Cue.STYLE} & told


_NAMES = {Action.CREDITS, Action.STATUS}
"""Asked for by nouns, which an unknown word before them makes part of another name: "end credits"."""
_BARE = {Action.CANCEL, Action.NEW, Action.HELP}
"""Asked for by words that mean other things in company: they count alone, unless the phrase is a sure one."""
_DONE = {Action.CANCEL, Action.NEW, Action.EXPORT, Action.UPLOAD}
"""What a person does, and may not want to do."""
_SHAPED = {Action.CANCEL, Action.NEW, Action.STATUS}
"""Asked for by words that also say where and how the piece goes: stop, again, on the timeline."""
_LED_BY_A_WISH = {Action.CANCEL, Action.NEW, Action.STATUS}
"""Not asked for behind a wish for music. The price of it is, and so is whether it may be sold."""
_COMPANY = {Cue.MAKE, Cue.MUSIC, Cue.STYLE, Cue.LIKENESS, Cue.CHANGE, Cue.TEXT, Cue.ABOUT}
_SOUND = {Cue.MUSIC, Cue.STYLE, Cue.LIKENESS}
NAMING = {"called", "titled", "named", "saying", "叫", "名叫", "叫做", "名为", "写着"}
"""What follows these is a name."""
_PLACES = {"timeline", "track", "时间线", "时间轴", "轨道"}
_MANNER = "得"
"""Makes a Chinese verb the thing that is described: 渲染得再明亮一点."""
_WHOLE = {"everything", "all", "it all", "it", "全部", "所有", "都"}


def asks(words: Sequence[Word], at: int, asking: Asking) -> bool:
    """Return whether an asking word is what the person wants done, maybe besides a wish for music."""
    before, after = _around(words, at)
    if _is_negated(before, asking.action) or _describes(before, after) or shapes_the_piece(words, at, asking.action):
        return False
    clause = [*before, words[at], *after]
    if (asking.action in _LED_BY_A_WISH and _wishes_for_new(before)) or (
        asking.action in _NAMES
        and not is_question(clause)
        and not {*meanings(before)} <= SILENT
        and _wishes_for_new(after)
    ):
        return False
    if asking.action is Action.CANCEL and at == 0 and not after:
        return True
    if asking.sure:
        return not (asking.action is Action.NEW and _names_another(words, after))
    if not _COMPANY & {*meanings(words)}:
        named = _is_a_thing(before) and None in {*meanings(after)}
        return not named or is_question(clause)
    if asking.action is Action.CANCEL and after and after[0].meaning is Cue.MAKE:
        return True
    return asking.action not in _BARE and not _part_of_a_name(before, after, asking.action)


def _wishes_for_new(before: Sequence[Word]) -> bool:
    """Return whether "make a jazz tune …" begins a clause; what follows there is a part of the wish."""
    told = meanings(before)
    if is_question(before):
        return False
    starts = [at for at, cue in enumerate(told) if cue in (Cue.INDEFINITE, Cue.MAKE)]
    return bool(starts) and bool(_SOUND & {*told[starts[0] :]})


def _around(words: Sequence[Word], at: int) -> tuple[list[Word], list[Word]]:
    """Return what stands before and behind a word in its clause."""
    return clause_of(words[:at], words[at]), clause_of(words[at + 1 :], words[at])


def _is_negated(before: Sequence[Word], action: Action) -> bool:
    nots = [word for word in before[-2:] if word.meaning is Cue.NEGATION]
    if action is Action.CANCEL:
        nots = [word for word in nots if word.text != "no"]  # "no, stop"
    return action in _DONE and bool(nots)


def _describes(before: Sequence[Word], after: Sequence[Word]) -> bool:
    """Return whether what stands between only describes the music that is wished for."""
    told = meanings(before), meanings(after)
    if NAMING & {word.text for word in before} or _has_a_property(after):
        return True
    wishes = {Cue.MAKE, Cue.CHANGE, Cue.TEXT, *_SOUND}
    if Cue.ABOUT in told[0] and (wishes | {Cue.INDEFINITE}) & {*told[0], *told[1]}:
        return True
    if Cue.MUSIC in told[0] and None in told[0][told[0].index(Cue.MUSIC) :]:
        return True  # "A rap that explains how to top up".
    if Cue.LIKENESS in told[1][:3]:
        return True
    return Cue.OF in told[1] and bool({Cue.MUSIC, Cue.STYLE} & {*told[1][told[1].index(Cue.OF) :]})


def shapes_the_piece(words: Sequence[Word], at: int, action: Action) -> bool:
    """Return whether the word says how the piece is to be, or what is to be read in it."""
    clause = clause_of(words, words[at])
    _, after = _around(words, at)
    told = meanings(clause)
    behind = {*meanings(after)}
    if after and after[0].text == _MANNER:
        return True
    if Cue.HOW_TO in told or (is_question(clause) and action not in _BARE):
        return False
    if Cue.TEXT in told and (action in _NAMES or (action is not Action.EXPORT and Cue.TEXT not in behind)):
        return True  # "Change the title to New Project".
    sure = words[at].meaning == Asking(action, sure=True)
    if action is Action.CREDITS:
        # "Remove the credits", "balance it better".
        return Cue.BETTER in behind or (not sure and Cue.CHANGE in told)
    if action is Action.STATUS:
        placed = Cue.MAKE in told and any(place in words[at].text for place in _PLACES)
        return placed or Cue.CHANGE in told  # "Cut the timeline to 20 seconds".
    if action not in _SHAPED:
        return action in _BARE and Cue.CHANGE in behind
    if Cue.TIME in told or Cue.CHANGE in behind:
        return True  # "Stop the music at 0:45", "start over with a slower intro".
    if not sure and meanings(after[:2]) == [Cue.DEFINITE, None]:
        return True  # "Stop the claps".
    whole = bool(_WHOLE & {word.text for word in clause})
    sound = Cue.STYLE in told and not {Cue.PIECE, Cue.MUSIC, Cue.MAKE} & {*told}
    return not whole and (sound or told.count(Cue.CHANGE) + told.count(Cue.TEXT) > sure)


def is_beside_a_wish(words: Sequence[Word], at: int, action: Action) -> bool:
    """Return whether the rest of the message wishes for music or a change, so that this word only tells about it.

    The file of what is wished for ("calm guitar, then export it") is a part of the wish.
    """
    if action is Action.EXPORT and _wishes_first(words[:at], words[at + 1 :]):
        return True
    for number in {word.clause for word in words} - {words[at].clause}:
        clause = [word for word in words if word.clause == number]
        told = {*meanings(clause)}
        if number < words[at].clause and Cue.STYLE in told and not {Cue.DEFINITE, Cue.PIECE, *SILENT} & told:
            return True  # "Slow blues, my credit is gone".
        if Cue.NEGATION in told or (is_question(clause) and not {Cue.INDEFINITE, Cue.MAKE} & told):
            continue
        named = Cue.MUSIC in told or (clause[0].text in _ARTICLES and number < words[at].clause)
        if named and (action is not Action.EXPORT or number < words[at].clause):
            return True
        later = number > words[at].clause and action in {*_BARE, Action.EXPORT}
        if later and Cue.INDEFINITE in told and None not in told and not is_question(clause):
            return True
        if later and {Cue.MAKE, Cue.BETTER, Cue.INDEFINITE, Cue.CHANGE} & told and {Cue.STYLE, Cue.CHANGE} & told:
            return True
    return False


def _wishes_first(words: Sequence[Word], after: Sequence[Word]) -> bool:
    """Tell "calm guitar" and "less reverb" from "I love the guitar", which speaks of what is there."""
    there = {Cue.DEFINITE, Cue.PIECE, Cue.GREETING} & {*meanings(words)}
    styled = not there and any(word.meaning is Cue.STYLE for word in words)
    changed = any(
        word.meaning in (Cue.CHANGE, Cue.TEXT) and (at == 0 or words[at - 1].meaning is not Cue.DEFINITE)
        for at, word in enumerate(words)
    )
    told = {*meanings(words)}
    described = Cue.MUSIC in told and bool({Cue.STYLE, Cue.TIME, None} & {*meanings([*words, *after])})
    return styled or changed or described or {Cue.BETTER, Cue.TIME} <= told


def _names_another(words: Sequence[Word], after: Sequence[Word]) -> bool:
    """Tell "new project video needs a calm track", where the project is not what is wished for."""
    company = _COMPANY & {*meanings(words)}
    return bool(company) and bool(after) and after[0].meaning in (None, Cue.PIECE, *_SOUND)


def _has_a_property(after: Sequence[Word]) -> bool:
    """Tell 导出的声音, where the export is only spoken of, from 免费的吗."""
    return after[:1] != [] and after[0].meaning is Cue.OF and not {*meanings(after[1:])} <= SILENT


def _part_of_a_name(before: Sequence[Word], after: Sequence[Word], action: Action) -> bool:
    unnamed: tuple[Meaning | None, ...] = (None, Cue.STYLE, Cue.MUSIC)
    if after and after[0].meaning in unnamed:
        return True
    if action not in _NAMES:
        return _is_a_thing(before)
    return (bool(before) and before[-1].meaning is None) or (bool(after) and after[0].meaning is Cue.PIECE)


def _is_a_thing(before: Sequence[Word]) -> bool:
    """Return whether a verb is a noun here: "the download" sounds muffled."""
    return bool(before) and (before[-1].meaning is Cue.DEFINITE or before[-1].text.endswith(" the"))
