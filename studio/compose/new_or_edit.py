"""Decides whether a message asks for a new piece or for an edit of the existing one."""

from __future__ import annotations

import re

from studio.compose.instrument_parser import parse_players
from studio.compose.lexicon import find, whole
from studio.compose.text_parser import find_shape, normalize_text, without_shape
from studio.compose.title_parser import find_title

_PIECE = "track|song|tune|piece|music|beat|loop|jingle|theme|score|bgm|soundtrack|ballad|anthem|lullaby|intro|version"
_NEW = re.compile(
    whole(
        rf"(?:new|another|different|next) (?:one|idea|{_PIECE})|something (?:else|new|different|completely)|brand new"
        r"|start (?:over|again|fresh)|from scratch|forget (?:it|that|this)|try again|re-?generate|re-?roll"
    )
    + "|新的|重新|另外?一[首段]|[换来做写]一[首段]|再[来做写]一?[首段]|来段|生成一|重来"
)
_MAKE = re.compile(
    whole(
        r"generat(?:e|ing)|creat(?:e|ing)|compos(?:e|ing)|produce|write|i (?:want|need|would like)|give me|looking for"
    )
    + "|生成|创作|作曲|制作|谱写|想要|需要|给我"
)
_THING = re.compile(whole(rf"something|(?:a|an|some|my) (?:[\w'&,-]+ ){{0,6}}?(?:{_PIECE})|(?:{_PIECE}) (?:about|for)"))
_MUSIC = re.compile(whole(f"{_PIECE.removesuffix('|version')}|something") + "|音乐|配乐|曲|歌")
_COMPARED = (
    "slower|faster|quicker|longer|shorter|louder|quieter|sadder|happier|calmer|darker|brighter|softer|harder|heavier"
    "|lighter|warmer|cooler|bigger|stronger|gentler|livelier|jollier|perkier|chiller|dreamier|funnier|cuter|gloomier"
    "|simpler|deeper|higher|lower|smoother|grander|crazier|spookier|scarier|fuller|jazzier|funkier|groovier|moodier"
    "|catchier|busier|richer"
)
_BACK = re.compile(
    whole(
        r"it|this|that|same|undo|revert"
        r"|the (?:music|track|song|piece|tempo|key|title|drums|bass|melody|volume|style|mood|ending|video)"
        rf"|{_COMPARED}"
    )
    + "|把|改|换成|变[成得]|这首|它|更|慢一?点|快一?点|长一?点|短一?点|大声|小声|撤销|同一首"
)
"""Words that refer to the existing piece."""
_UNDER = re.compile(
    whole(
        "(?:with|use|using|and) (?:this|that|it)(?: one| picture| image| photo)? (?:as|for) (?:the |a |its )?"
        "(?:cover|picture|background|image)"
        "|that (?:fits|goes|suits|matches|works|sounds|feels|builds|starts|ends|gets|has)(?: with)?(?: it| this| that)?"
        "|(?:under(?:neath)?|behind|beneath|for|to) (?:it|(?:this|that|the)(?: video)?)"
    )
)
"""Words that refer to the picture that the music accompanies, not to the music."""
_CHANGE = re.compile(
    whole(
        r"instead|less|more|not (?:so|that|as|too)|a bit|a little|too|add|remove|delete|get rid of"
        r"|take (?:[\w']+ ){0,5}?(?:out|off|away)"
        "|without changing|drop|bring back|shorten|extend|mute|transpose"
        "|rename|change|turn|adjust|tweak|speed|trim|swap|replace|switch|exchange|in place of|rather than"
    )
    + "|没那么|不那么|别那么|调|再|一点|一些|加[上个]|去掉|去除|删|太|加快|保持|换成|代替|替换|取代"
)


_AGAIN = "one|take|try|go|attempt|version|variation"
_ANOTHER = re.compile(
    whole(
        rf"(?:another|one more|a different|a new) (?:{_AGAIN})(?: (?:like|similar to) (?:that|this|it))?"
        r"|something similar|(?:the )?same (?:but|only) different|try (?:it )?again|re-?generate(?: it)?|re-?roll"
        r"|(?:a )?variation(?: of (?:it|this|that))?"
    )
    + "|再来一[首个次段]|换一[首个]|类似的|重新生成|重来"
)


def wants_another(wish: str) -> bool:
    """Return whether a message asks for another piece of the kind that is there, and says nothing else of it."""
    text = normalize_text(wish).lower()
    return bool(_ANOTHER.search(text)) and not find(_ANOTHER.sub(" ", text))


def wants_new_piece(wish: str) -> bool:
    """Return whether a message asks for another piece ("something sad with piano, 20s"), not for an edit.

    A message that names a thing to make, or describes music without referring to a change or to the existing piece,
    asks for a new one; "make it sadder", "no drums" and "45 seconds" are edits. A message without music asks for none.
    """
    titled = find_title(normalize_text(wish))
    text = titled.rest.lower()
    if _NEW.search(text):
        return True
    if _BACK.search(_UNDER.sub(" ", text)):
        return False
    # A format or a platform alone says nothing about music: "portrait for TikTok", "give me a vertical version".
    shaped = find_shape(text) is not None
    plain = without_shape(text)
    players = parse_players(plain)
    described = bool(find(players.rest)) or bool(players.wished and not players.solo)
    if shaped and not described and not _MUSIC.search(plain):
        return False
    if _MAKE.search(text) or _THING.search(text):
        return True
    return described and not _CHANGE.search(text)
