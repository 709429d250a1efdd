"""What the agent makes of the timeline, by a message and what the project holds (the kinds of plans: the phrases)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.agent.planner import Plan, PlanAction, plan_message
from studio.model import Shape, TitlePlace
from studio.projects.project import UNDER_SOUND, Project, Version
from tests.support.projects import PIECE, file


def project(*names: str, piece: bool = True, has_sound: bool = True) -> Project:
    """A project with these files and, unless they came before it, a piece under them."""
    made = Project(session="s", task="t", language="en").with_piece(PIECE)
    if piece:
        made = made.changed(Version(piece="p"))
    for name in names:
        made = made.with_file(file(name, has_sound=has_sound))
    return made


def after(plan: Plan) -> Version:
    """The timeline of a plan that is an edit."""
    assert plan.action is PlanAction.EDIT
    assert plan.version is not None
    return plan.version


def test_tempo_and_title_in_one_sentence_keep_the_seed() -> None:
    plan = plan_message("make it slower and add the title 'Golden Hour'", project())
    assert after(plan).title == "Golden Hour"
    assert plan.brief is not None
    assert plan.brief.bpm is not None
    assert (plan.brief.bpm < PIECE.bpm, plan.brief.seed) == (True, PIECE.brief.seed)


@pytest.mark.parametrize(
    ("message", "version"),
    [
        ('title "X"', Version(piece="p", title="X", title_of="")),
        ("quieter", Version(piece="p", volume=0.63)),
        ("music at 30%", Version(piece="p", volume=0.3)),
        ("make it vertical", Version(piece="p", shape=Shape.PORTRAIT)),
    ],
)
def test_an_edit_beside_the_music_makes_no_new_music(message: str, version: Version) -> None:
    plan = plan_message(message, project())
    assert (plan.action, plan.version, plan.brief) == (PlanAction.EDIT, version, None)


def at_limit(**brief: float) -> Project:
    """A project whose piece can't be made, for example, slower than it is."""
    return replace(project(), pieces=(replace(PIECE, brief=replace(PIECE.brief, **brief)),))


@pytest.mark.parametrize(
    ("message", "brief", "key"),
    [("calmer", {"energy": 0.0}, "limit.calmest"), ("慢一点", {"bpm": 40.0}, "limit.slowest")],
)
def test_what_is_at_its_limit_is_told(message: str, brief: dict[str, float], key: str) -> None:
    plan = plan_message(message, at_limit(**brief))
    assert (plan.action, plan.reply_key) == (PlanAction.REPLY, key)


def test_a_limit_is_told_beside_what_changes() -> None:
    plan = plan_message("slower and no drums", at_limit(bpm=40.0))
    assert (plan.action, plan.limits) == (PlanAction.EDIT, ("limit.slowest",))


def test_a_video_alone_can_have_a_title_and_lose_its_sound() -> None:
    alone = project("clip.mp4", piece=False)
    titled = after(plan_message('title "Trip"', alone))
    assert (titled.title, titled.video) == ("Trip", "clip.mp4")
    assert after(plan_message("mute the original sound", alone)).own_volume == 0.0


def test_a_link_with_a_style_is_music_with_an_honest_line() -> None:
    plan = plan_message("make something like https://open.spotify.com/track/1 but jazzy", project(piece=False))
    assert (plan.action, plan.link) == (PlanAction.NEW, True)
    assert "spotify" not in plan.wish


def test_a_message_names_a_file() -> None:
    both = project("clip.mp4", "Other one.mov", piece=False)
    assert both.now.video == "Other one.mov", "the newest counts"
    plan = plan_message("put calm piano under CLIP.MP4", both)
    assert [file.id for file in plan.named] == ["clip.mp4"]
    assert "clip" not in plan.wish.lower()
    assert both.now.with_files(plan.named).video == "clip.mp4"


@pytest.mark.parametrize("message", ["put my_song.mp3 under my video", "用 my_song.mp3 做背景音乐"])
@pytest.mark.parametrize("piece", [True, False])
def test_a_song_of_ones_own_is_the_music_and_no_other_is_made(message: str, *, piece: bool) -> None:
    plan = plan_message(message, project("clip.mp4", "my_song.mp3", piece=piece))
    version = after(plan)
    assert (version.piece, version.audio, version.video, plan.brief) == (None, ("my_song.mp3",), "clip.mp4", None)
    assert version.volume == UNDER_SOUND


