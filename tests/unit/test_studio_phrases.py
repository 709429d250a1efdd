"""What the studio reads out of people's words: every row of `data/studio_phrases.tsv`.

A row is a reading, a phrase and what is read. Each reading is a function below, from the phrase to text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial

import pytest

from language import language_of
from studio.agent.message_parser import stated_level
from studio.agent.planner import PlanAction, plan_message
from studio.compose import compose, parse_brief, revise, wants_new_piece
from studio.compose.length_parser import find_length, without_picture_words
from studio.compose.text_parser import normalize_text
from studio.compose.time_ranges import find_fades, split_by_range
from studio.compose.title_parser import find_title, wants_other_lettering
from studio.domain import Brief, Role, TitlePlace
from studio.projects.project import UNDER_SOUND, Project, Version
from tests.support.projects import PIECE, file
from tests.support.tables import rows

BRIEF = parse_brief("upbeat energetic 30s", seed=7).brief
EMPTY = Project(session="s", task="t", language="en")
WITH_PIECE = EMPTY.with_piece(PIECE).changed(Version(piece="p"))
AT_LIMITS = replace(WITH_PIECE, pieces=(replace(PIECE, brief=replace(PIECE.brief, energy=0.0, bpm=40.0)),))
CLIP, SONG, PICTURE = file("clip.mp4"), file("my_song.mp3"), file("pic.webp")
UNDER_CLIP = Version(piece="p", video=CLIP.id, volume=UNDER_SOUND)
TITLED = Version(piece="p", title="Sun", title_of="", title_place=TitlePlace.AT, title_start=5.0, title_seconds=4.0)


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


def limits_twice(wish: str) -> str:
    """The limits of an edit that goes beyond them, and those of the same words once more, which change nothing."""
    once = revise(BRIEF, wish)
    twice = revise(once.brief, wish)
    assert twice.brief == once.brief
    return told(*once.limits, "then", *twice.limits)


def again_and_again(wish: str) -> str:
    """How many steps an edit goes until it changes nothing, and why; each step is heard."""
    brief, steps = BRIEF, 0
    while (revision := revise(brief, wish)).brief != brief:
        assert (revision.brief.seconds, compose(revision.brief).parts) != (brief.seconds, compose(brief).parts)
        brief, steps = revision.brief, steps + 1
    return told(steps, *revision.limits)


def new_length(wish: str) -> str:
    """How long a piece of 30 seconds becomes."""
    return told(revise(BRIEF, split_by_range(normalize_text(wish)).whole).brief.seconds)


def volume(wish: str) -> str:
    """By how many dB an edit changes the volume; it leaves the music as it is."""
    assert revise(BRIEF, wish).brief == BRIEF
    return told(revise(BRIEF, wish).volume_db)


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
    assert plan.is_new is (plan.action is PlanAction.NEW)
    assert plan.is_edit is (plan.action not in {PlanAction.NEW, PlanAction.REPLY})
    return ", ".join([(plan.reply_key or "-") if plan.action is PlanAction.REPLY else plan.action, *plan.limits])


def timeline(project: Project, message: str) -> str:
    """What the agent does, and after a semicolon what that changes in the timeline and in the music's brief."""
    plan = plan_message(message, project)
    changed = differences(project.now, plan.version or project.now)
    if project.piece and plan.brief:
        changed += [f"music's {one}" for one in differences(project.piece.brief, plan.brief)]
    return "; ".join([planned(project, message), ", ".join(changed) or "-"])


def differences(before: Version | Brief, after: Version | Brief) -> list[str]:
    """The fields that differ, with their new values."""
    now = {field.name: getattr(after, field.name) for field in fields(after)}
    return [
        f"{name}={'+'.join(one) if isinstance(one, tuple) else told(one)}"
        for name, one in now.items()
        if one != getattr(before, name)
    ]


READINGS: dict[str, Callable[[str], str]] = {
    "level": lambda wish: told(stated_level(wish)),
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
    "limits twice": limits_twice,
    "again and again": again_and_again,
    "new length": new_length,
    "volume": volume,
    "fades": fades,
    "part": part,
    "title": title,
    "lettering": lambda wish: "yes" if wants_other_lettering(normalize_text(wish)) else "no",
    "language": lambda message: language_of(message, "de"),
    "with nothing": partial(planned, EMPTY),
    "with a piece": partial(planned, WITH_PIECE),
    "with a video": partial(planned, EMPTY.with_file(CLIP)),
    "with a video and a piece": partial(planned, WITH_PIECE.with_file(CLIP)),
    "with a song": partial(planned, EMPTY.with_file(SONG)),
    "with all": partial(planned, WITH_PIECE.with_file(CLIP).with_file(SONG).with_file(PICTURE)),
    "with a piece at its limits": partial(planned, AT_LIMITS),
    "timeline of a piece": partial(timeline, WITH_PIECE),
    "timeline of a video": partial(timeline, EMPTY.with_file(CLIP)),
    "timeline of a video and a song": partial(timeline, EMPTY.with_file(CLIP).with_file(SONG)),
    "timeline of a silent video": partial(
        timeline, WITH_PIECE.with_file(SONG).with_file(replace(CLIP, has_sound=False))
    ),
    "timeline of all": partial(timeline, WITH_PIECE.with_file(CLIP).with_file(SONG).with_file(PICTURE)),
    "timeline under a video": partial(timeline, WITH_PIECE.with_file(CLIP).with_file(PICTURE).changed(UNDER_CLIP)),
    "timeline at 30 % under a video": partial(
        timeline, WITH_PIECE.with_file(CLIP).changed(replace(UNDER_CLIP, volume=0.3))
    ),
    "timeline with a title": partial(timeline, WITH_PIECE.changed(TITLED)),
    "timeline whose title is gone": partial(timeline, WITH_PIECE.changed(TITLED).changed(Version(piece="p"))),
}


@pytest.mark.parametrize("reading", READINGS)
def test_every_phrase_is_read_as_it_is_meant(reading: str) -> None:
    table = [(phrase, expected) for kind, phrase, expected in rows("studio_phrases.tsv") if kind == reading]
    read = READINGS[reading]
    assert table
    assert [(phrase, read(phrase)) for phrase, _ in table] == table


def test_every_row_has_its_reading() -> None:
    assert {kind for kind, *_ in rows("studio_phrases.tsv")} == set(READINGS)


def test_a_link_with_a_style_is_music_and_the_address_is_no_wish() -> None:
    plan = plan_message("make something like https://open.spotify.com/track/1 but jazzy", EMPTY)
    assert (plan.action, plan.link) == (PlanAction.NEW, True)
    assert "spotify" not in plan.wish


def test_a_message_names_a_file() -> None:
    both = EMPTY.with_file(CLIP).with_file(file("Other one.mov"))
    assert both.now.video == "Other one.mov", "the newest counts"
    plan = plan_message("put calm piano under CLIP.MP4", both)
    assert plan.named == (CLIP,)
    assert "clip" not in plan.wish.lower()


def test_a_question_that_is_not_understood_is_answered_with_the_facts() -> None:
    for question in ("ドラムは入ってる？", "какие там инструменты?"):
        plan = plan_message(question, WITH_PIECE)
        assert (plan.action, plan.reply_key) == (PlanAction.REPLY, "talk.facts")
    assert plan_message("what is the weather in Berlin?", WITH_PIECE).reply_key == "talk.off_topic"
