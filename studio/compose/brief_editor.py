"""Edits a brief as a sentence asks, and reports what lies outside of it (volume, title, undo)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from language.patterns import pattern
from studio.compose.brief_parser import (
    LONGEST,
    SHORTEST,
    Mood,
    brought_nearer,
    choose_style,
    clamp_length,
    is_beyond,
    names_strange_style,
    read_mood,
)
from studio.compose.form import fit
from studio.compose.instrument_parser import Players, parse_players
from studio.compose.instrumentation import role_of
from studio.compose.lead_sheet import choose_key
from studio.compose.length_parser import find_length, without_picture_words
from studio.compose.lexicon import find
from studio.compose.styles import DEFAULT_STYLE, STYLES
from studio.compose.tempo_key_parser import find_bpm, find_key, playable
from studio.compose.text_parser import find_shape, normalize_text
from studio.compose.theory import key_name
from studio.compose.time_ranges import Fades, find_fades
from studio.compose.title_parser import ParsedTitle, find_title
from studio.domain import Brief, TitlePlace
from studio.instruments import INSTRUMENTS

_STEP = 0.15
"""The share by which "slower" and "faster" change the tempo."""
_LITTLE, _MUCH = 0.5, 1.8
"""The factors of "a bit" and "much"."""
_LONGER = 1.5
"""The factor of "longer"; "shorter" divides by it."""
_VOLUME_STEP = 4.0
"""The change of "louder" and "quieter" in dB."""
_MOOD_STEP = 0.4
"""The least change of valence by "sadder" and "happier"."""
_ENERGY_STEP = 0.2
"""The change of energy by "calmer" and "livelier"; four steps lead from lively to the calmest."""
_CLEAR = 0.5
"""The least valence or energy by which a mood word changes it: "energetic" says nothing about valence."""
_LESS_CLEAR = 0.25
"""The same for less of a mood, or for more of one that concerns energy only."""


class Limit(StrEnum):
    """What can't be done, or not any further."""

    SLOWEST = "slowest"
    SLOWEST_AT_LENGTH = "slowest_at_length"
    """One bar just fits into the piece."""
    FASTEST = "fastest"
    CALMEST = "calmest"
    LIVELIEST = "liveliest"
    SADDEST = "saddest"
    GLADDEST = "gladdest"
    SHORTEST = "shortest"
    LONGEST = "longest"
    BEYOND = "beyond"
    TEMPO = "tempo"
    STYLE = "style"
    NO_PLAYER = "no_player"
    """Somebody was to be replaced who doesn't play."""
    TITLE = "title"


class Unchanged(Enum):
    """Marks a value that the edit does not change."""

    TITLE = "title"


@dataclass(frozen=True, slots=True)
class BriefChange:
    """One change of a brief."""

    name: str
    """"tempo" (BPM), "length" (s), "style", "mood" ("valence/energy"), "key", "players", "shape", "fades" (s), "title"
    or "volume" (dB)."""
    before: str
    """As text for people; "" for none."""
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What an edit asks for."""

    brief: Brief
    """The changed brief."""
    volume_db: float = 0.0
    """dB to add to the volume of the music."""
    title: str | Unchanged | None = Unchanged.TITLE
    """None: the title is removed."""
    title_place: TitlePlace | None = None
    """None, here and below: not mentioned."""
    title_start: float | None = None
    title_seconds: float | None = None
    undo: bool = False
    """Whether the version before is wanted; nothing else counts then."""
    changes: tuple[BriefChange, ...] = ()
    """Empty where nothing was understood or nothing would differ."""
    limits: tuple[Limit, ...] = ()
    """What was asked for and can't be done."""

    @property
    def volume_factor(self) -> float:
        """`volume_db` as a linear factor."""
        return float(10.0 ** (self.volume_db / 20.0))


