"""What the agent says of a change, in both languages: before and after by name, and what became of every file."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from studio.agent.naming import Names
from studio.agent.replies import ReplyWriter
from studio.compose import compose, describe, parse_brief, revise
from studio.domain import Role, Shape
from studio.projects.project import ComposedPiece, Project, Version
from tests.support.projects import PIECE, file

PROJECT = Project(session="s", task="t", language="en").with_piece(PIECE).changed(Version(piece="p"))


def composed(wish: str, before: ComposedPiece | None = None) -> ComposedPiece:
    """A piece as it is composed from words, or from an edit of another; nothing is played."""
    brief = revise(before.brief, wish).brief if before else parse_brief(wish, seed=3).brief
    score = compose(brief)
    about = describe(score)
    return replace(
        PIECE,
        id=wish,
        brief=score.brief,
        seconds=score.seconds,
        bpm=score.bpm,
        key=score.key,
        players=about.instruments,
        mood_changed=before is not None,
    )


def edited(wish: str, language: str, first: str = "calm lofi 38 seconds") -> str:
    """What is said of an edit."""
    old = composed(first)
    new = composed(wish, old)
    before = Project(session="s", task="t", language=language, pieces=(old, new)).changed(Version(piece=old.id))
    return ReplyWriter(before.changed(Version(piece=new.id)), language).edited(before)


@pytest.mark.parametrize(
    ("wish", "english", "chinese"),
    [
        ("much happier", "mood friendly and calm → happy and calm", "情绪 亲切、平静 → 欢快、平静"),
        ("more energetic", "mood friendly and calm → friendly and relaxed", "情绪 亲切、平静 → 亲切、放松"),
        ("a bit calmer", "mood calmer (friendly and calm as before)", "情绪更平静（仍是亲切、平静）"),
        ("drums only", "now only drums", "现在只有鼓"),
        ("only strings", "now only strings", "现在只有弦乐"),
        ("no drums", "without drums or percussion", "去掉鼓、打击乐"),
        ("fade out over the last 5 seconds", "it fades out over the last 5 s", "最后 5 秒淡出"),
        ("20 seconds", "length 38 s → 20 s", "长度 38 秒 → 20 秒"),
        ("in D minor", "→ D minor", "→ D 小调"),
    ],
)
def test_a_change_is_told_before_and_after(wish: str, english: str, chinese: str) -> None:
    assert english in edited(wish, "en")
    assert chinese in edited(wish, "zh")


@pytest.mark.parametrize("wish", ["add a violin", "only strings", "without piano", "change the style to synthwave"])
def test_chinese_answers_name_nothing_in_english(wish: str) -> None:
    said = re.sub(r"BPM|Lo-fi|[A-G]#?b? (?=大调|小调|\S+调式)", "", edited(wish, "zh", "epic orchestral"))
    assert not re.search("[A-Za-z]{2}", said), said


@pytest.mark.parametrize(
    ("without", "english", "chinese"),
    [
        (frozenset({Role.DRUMS}), "no drums", "无鼓"),
        (frozenset(Role) - {Role.DRUMS, Role.PERCUSSION}, "only drums", "只有鼓"),
        (frozenset(Role) - {Role.BASS, Role.MELODY}, "only bass, melody", "只有贝斯，旋律"),
    ],
)
def test_a_piece_is_named_by_the_shorter_list(without: frozenset[Role], english: str, chinese: str) -> None:
    piece = replace(PIECE, brief=replace(PIECE.brief, without=without))
    assert Names("en").piece(piece).endswith(english)
    assert Names("zh").piece(piece).endswith(chinese)


def test_every_file_of_a_message_is_spoken_of() -> None:
    files = tuple(map(file, ("old.mov", "clip.mp4", "pic.webp", "voice.mp3")))
    project = replace(PROJECT, files=files)
    shown = Version(piece="p", video="clip.mp4", cover="pic.webp", audio=("voice.mp3",))
    told = ReplyWriter(project.changed(shown)).with_files(files, "Done with clip.mp4.")
    assert told.count("clip.mp4") == 2, "once in the answer, once as what hides the picture"
    for part in ("old.mov stays in the project", "pic.webp is not seen", "the music lies under it"):
        assert part in told
    cover = ReplyWriter(project.changed(Version(piece="p", cover="pic.webp"))).with_files(files[2:3], "")
    assert cover == "pic.webp is the cover."


def test_an_own_song_in_place_of_the_composed_one_is_told() -> None:
    song = file("my_song.mp3")
    before = replace(PROJECT, files=(song,))
    after = before.changed(Version(audio=(song.id,)))
    assert "my_song.mp3 is the music now, in place of mine" in ReplyWriter(after).edited(before)
    assert "my_song.mp3" in ReplyWriter(after).restored(undone=True)
    assert "off the timeline" in ReplyWriter(before.changed(Version())).edited(before)


def test_a_format_is_told_by_name() -> None:
    after = PROJECT.changed(Version(piece="p", shape=Shape.PORTRAIT))
    assert "picture vertical (1080x1920)" in ReplyWriter(after).edited(PROJECT)
    assert "画面 竖屏" in ReplyWriter(after, "zh").edited(PROJECT)


def test_facts_and_the_style_that_was_taken_instead() -> None:
    facts = ReplyWriter(PROJECT).answer("talk.facts")
    for fact in ("78 BPM", "A minor", "0:30", "Seed 3"):
        assert fact in facts
    told = ReplyWriter(PROJECT).track(PIECE, notes=("style_unknown", "tempo_clamped"), link=False, reference=None)
    assert "took the nearest that I know: Lo-fi" in told
    assert "40 to 220 BPM" in told


def test_who_plays_is_told_where_somebody_was_wished_for() -> None:
    piece = composed("happy ukulele, 5 seconds")
    project = Project(session="s", task="t", language="zh").with_piece(piece).changed(Version(piece=piece.id))
    told = ReplyWriter(project).track(piece, notes=("vocals_not_made",), link=False, reference=None)
    assert "演奏乐器：尤克里里" in told
    assert "纯音乐" in told
    assert "major" not in told
