"""What is done with a person's own files and about the timeline, from the words and what the project holds."""

from __future__ import annotations

import pytest

from studio.agent.planner import Plan, PlanAction, plan_message
from studio.model import TitlePlace
from studio.projects.project import UNDER_SOUND, FileKind, Project, ProjectFile, Version
from tests.support.projects import PIECE
from tests.support.tables import said

KINDS = {"mp4": FileKind.VIDEO, "mp3": FileKind.AUDIO, "webp": FileKind.IMAGE}


def project(*names: str, piece: bool = True, has_sound: bool = True) -> Project:
    """A project with these files and, unless they came before it, a piece under them."""
    made = Project(session="s", task="t", language="en").with_piece(PIECE)
    if piece:
        made = made.changed(Version(piece="p"))
    for name in names:
        kind = KINDS[name.rsplit(".", 1)[1]]
        sounds = has_sound and kind is not FileKind.IMAGE
        file = ProjectFile(id=name, name=name, kind=kind, mime="x/y", size=1, seconds=15.0, has_sound=sounds)
        made = made.with_file(file)
    return made


def after(plan: Plan) -> Version:
    """The timeline of a plan that is an edit."""
    assert plan.action is PlanAction.EDIT
    assert plan.version is not None
    return plan.version


@said(
    "message",
    "put my_song.mp3 under my video | use my_song.mp3 as the background music of my video"
    " | use this as the soundtrack (my_song.mp3) | I want my_song.mp3 as the music"
    " | my_song.mp3 should be the background music | 把 my_song.mp3 配到我的视频下面"
    " | 用 my_song.mp3 做背景音乐",
)
@pytest.mark.parametrize("piece", [True, False])
def test_a_song_of_ones_own_is_the_music_and_no_other_is_made(message: str, *, piece: bool) -> None:
    plan = plan_message(message, project("clip.mp4", "my_song.mp3", piece=piece))
    version = after(plan)
    assert (version.piece, version.audio, version.video, plan.brief) == (None, ("my_song.mp3",), "clip.mp4", None)
    assert version.volume == UNDER_SOUND


def test_a_song_under_a_silent_video_is_as_loud_as_it_is() -> None:
    plan = plan_message("put my_song.mp3 under my video", project("my_song.mp3", "clip.mp4", has_sound=False))
    assert after(plan).volume == 1.0


def test_a_song_without_a_video_waits_for_it() -> None:
    plan = plan_message("put my_song.mp3 under my video", project("my_song.mp3", piece=False))
    assert (plan.action, plan.reply_key) == (PlanAction.REPLY, "talk.no_video")


@pytest.mark.parametrize(
    "message",
    ["put calm piano under my_song.mp3", "soft ambient under my voice (my_song.mp3)", "给 my_song.mp3 配钢琴曲"],
)
def test_music_under_a_sound_is_composed(message: str) -> None:
    assert plan_message(message, project("my_song.mp3")).action is PlanAction.NEW


@pytest.mark.parametrize(
    "message",
    [
        "music like my_song.mp3",
        "something similar to my_song.mp3",
        "像 my_song.mp3 一样的音乐",
        "in the style of my_song.mp3",
    ],
)
def test_music_like_a_sound_is_a_new_piece(message: str) -> None:
    assert plan_message(message, project("clip.mp4", "my_song.mp3")).action is PlanAction.NEW


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


@pytest.mark.parametrize(
    "message", ["remove the music", "delete the background music please", "去掉音乐", "把配乐删掉"]
)
def test_the_music_is_taken_off(message: str) -> None:
    assert after(plan_message(message, project("clip.mp4"))).piece is None
    plan = plan_message(message, project("clip.mp4", piece=False))
    assert (plan.action, plan.reply_key) == (PlanAction.REPLY, "edit.nothing_to_edit")


@said(
    "message key",
    {
        "talk.redo": "redo | 重做",
        "talk.order": "swap the order | 换一下顺序",
        "talk.sound_file": "give me the same song in wav | can I get an mp3 version | 给我wav格式",
        "talk.resolution": "i want it in 4k | 要4K的",
        "note.vocals_not_made": "add vocals | 加上人声",
        "talk.facts": ("what was the tempo? | how long is it? | which key is it in | 速度是多少？ | 现在是什么风格"),
        "limit.parts": (
            "louder at the end | 结尾大声一点 | make the intro longer | for the first 10 seconds only drums"
            " | I want the chorus twice"
        ),
        "edit.style_unknown": "change the style to klezmer",
        "edit.no_title_before": "put the title back",
        "edit.same": "remove the title",
    },
)
def test_what_can_t_be_done_is_answered_and_free(message: str, key: str) -> None:
    plan = plan_message(message, project())
    assert (plan.action, plan.reply_key, plan.is_edit, plan.is_track) == (PlanAction.REPLY, key, False, False)


@pytest.mark.parametrize("message", ["which styles do you have?", "how about 120 bpm?", "what about a faster tempo"])
def test_other_questions_ask_for_no_facts(message: str) -> None:
    assert plan_message(message, project()).reply_key != "talk.facts"


@pytest.mark.parametrize("message", ["what was the tempo?", "多长？"])
def test_a_question_about_music_that_is_not_there_makes_none(message: str) -> None:
    plan = plan_message(message, project(piece=False))
    assert (plan.action, plan.reply_key) == (PlanAction.REPLY, "edit.nothing_to_edit")


def test_what_is_possible_is_done_beside_what_is_not() -> None:
    plan = plan_message("slower, and louder at the end", project())
    assert plan.brief is not None
    assert (plan.action, plan.limits, after(plan).volume) == (PlanAction.EDIT, ("limit.parts",), 1.0)
    plan = plan_message("calm piano that gets louder at the end", project(piece=False))
    assert (plan.action, plan.limits) == (PlanAction.NEW, ("limit.parts",))


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