_UNDO = pattern("edit.undo")
_SLOWER = pattern("edit.slower")
_FASTER = pattern("edit.faster")
_TOO_FAST = pattern("edit.too_fast")
_TOO_SLOW = pattern("edit.too_slow")
_LONGER_SAID = pattern("edit.longer_said")
_SHORTER_SAID = pattern("edit.shorter_said")
_HALF = pattern("edit.half")
_DOUBLE = pattern("edit.double")
_ADDED = pattern("edit.added")
_TO = pattern("edit.to")
_MAKE_IT = pattern("edit.make_it")
_LOUDER = pattern("edit.louder")
_QUIETER = pattern("edit.quieter")
_LITTLE_SAID = pattern("edit.little_said")
_MUCH_SAID = pattern("edit.much_said")
_COMPARATIVE = pattern("edit.comparative")
"""Words that ask for more or less of a mood, rather than for the mood itself."""
_BETWEEN = pattern("edit.between")
_LESS = pattern("edit.less")
_EVERYBODY = pattern("edit.everybody")

_NOBODY = pattern("edit.nobody")
"""Somebody has to play."""


def revise(brief: Brief, wish: str, playing: tuple[str, ...] = ()) -> Revision:
    """Parse an edit, or several in one sentence, in English or Chinese; never raises, whatever the text.

    `playing` names the instruments that play now: who is swapped, added or removed leaves the others as they are.
    """
    text = normalize_text(wish)
    titled = find_title(text)
    if _UNDO.search(titled.rest.lower()):
        return Revision(brief=brief, undo=True, changes=(BriefChange("undo", "", ""),))
    title: str | Unchanged | None = None if titled.removed else (titled.title or Unchanged.TITLE)
    bpm, rest = find_bpm(titled.rest)
    key = find_key(rest)
    fades = find_fades(key.rest.lower())
    lowered = fades.rest
    length = find_length(without_picture_words(lowered))
    players = parse_players(length.rest)
    volume, spoken = _volume(players.rest)
    mood = read_mood(_about_change(spoken))

    revised = _restyled(brief, mood, players, spoken)
    if key.tonic is not None or key.mode is not None:
        revised = replace(
            revised, tonic=_tonic(brief) if key.tonic is None else key.tonic, mode=key.mode or _mode(brief)
        )
    revised = _paced(brief, revised, bpm, spoken)
    wanted = _length(brief, length.seconds, lowered, spoken)
    revised = replace(revised, seconds=clamp_length(wanted))
    revised = _faded(_recast(revised, players, lowered, playing if revised.style == brief.style else ()), fades)
    revised = replace(revised, shape=find_shape(lowered) or brief.shape)
    if title is not Unchanged.TITLE:
        revised = replace(revised, title=title)
    changes = _changes(brief, revised, volume, title)
    limits = (*_limits(brief, revised, mood, wanted, lowered, spoken, bpm), *_bounds(brief, wanted, titled))
    if bpm is not None and playable(bpm) != bpm and brief.bpm != revised.bpm:
        limits += (Limit.TEMPO,)
    if Limit.SLOWEST_AT_LENGTH in limits and not changes:
        revised = brief
    if mood.near or (not mood.genre and names_strange_style(spoken)):
        limits += (Limit.STYLE,)
    if playing and any(not _meant(old, list(playing)) for old, _ in players.swaps):
        limits += (Limit.NO_PLAYER,)
    return Revision(
        brief=revised,
        volume_db=volume,
        title=title,
        title_place=titled.place,
        title_start=titled.start,
        title_seconds=titled.seconds,
        changes=changes,
        limits=limits,
    )


def _about_change(text: str) -> str:
    """Return the clauses that ask for more or less of a mood, where others only say how it is now."""
    clauses = [clause for clause in _BETWEEN.split(text) if find(clause)]
    asking = [clause for clause in clauses if _COMPARATIVE.search(clause)]
    return ", ".join(asking) if asking and len(asking) < len(clauses) else text


def _degree(text: str) -> float:
    """Return the factor of a comparative's step."""
    return _LITTLE if _LITTLE_SAID.search(text) else _MUCH if _MUCH_SAID.search(text) else 1.0


def _volume(text: str) -> tuple[float, str]:
    """Return the change of volume in dB, and the text without the words for it."""
    step = round(_VOLUME_STEP * _degree(text), 1)
    louder, quieter = _LOUDER.search(text), _QUIETER.search(text)
    if bool(louder) == bool(quieter):
        return 0.0, text
    rest = _QUIETER.sub(" ", _LOUDER.sub(" ", text))
    return (step if louder else -step), rest