def test_a_song_under_a_silent_video_is_as_loud_as_it_is() -> None:
    plan = plan_message("put my_song.mp3 under my video", project("my_song.mp3", "clip.mp4", has_sound=False))
    assert after(plan).volume == 1.0


def test_what_somebody_would_like_is_not_like_anything() -> None:
    plan = plan_message("I would like my_song.mp3 as the music of my video", project("clip.mp4", "my_song.mp3"))
    assert after(plan).piece is None


@pytest.mark.parametrize(
    "message", ["pic.webp use this as the cover", "change the picture to this one (pic.webp)", "把封面换成 pic.webp"]
)
def test_a_cover_takes_the_place_of_the_video_and_frees_the_music(message: str) -> None:
    both = project("clip.mp4", "pic.webp", piece=False)
    both = both.changed(Version(piece="p", video="clip.mp4", cover="pic.webp", volume=UNDER_SOUND))
    version = after(plan_message(message, both))
    assert (version.video, version.cover, version.piece, version.volume) == (None, "pic.webp", "p", 1.0)


@pytest.mark.parametrize(
    "message", ["make a 10 seconds lofi track with this as cover (pic.webp)", "jazz, pic.webp as the cover"]
)
def test_a_new_piece_comes_with_its_cover(message: str) -> None:
    plan = plan_message(message, project("clip.mp4", "pic.webp"))
    assert plan.action is PlanAction.NEW
    assert plan.version is not None
    assert (plan.version.video, plan.version.cover) == (None, "pic.webp")


def test_a_picture_beside_a_wish_leaves_the_video() -> None:
    version = after(plan_message("slower (pic.webp)", project("clip.mp4", "pic.webp")))
    assert version.video == "clip.mp4"


def test_the_music_is_taken_off() -> None:
    assert after(plan_message("remove the music", project("clip.mp4"))).piece is None


def test_what_is_possible_is_done_beside_what_is_not() -> None:
    plan = plan_message("slower, and louder at the end", project())
    assert plan.brief is not None
    assert (plan.action, plan.limits, after(plan).volume) == (PlanAction.EDIT, ("limit.parts",), 1.0)


@pytest.mark.parametrize(
    "message", ["change the title to 'Dawn' and make it yellow", "标题改成「Dawn」，换成黄色", "title 'Dawn' in red"]
)
def test_other_words_keep_a_title_s_time_and_a_colour_is_answered(message: str) -> None:
    titled = project().changed(Version(piece="p", title="Sun", title_of="", title_place=TitlePlace.WHOLE))
    plan = plan_message(message, titled)
    version = after(plan)
    assert (version.title, version.title_place, plan.limits) == ("Dawn", TitlePlace.WHOLE, ("talk.lettering",))


@pytest.mark.parametrize("message", ["put the title back", "bring back the title", "restore the title", "恢复标题"])
def test_a_title_comes_back_with_its_time(message: str) -> None:
    titled = Version(piece="p", title="Sun", title_of="", title_place=TitlePlace.AT, title_start=5.0, title_seconds=4.0)
    version = after(plan_message(message, project().changed(titled).changed(Version(piece="p"))))
    assert (version.title, version.title_span(30.0)) == ("Sun", (5.0, 4.0))


@pytest.mark.parametrize("message", ["mute the original sound", "去掉原声"])
@pytest.mark.parametrize(("volume", "then"), [(UNDER_SOUND, 1.0), (0.3, 0.3)])
def test_music_has_its_full_level_where_nothing_is_above_it(message: str, volume: float, then: float) -> None:
    quiet = project("clip.mp4").changed(Version(piece="p", video="clip.mp4", volume=volume))
    version = after(plan_message(message, quiet))
    assert (version.own_volume, version.volume) == (0.0, then)


def test_a_sentence_about_the_video_and_the_music_asks_for_nothing() -> None:
    version = after(plan_message("under my own video, the music is too loud, make it quieter", project("clip.mp4")))
    assert version.volume == pytest.approx(0.63)
