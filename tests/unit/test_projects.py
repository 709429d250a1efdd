"""Projects, drafts and the films that drafts become."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.domain import Shape, TitleCard, TitlePlace
from studio.projects.film_spec import BadDraft, film_of
from studio.projects.project import MOST_VERSIONS, Project, Version, shape_of
from studio.projects.repository import Projects
from studio.projects.tags import tags_of
from studio.projects.timeline_draft import draft_of
from tests.support.projects import PIECE, file

VIDEO = replace(file("clip.mp4", "v"), seconds=12.5, width=720, height=1280)
VOICE = replace(file("voice.mp3", "a"), seconds=9.0)
COVER = file("cover.webp", "c")


@pytest.fixture
def projects(tmp_path: Path) -> Projects:
    return Projects(tmp_path)


@pytest.fixture
def project(projects: Projects) -> Project:
    return projects.create("s", "t", "en")


def test_a_project_is_saved_and_loaded_whole(projects: Projects, project: Project) -> None:
    full = project.with_piece(PIECE).with_file(VIDEO).with_file(VOICE)
    full = full.changed(replace(full.now, piece="p", title="标题", shape=Shape.PORTRAIT, volume=0.5))
    projects.save(full)
    assert projects.load("s") == full


def test_a_save_that_is_interrupted_leaves_the_one_before(
    projects: Projects, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="no space"):
        projects.save(project.with_piece(PIECE))
    assert projects.load("s") == project


def test_steps_are_taken_back_to_the_empty_timeline_and_only_so_many_are_kept(project: Project) -> None:
    one = project.changed(Version(title="one"))
    two = one.changed(Version(title="two"))
    undone = two.undone()
    assert undone
    assert undone.versions == one.versions
    assert undone.redone() == two
    assert two.redone() is undone.changed(Version()).redone() is None, "a change ends what can be brought again"
    assert project.undone() is None
    for number in range(MOST_VERSIONS + 10):
        project = project.changed(Version(title=str(number)))
    assert (len(project.versions), project.now.title) == (MOST_VERSIONS, str(MOST_VERSIONS + 9))


def test_results_are_numbered_and_keep_their_pieces_when_their_sound_is_cleared_away(project: Project) -> None:
    given = project.with_piece(PIECE).changed(Version(piece=PIECE.id)).given()
    assert given.given() == given
    for number in range(MOST_VERSIONS):
        given = given.changed(Version(title=str(number))).given()
    assert given.number == MOST_VERSIONS + 1
    assert given.changed(given.results[0]).number == 1
    tidy, silent = given.without_unreachable()
    assert silent == tidy.pieces == (PIECE,)


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [(1920, 1080, Shape.LANDSCAPE), (720, 1280, Shape.PORTRAIT), (500, 520, Shape.SQUARE), (0, 0, None)],
)
def test_a_picture_has_a_closest_shape(width: int, height: int, shape: Shape | None) -> None:
    assert shape_of(replace(VIDEO, width=width, height=height)) is shape


def test_a_film_has_what_the_timeline_shows(projects: Projects, project: Project) -> None:
    full = project.with_piece(PIECE).with_file(VIDEO).with_file(VOICE)
    full = full.changed(replace(full.now, piece="p", title="Golden Hour", volume=0.5))
    film = film_of(draft_of(full), full, projects, tags_of(full))
    assert film.seconds == 12.5, "a video decides"
    assert film.shape is Shape.PORTRAIT
    assert film.video == projects.file("s", VIDEO)
    music, voice = film.layers
    assert (music.path, music.volume, music.under) == (projects.music("s", PIECE), 0.5, True)
    assert (voice.path, voice.volume, voice.under) == (projects.file("s", VOICE), 1.0, False)
    assert film.titles == (TitleCard(text="Golden Hour", start=0.0, seconds=3.0),)
    assert (film.look.style, film.look.bpm, film.look.first_beat) == (PIECE.brief.style, 78.0, 0.1)
    assert film.tags["title"] == "Golden Hour"


@pytest.mark.parametrize(
    ("has_sound", "own_volume", "under"), [(True, 1.0, True), (True, 0.0, False), (False, 1.0, False)]
)
def test_music_ducks_only_where_there_is_another_sound(
    projects: Projects, project: Project, has_sound: bool, own_volume: float, under: bool
) -> None:
    full = project.with_piece(PIECE).with_file(replace(VIDEO, has_sound=has_sound))
    full = full.changed(replace(full.now, piece="p", own_volume=own_volume))
    film = film_of(draft_of(full), full, projects, {})
    assert film.layers[0].under is under
    assert film.video_volume == own_volume


def test_a_cover_lasts_as_long_as_the_music(projects: Projects, project: Project) -> None:
    full = project.with_piece(PIECE).with_file(COVER)
    full = full.changed(replace(full.now, piece="p"))
    film = film_of(draft_of(full), full, projects, {})
    assert (film.seconds, film.cover, film.video) == (30.0, projects.file("s", COVER), None)
    assert not film.layers[0].under


@pytest.mark.parametrize(("seconds", "shown"), [(30.0, 12500), (9.0, 9000)])
def test_a_persons_own_song_has_the_musics_volume_and_is_cut_to_the_film(
    project: Project, seconds: float, shown: int
) -> None:
    song = project.with_file(VIDEO).with_file(replace(VOICE, seconds=seconds))
    draft = draft_of(song.changed(replace(song.now, volume=0.4)))
    video, sound = (track["sg"][0] for track in draft["t"])  # type: ignore[index, call-overload]
    assert (video["m"]["volume"], sound["m"]["volume"], sound["d"]) == (1.0, 0.4, shown)


def test_the_drawn_picture_is_named_once_and_by_its_format(project: Project) -> None:
    def drawn(one: Project) -> str:
        return str(draft_of(one)["t"][0]["sg"][0]["m"]["name"])  # type: ignore[index, call-overload]

    music = replace(project.with_piece(PIECE).changed(Version(piece="p")), named_in="en")
    assert drawn(music) == drawn(replace(music, language="zh")) == "moving picture"
    assert drawn(music.changed(replace(music.now, shape=Shape.PORTRAIT))) == "moving picture, vertical"


@pytest.mark.parametrize(
    ("start", "seconds", "span"), [(5.0, 4.0, (5.0, 4.0)), (28.0, 9.0, (28.0, 2.0)), (99.0, 3.0, (29.0, 1.0))]
)
def test_a_title_is_seen_from_a_time_on_and_never_after_the_end(
    start: float, seconds: float, span: tuple[float, float]
) -> None:
    version = Version(title="x", title_place=TitlePlace.AT, title_start=start, title_seconds=seconds)
    assert version.title_span(30.0) == span


def test_segments_without_a_start_follow_one_another(projects: Projects, project: Project) -> None:
    sound = {"m": {"id": "a"}}
    draft = {"t": [{"tt": 1, "sg": [{"d": 4000, **sound}, {"d": 2000, **sound}, {"d": 500, "s": 9000, **sound}]}]}
    film = film_of(draft, project.with_file(VOICE), projects, {})
    assert [(layer.start, layer.seconds) for layer in film.layers] == [(0.0, 4.0), (4.0, 2.0), (9.0, 0.5)]
    assert film.seconds == 9.5


def test_a_draft_of_another_project_is_refused(projects: Projects, project: Project) -> None:
    full = project.with_piece(PIECE).changed(Version(piece="p"))
    other = projects.create("other", "t2", "en")
    with pytest.raises(BadDraft, match="not in this project"):
        film_of(draft_of(full), other, projects, {})