def _restyled(brief: Brief, mood: Mood, players: Players, text: str) -> Brief:
    """Return the brief with the style and mood that the text names."""
    if not mood.known:
        return brief
    revised = brief
    if mood.genre or (mood.use and find_shape(text) is None):
        style = choose_style(mood, replace(players, wished=()), brief.seed)
        if style != brief.style:
            home = STYLES[style].mood
            # Another style has other players; who was added or is not wanted holds there too.
            kept = tuple(pair for pair in revised.recast if "" in pair)
            revised = replace(revised, style=style, bpm=None, mode=None, valence=home[0], energy=home[1], recast=kept)
            revised = brought_nearer(replace(revised, tonic=_tonic(brief)), mood)
    degree = _degree(text)
    clear = _LESS_CLEAR if _LESS.search(text) else _CLEAR
    about_valence = mood.mood_valence is not None and abs(mood.mood_valence) >= clear
    if mood.mood_valence is not None and about_valence:
        step = _MOOD_STEP * degree
        if _LITTLE_SAID.search(text):
            valence = round(max(-1.0, min(1.0, revised.valence + math.copysign(step, mood.mood_valence))), 3)
        else:
            valence = _moved(revised.valence, mood.mood_valence, step, -1.0)
        mode = None if (valence >= 0.0) != (brief.valence >= 0.0) else revised.mode
        revised = replace(revised, valence=valence, mode=mode, tonic=_tonic(brief))
    more = bool(_COMPARATIVE.search(text))
    clear = _LESS_CLEAR if more and not about_valence else clear
    if mood.mood_energy is not None and abs(mood.mood_energy - 0.5) >= clear / 2.0:
        step = _ENERGY_STEP * degree
        if more:
            energy = _stepped(revised.energy, step if mood.mood_energy > 0.5 else -step)
        else:
            energy = _moved(revised.energy, mood.mood_energy, step, 0.0)
        revised = replace(revised, energy=energy)
    return revised


def _stepped(energy: float, step: float) -> float:
    """Move an energy by a step, and all the way if less than half a step would remain, which nobody would hear."""
    moved = energy + step
    if step < 0.0 and moved < -step / 2.0:
        return 0.0
    if step > 0.0 and moved > 1.0 - step / 2.0:
        return 1.0
    return round(moved, 3)


def _moved(current: float, wanted: float, step: float, lowest: float) -> float:
    """Move a value to the one wanted, or a step further in its direction if it is there already."""
    middle = (lowest + 1.0) / 2.0
    if wanted < middle:
        moved = min(wanted, current - step)
    elif wanted > middle:
        moved = max(wanted, current + step)
    else:
        moved = wanted
    return round(min(1.0, max(lowest, moved)), 3)


def _known_style(brief: Brief) -> str:
    return brief.style if brief.style in STYLES else DEFAULT_STYLE


def _tonic(brief: Brief) -> int:
    """Return the tonic that the piece has now."""
    return choose_key(brief, STYLES[_known_style(brief)])[0]


def _mode(brief: Brief) -> str:
    return choose_key(brief, STYLES[_known_style(brief)])[1]


def _tempo(brief: Brief) -> float:
    """Return the tempo that the piece has now."""
    return fit(brief, STYLES[_known_style(brief)]).bpm


def _paced(brief: Brief, revised: Brief, bpm: float | None, text: str) -> Brief:
    """Set or shift the tempo; an edit of mood or length alone keeps it."""
    same_style = revised.style == brief.style
    if bpm is not None:
        return replace(revised, bpm=playable(bpm))
    direction = _pace(text)
    if not direction:
        return revised
    now = _tempo(brief if same_style else revised)
    wanted = now * (1.0 + _STEP * _degree(text)) ** direction
    return replace(revised, bpm=float(round(playable(wanted))))


def _pace(text: str) -> int:
    """Return -1 for slower, 1 for faster, 0 for neither or both."""
    slower = bool(_SLOWER.search(_TOO_SLOW.sub(" ", text))) or bool(_TOO_FAST.search(text))
    faster = bool(_FASTER.search(_TOO_FAST.sub(" ", text))) or bool(_TOO_SLOW.search(text))
    return faster - slower


