"""What the studio reads out of people's words: every row of `data/studio_phrases.tsv`.

A row is a reading, a phrase and what is read. Each reading is a function below, from the phrase to text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from studio.agent.message_parser import detect_language
from studio.agent.planner import PlanAction, plan_message
from studio.compose import parse_brief, revise, wants_new_piece
from studio.compose.length_parser import find_length, without_picture_words
from studio.compose.text_parser import normalize_text
from studio.compose.time_ranges import find_fades, split_by_range
from studio.compose.title_parser import find_title, wants_other_lettering
from studio.model import Role
from studio.projects.project import Project, Version
from tests.support.projects import PIECE, file
from tests.support.tables import rows

BRIEF = parse_brief("upbeat energetic 30s", seed=7).brief
EMPTY = Project(session="s", task="t", language="en")
WITH_PIECE = EMPTY.with_piece(PIECE).changed(Version(piece="p"))
CLIP, SONG, PICTURE = file("clip.mp4"), file("my_song.mp3"), file("pic.webp")


def told(*values: object) -> str:
    """Return values as a row says them: numbers short, nothing as "-"."""

    def one(value: object) -> str:
        return f"{value:g}" if isinstance(value, float) else str("-" if value in {None, ""} else value)

    return " ".join(map(one, values))


def styles(wish: str) -> str:
    """Which styles a wish leads to, by its seed."""
    return " ".join(sorted({parse_brief(wish, seed=seed).brief.style for seed in (1, 2, 3)}))


def seconds(wish: str) -> str:
    """How long a new piece becomes, and whether that is told as a limit."""
    understood = parse_brief(wish, seed=1)
    return told(understood.brief.seconds, *(["clamped"] if "length_clamped" in understood.notes else []))


def tempo(wish: str) -> str:
    understood = parse_brief(wish, seed=1)
    return told(understood.brief.bpm, *(["clamped"] if "tempo_clamped" in understood.notes else []))


def key(wish: str) -> str:
    brief = parse_brief(wish, seed=1).brief
    return told(brief.tonic, brief.mode)


def players(wish: str) -> str:
    """Who plays (alone), who doesn't, and which roles stay empty, or which alone are left."""
    brief = parse_brief(wish, seed=1).brief
    alone = "solo " if brief.solo else ""
    left = set(Role) - brief.without
    roles = (
        [f"only {one}" for one in left] if len(left) < len(brief.without) else [f"no {one}" for one in brief.without]
    )
    instruments = [*(alone + one for one in brief.instruments), *(f"no {one}" for one in brief.excluded)]
    return ", ".join([*instruments, *sorted(roles)]) or "-"


def changes(wish: str) -> str:
    return " ".join(sorted({change.name for change in revise(BRIEF, wish).changes})) or "-"


def limits(wish: str) -> str:
    return " ".join(revise(BRIEF, wish).limits) or "-"


def new_length(wish: str) -> str:
    """How long a piece of 30 seconds becomes."""
    return told(revise(BRIEF, split_by_range(normalize_text(wish)).whole).brief.seconds)


def fades(wish: str) -> str:
    found, revised = find_fades(wish), revise(BRIEF, wish).brief
    assert (revised.seconds, revised.fade_in, revised.fade_out) == (30, found.into or 0.0, found.out or 0.0)
    return told(found.into, found.out)


def part(wish: str) -> str:
    """What concerns the whole piece, where some of a wish concerns a part of it; and whether that is a time."""
    split = split_by_range(normalize_text(wish))
    if not split.parts:
        assert split.whole == wish
        return "-"
    return f"{'timed' if split.timed else 'named'}: {split.whole}".strip()


def title(wish: str) -> str:
    """A title, its place, start and length."""
    found = find_title(normalize_text(wish))
    return " / ".join(told(one) for one in (found.title, found.place, found.start, found.seconds))


def planned(project: Project, message: str) -> str:
    """What the agent does: a new piece, an edit, or an answer by its key; what it can't do of it, after a comma."""
    plan = plan_message(message, project)
    assert plan.is_track is (plan.action is PlanAction.NEW)
    assert plan.is_edit is (plan.action in {PlanAction.EDIT, PlanAction.UNDO})
    return ", ".join([(plan.reply_key or "-") if plan.action is PlanAction.REPLY else plan.action, *plan.limits])


READINGS: dict[str, Callable[[str], str]] = {
    "style": styles,
    "said length": lambda wish: told(find_length(without_picture_words(normalize_text(wish))).seconds),
    "length": seconds,
    "tempo": tempo,
    "key": key,
    "players": players,
    "title of a wish": lambda wish: told(parse_brief(wish, seed=1).brief.title),
    "shape": lambda wish: parse_brief(wish, seed=1).brief.shape,
    "notes": lambda wish: " ".join(sorted(parse_brief(wish, seed=1).notes)) or "-",
    "seed": lambda wish: str(parse_brief(wish, seed=7).brief.seed),
    "mood": lambda wish: "glad" if parse_brief(wish, seed=1).brief.valence > 0 else "sad",
    "is": lambda wish: "a new piece" if wants_new_piece(wish) else "an edit",
    "changes": changes,
    "limits": limits,
    "new length": new_length,
    "fades": fades,
    "part": part,
    "title": title,
    "lettering": lambda wish: "yes" if wants_other_lettering(normalize_text(wish)) else "no",
    "language": lambda message: told(detect_language(message)),
    "with nothing": partial(planned, EMPTY),
    "with a piece": partial(planned, WITH_PIECE),
    "with a video": partial(planned, EMPTY.with_file(CLIP)),
    "with a video and a piece": partial(planned, WITH_PIECE.with_file(CLIP)),
    "with a song": partial(planned, EMPTY.with_file(SONG)),
    "with all": partial(planned, WITH_PIECE.with_file(CLIP).with_file(SONG).with_file(PICTURE)),
}


@pytest.mark.parametrize("reading", READINGS)
def test_every_phrase_is_read_as_it_is_meant(reading: str) -> None:
    table = [(phrase, expected) for kind, phrase, expected in rows("studio_phrases.tsv") if kind == reading]
    read = READINGS[reading]
    assert table
    assert [(phrase, read(phrase)) for phrase, _ in table] == table


def test_every_row_has_its_reading() -> None:
    assert {kind for kind, *_ in rows("studio_phrases.tsv")} == set(READINGS)
