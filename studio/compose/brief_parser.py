"""Parses a wish into a brief: style, length, tempo, key, mood and instruments."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace

from language.patterns import listed, pattern, words
from studio.compose.instrument_parser import INSTRUMENT_NAMES, Players, parse_players, wants_vocals
from studio.compose.length_parser import find_length, without_picture_words
from studio.compose.lexicon import LexiconMatch, Sense, WordKind, find
from studio.compose.seeded_random import SeededRandom
from studio.compose.styles import DEFAULT_STYLE, STYLES
from studio.compose.tempo_key_parser import find_bpm, find_key, playable
from studio.compose.text_parser import find_seed, find_shape, normalize_text
from studio.compose.time_ranges import find_fades
from studio.compose.title_parser import find_title
from studio.domain import Brief, Shape

SHORTEST, LONGEST, DEFAULT = 5.0, 600.0, 30.0
"""The shortest, longest and default length of a piece in seconds."""

_DISTANCE = 2.2
"""The penalty of a style for its distance from the mood."""
_CLOSE = 0.2
"""Among styles within this distance of the best, the seed chooses."""
_STRONGER = re.compile(rf"{words('brief.stronger')}\s*(?:and )?$")
_WEAKER = re.compile(rf"{words('brief.weaker')}\s*$")
_NEGATED = re.compile(rf"{words('brief.negated')}[\s-]*{words('brief.too')}?[\s-]*$")
_SLOW = pattern("brief.slow")
_FAST = pattern("brief.fast")
_STRANGE = pattern("brief.strange")
_COMMON = frozenset(listed("brief.no_style"))
"""Words before "style" that name no style."""


@dataclass(frozen=True, slots=True)
class ParsedBrief:
    """A brief, and the keys of what the person should be told about it.

    `notes` may hold "vocals_not_made", "length_clamped", "tempo_clamped", "vague", "style_unknown" (the nearest
    was taken), "contradiction" (the wish says two opposite things), "title_shortened".
    """

    brief: Brief
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mood:
    """The mood and style of a text; values are None where it says nothing.

    `mood_valence` and `mood_energy` ignore what genres and uses only imply.
    """

    valence: float | None
    energy: float | None
    mood_valence: float | None
    mood_energy: float | None
    votes: dict[str, float]
    genre: bool
    use: bool
    known: bool
    near: Sense | None
    """The genre that is meant where the style is only similar to it."""
    contradiction: bool
    speed: int
    """-1 slow, 1 fast, 0 not mentioned."""


def parse_brief(
    wish: str, *, seed: int | None = None, seconds: float | None = None, scene: str | None = None
) -> ParsedBrief:
    """Parse a wish in English or Chinese; never raises, whatever the text.

    The length is that of the wish, else `seconds`, else 30 s, clamped to 5..600 s. The seed is that of the wish, else
    `seed`, else a random one. `scene` is the style that fits what the wish describes, where it names no music.
    """
    text = normalize_text(wish)
    notes: list[str] = []
    titled = find_title(text)
    said_seed, text = find_seed(titled.rest)
    bpm, text = find_bpm(text)
    key = find_key(text)
    fades = find_fades(key.rest.lower())
    lowered = fades.rest
    shape = find_shape(lowered)
    length = find_length(without_picture_words(lowered))
    players = parse_players(length.rest)
    mood = read_mood(players.rest)
    chosen_seed = said_seed if said_seed is not None else seed if seed is not None else secrets.randbelow(2**31)
    style = scene if scene and not mood.known else choose_style(mood, players, chosen_seed)
    wanted = length.seconds if length.seconds is not None else seconds if seconds is not None else DEFAULT
    if length.seconds is not None and is_beyond(length.seconds):
        notes.append("length_clamped")
    if bpm is not None and playable(bpm) != bpm:
        notes.append("tempo_clamped")
    if titled.shortened:
        notes.append("title_shortened")
    if wants_vocals(lowered, players):
        notes.append("vocals_not_made")
    if mood.contradiction or (players.solo and not players.wished and bool(players.excluded)):
        notes.append("contradiction")
    if mood.near or (not mood.genre and names_strange_style(players.rest)):
        notes.append("style_unknown")
    if not (mood.known or players.anything or mood.speed or bpm is not None or key.tonic is not None or key.mode):
        notes.append("vague")
    valence, energy = settle(mood, style)
    brief = Brief(
        style=style,
        seconds=clamp_length(wanted),
        seed=chosen_seed,
        bpm=paced(mood.speed, style) if bpm is None else playable(bpm),
        tonic=key.tonic,
        mode=key.mode,
        valence=valence,
        energy=energy,
        without=players.without,
        title=titled.title,
        shape=shape or Shape.LANDSCAPE,
        instruments=players.wished,
        solo=players.solo and bool(players.wished),
        excluded=players.excluded,
        fade_in=fades.into or 0.0,
        fade_out=fades.out or 0.0,
    )
    return ParsedBrief(brought_nearer(brief, mood), tuple(notes))


def brought_nearer(brief: Brief, mood: Mood) -> Brief:
    """Return the brief with the tempo, mode and players of a genre to which the style is only similar."""
    if mood.near is None:
        return brief
    bpm = brief.bpm
    if bpm is None and mood.near.bpm:
        slowest, fastest = mood.near.bpm
        middle, width = (slowest + fastest) / 2.0, (fastest - slowest) / 2.0
        bpm = float(round(middle + SeededRandom(brief.seed, "near tempo").spread(width)))
    return replace(
        brief, bpm=bpm, mode=brief.mode or mood.near.mode, instruments=brief.instruments or mood.near.players
    )


def clamp_length(seconds: float) -> float:
    """Return a length that can be made, to the millisecond."""
    return round(min(LONGEST, max(SHORTEST, seconds)), 3)


def is_beyond(seconds: float) -> bool:
    """Return whether nothing of this length can be made."""
    return not SHORTEST <= seconds <= LONGEST


def settle(mood: Mood, style: str) -> tuple[float, float]:
    """Return valence and energy: as said, else the style's own."""
    home = STYLES[style].mood
    valence = home[0] if mood.valence is None else mood.valence
    energy = home[1] if mood.energy is None else mood.energy
    return round(min(1.0, max(-1.0, valence)), 3), round(min(1.0, max(0.0, energy)), 3)