def _limits(
    before: Brief, after: Brief, mood: Mood, wanted: float, text: str, spoken: str, bpm: float | None
) -> Iterator[Limit]:
    """Yield the limits at which a further step was asked for."""
    direction = _pace(spoken) if bpm is None else (bpm > playable(bpm)) - (bpm < playable(bpm))
    if (bpm is not None or direction) and after.bpm is not None and _tempo(after) > after.bpm + 0.5:
        yield Limit.SLOWEST_AT_LENGTH
    elif direction and after.bpm is not None and after.bpm == before.bpm:
        yield Limit.SLOWEST if direction < 0 else Limit.FASTEST
    if mood.mood_valence is not None and after.valence == before.valence and after.valence in (-1.0, 1.0):
        yield Limit.SADDEST if after.valence < 0.0 else Limit.GLADDEST
    about_energy = mood.mood_energy is not None and abs(mood.mood_valence or 0.0) < _CLEAR
    if about_energy and after.energy == before.energy and after.energy in (0.0, 1.0):
        yield Limit.CALMEST if after.energy == 0.0 else Limit.LIVELIEST
    if after.seconds == before.seconds in (SHORTEST, LONGEST):
        longer, shorter = bool(_LONGER_SAID.search(text)), bool(_SHORTER_SAID.search(text))
        beyond = wanted > LONGEST if after.seconds == LONGEST else wanted < SHORTEST
        if beyond or (longer != shorter and longer == (after.seconds == LONGEST)):
            yield Limit.LONGEST if after.seconds == LONGEST else Limit.SHORTEST


def _length(brief: Brief, said: float | None, text: str, spoken: str) -> float:
    """Return the length asked for in seconds, which may be out of bounds."""
    longer, shorter = bool(_LONGER_SAID.search(text)), bool(_SHORTER_SAID.search(text))
    if said is not None:
        exact = bool(_TO.search(text)) or (bool(_MAKE_IT.search(text)) and longer == shorter)
        if not exact and shorter != longer and said < brief.seconds:
            return brief.seconds + (said if longer else -said)
        if not exact and _ADDED.search(text) and not shorter:
            return brief.seconds + said
        return said
    if _HALF.search(text) or _DOUBLE.search(text):
        return float(round(brief.seconds * (0.5 if _HALF.search(text) else 2.0)))
    if longer == shorter:
        return brief.seconds
    factor = 1.0 + (_LONGER - 1.0) * _degree(spoken)
    return float(round(brief.seconds * factor if longer else brief.seconds / factor))


def _bounds(brief: Brief, wanted: float, titled: ParsedTitle) -> Iterator[Limit]:
    """Yield the limits of what was cut to fit, except a length that was at its limit before."""
    if wanted != brief.seconds and is_beyond(wanted) and clamp_length(wanted) != brief.seconds:
        yield Limit.BEYOND
    if titled.shortened:
        yield Limit.TITLE


def _faded(brief: Brief, fades: Fades) -> Brief:
    """Return the brief with the fades that were asked for, at most as long as the piece."""
    into = brief.fade_in if fades.into is None else min(fades.into, brief.seconds)
    out = brief.fade_out if fades.out is None else min(fades.out, brief.seconds)
    return replace(brief, fade_in=into, fade_out=out)


def _recast(brief: Brief, players: Players, text: str, playing: tuple[str, ...]) -> Brief:
    """Return the brief with the instruments and roles that were swapped, added, left out or brought back."""
    if _NOBODY.search(text):
        return brief
    if _EVERYBODY.search(text) and not players.anything:
        return replace(brief, without=frozenset(), instruments=(), solo=False, excluded=(), recast=())
    if not (players.anything or players.solo):
        return brief
    if playing and not players.solo:
        back = players.back | {role_of(name) for name in players.returned if _silenced(brief, name) is None}
        without = (brief.without | players.without) - back
        return replace(brief, without=without, recast=_casting(brief, players, playing))
    returned = players.back
    without = (brief.without | players.without) - returned
    excluded = tuple(dict.fromkeys((*brief.excluded, *players.excluded)))
    if players.solo:
        return replace(brief, instruments=players.wished, solo=True, without=frozenset(), excluded=(), recast=())
    kept = tuple(name for name in brief.instruments if name not in players.excluded)
    wished = tuple(dict.fromkeys((*kept, *players.wished)))
    excluded = tuple(name for name in excluded if name not in players.wished)
    solo = brief.solo and not returned and bool(kept)
    return replace(brief, instruments=wished, solo=solo, without=without, excluded=excluded)


def _casting(brief: Brief, players: Players, playing: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return who plays whose notes once players were swapped, left out, brought back and added, in this order."""
    recast = list(brief.recast)
    now = list(playing)
    for old, new in players.swaps:
        leaving = _meant(old, now)
        fitting = [name for name in leaving if INSTRUMENTS[name].kit == INSTRUMENTS[new].kit]
        recast += [(name, new if name in fitting else "") for name in leaving]
        if not fitting and new not in now:
            recast.append(("", new))
        now = [name for name in now if name not in leaving] + [new]
    swapped = {name for pair in players.swaps for name in pair}
    for excluded in (name for name in players.excluded if name not in swapped):
        leaving = _meant(excluded, now)
        recast += [(name, "") for name in leaving]
        now = [name for name in now if name not in leaving]
    for name in players.returned:
        if (silent := _silenced(brief, name)) is not None:
            recast.remove(silent)
            now.append(silent[0])
    for name in players.wished:
        if name in now:
            continue
        if (name, "") in recast:
            # Whoever was removed comes back as they were.
            recast.remove((name, ""))
        else:
            recast.append(("", name))
        now.append(name)
    return tuple(recast)


def _meant(said: str, playing: list[str]) -> list[str]:
    """Return the players that a name or a role means: the one itself, else all of its kind ("piano", "drums")."""
    if said in playing:
        return [said]
    kind = said.rpartition(" ")[2]
    return [name for name in playing if name.rpartition(" ")[2] == kind or role_of(name) == said]


def _silenced(brief: Brief, name: str) -> tuple[str, str] | None:
    """Return the pair that lets an instrument of this kind fall silent."""
    silent = [pair for pair in brief.recast if pair[0] and not pair[1]]
    meant = _meant(name, [old for old, _ in silent])
    return next((pair for pair in reversed(silent) if pair[0] in meant), None)


def _changes(before: Brief, after: Brief, volume: float, title: str | Unchanged | None) -> tuple[BriefChange, ...]:
    """Return the differences, in the order in which people would tell them."""
    changes: list[BriefChange] = []
    if before.style != after.style:
        changes.append(BriefChange("style", before.style, after.style))
    if (before.valence, before.energy) != (after.valence, after.energy):
        changes.append(BriefChange("mood", _mood_text(before), _mood_text(after)))
    moved = before.bpm != after.bpm or before.style != after.style or before.energy != after.energy
    if moved and round(_tempo(before)) != round(_tempo(after)):
        changes.append(BriefChange("tempo", f"{_tempo(before):.0f}", f"{_tempo(after):.0f}"))
    keys = [key_name(*choose_key(one, STYLES[_known_style(one)])) for one in (before, after)]
    if keys[0] != keys[1]:
        changes.append(BriefChange("key", keys[0], keys[1]))
    if before.seconds != after.seconds:
        changes.append(BriefChange("length", f"{before.seconds:g}", f"{after.seconds:g}"))
    if _cast_text(before) != _cast_text(after):
        changes.append(BriefChange("players", _cast_text(before), _cast_text(after)))
    if before.shape != after.shape:
        changes.append(BriefChange("shape", before.shape, after.shape))
    if _fade_text(before) != _fade_text(after):
        changes.append(BriefChange("fades", _fade_text(before), _fade_text(after)))
    if volume:
        changes.append(BriefChange("volume", "0", f"{volume:+g}"))
    if title is not Unchanged.TITLE and before.title != after.title:
        changes.append(BriefChange("title", before.title or "", after.title or ""))
    return tuple(changes)


def _mood_text(brief: Brief) -> str:
    return f"{brief.valence:g}/{brief.energy:g}"


def _fade_text(brief: Brief) -> str:
    return f"{brief.fade_in:g}/{brief.fade_out:g}"


def _cast_text(brief: Brief) -> str:
    """Return the instruments as text: "only grand piano", "with violin, without drums"."""
    words = [("only " if brief.solo else "with ") + name for name in brief.instruments]
    words += [f"without {role}" for role in sorted(brief.without)]
    words += [f"without {name}" for name in brief.excluded]
    words += [f"{old} → {new}" for old, new in brief.recast]
    return ", ".join(words)