def paced(speed: int, style: str) -> float | None:
    """Return a tempo slightly beyond the style's range if slow or fast was asked for, else None."""
    slowest, fastest = STYLES[style].bpm
    if speed < 0:
        return float(round(slowest * 0.94))
    if speed > 0:
        return float(round(fastest * 1.04))
    return None


def read_mood(text: str) -> Mood:
    """Parse genres, uses and moods in a lower-case text; a negated word counts against its meaning."""
    votes: dict[str, float] = {}
    valences: list[tuple[float, float]] = []
    energies: list[tuple[float, float]] = []
    genre = False
    near: Sense | None = None
    found = find(text)
    for one in found:
        sense = one.sense
        negated, factor = _degree(text, one)
        weight = 1.0 if one.kind is WordKind.MOOD else 0.6
        for style, vote in sense.styles.items():
            votes[style] = votes.get(style, 0.0) + (-vote if negated else vote)
        if sense.valence is not None:
            valences.append((weight, -0.5 * sense.valence if negated else max(-1.0, min(1.0, sense.valence * factor))))
        if sense.energy is not None:
            energy = 0.5 + (sense.energy - 0.5) * factor
            energies.append((weight, 0.5 - (energy - 0.5) * 0.4 if negated else max(0.0, min(1.0, energy))))
        if not negated and one.kind is WordKind.GENRE:
            genre, near = True, near or (sense if sense.near else None)
    speed = (1 if _FAST.search(text) else 0) - (1 if _SLOW.search(text) else 0)
    said = [one for one in found if one.sense.styles or one.sense.valence is not None]
    return Mood(
        valence=_mean(valences),
        energy=_mean(energies),
        mood_valence=_mean([pair for pair in valences if pair[0] == 1.0]),
        mood_energy=_mean([pair for pair in energies if pair[0] == 1.0]),
        votes=votes,
        genre=genre,
        use=any(one.kind is WordKind.USE for one in found),
        known=bool(said),
        near=near,
        contradiction=_opposed(valences, energies) or (bool(_FAST.search(text)) and bool(_SLOW.search(text))),
        speed=speed,
    )


def _degree(text: str, one: LexiconMatch) -> tuple[bool, float]:
    """Return whether a word is negated, and its strength."""
    before = text[max(0, one.start - 24) : one.start]
    if _NEGATED.search(before):
        return True, 1.0
    return False, 1.25 if _STRONGER.search(before) else 0.6 if _WEAKER.search(before) else 1.0


def _mean(values: list[tuple[float, float]]) -> float | None:
    if not values:
        return None
    return sum(weight * value for weight, value in values) / sum(weight for weight, _ in values)


def _opposed(valences: list[tuple[float, float]], energies: list[tuple[float, float]]) -> bool:
    """Return whether moods (not uses) contradict each other."""
    glad = [value for weight, value in valences if weight == 1.0]
    lively = [value for weight, value in energies if weight == 1.0]
    torn = bool(glad) and min(glad) <= -0.5 and max(glad) >= 0.6
    return torn or (bool(lively) and min(lively) <= 0.2 and max(lively) >= 0.85)


def choose_style(mood: Mood, players: Players, seed: int) -> str:
    """Return the style with the most votes; the seed chooses among close ones."""
    if not mood.known and not players.wished:
        return DEFAULT_STYLE
    if players.solo and players.wished == ("grand piano",) and not mood.genre:
        return "piano"
    scores = {name: mood.votes.get(name, 0.0) for name in STYLES}
    for name in players.wished:
        called = INSTRUMENT_NAMES.get(name)
        if called is not None and called.style is not None:
            scores[called.style] += called.weight
    for name, pack in STYLES.items():
        away = 0.0
        if mood.valence is not None:
            away += abs(mood.valence - pack.mood[0]) * 0.5
        if mood.energy is not None:
            away += abs(mood.energy - pack.mood[1])
        scores[name] -= _DISTANCE * away
    best = max(scores.values())
    close = [name for name in STYLES if scores[name] >= best - _CLOSE]
    return SeededRandom(seed, "style").pick(close)


def names_strange_style(text: str) -> bool:
    """Return whether an unknown style is named."""
    for match in _STRANGE.finditer(text):
        word = next(group for group in match.groups() if group)
        if word not in _COMMON and not find(word) and not find_shape(word):
            return True
    return False
