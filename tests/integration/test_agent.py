"""What the agent does and says, from a sentence over HTTP to the timeline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.decode import watch
from tests.support.files import make
from tests.support.studio import running_studio
from tests.support.studio_client import Person, tracks


def test_a_piece_is_edited_told_before_and_after_and_taken_back(person: Person, session: str) -> None:
    person.say(session, "calm lofi, 5 seconds, 84 bpm")
    first = person.state(session)
    run = person.say(session, "make it slower and add the title 'Golden Hour'")
    assert [call["name"] for call in run.calls] == ["edit_music"]
    assert "tempo 84 → 73 BPM" in run.text
    assert "Golden Hour" in run.text
    second = person.state(session)
    assert tracks(second)[-1] == ("title", "Golden Hour")
    assert tracks(second)[1] != tracks(first)[1], "the music's name shows the change, even where nothing is said"
    person.say(session, "quieter")
    assert person.state(session)["draft"]["t"][1]["sg"][0]["m"]["volume"] == pytest.approx(0.63)
    person.say(session, "undo")
    assert person.state(session)["draft"] == second["draft"]
    assert "84 BPM" in person.say(session, "undo").text
    assert person.state(session)["draft"] == first["draft"]
    assert "empty" in person.say(session, "undo").text
    assert "nothing to take back" in person.say(session, "undo").text


def test_versions_have_numbers_and_come_back_the_same_to_the_sample(person: Person, session: str) -> None:
    """The sound of the first one is cleared away meanwhile, since undo does not reach it any more."""

    def sound() -> bytes:
        (bgm,) = (it["sg"][0]["m"] for it in person.state(session)["draft"]["t"] if it["m"]["type"] == "bgm")
        (media,) = (it for it in person.state(session)["generated_media"] if it["url"].endswith(bgm["id"]))
        return person.http.get(media["url"]).content

    person.say(session, "calm lofi piano, 5 seconds")
    first = person.state(session)["draft"], sound()
    assert "steel guitar" in person.say(session, "swap the piano for a guitar").text
    swapped = person.state(session)["draft"]
    for percent in range(90, 35, -5):
        person.say(session, f"music at {percent}%")
    assert "Version 2 is on the timeline again" in person.say(session, "the second one was better").text
    assert person.state(session)["draft"] == swapped
    run = person.say(session, "go back to version 1")
    assert [call["name"] for call in run.calls] == ["edit_music"], "it is played again"
    assert (person.state(session)["draft"], sound()) == first
    person.say(session, "undo")
    assert person.state(session)["draft"] == swapped
    person.say(session, "redo")
    assert person.state(session)["draft"] == first[0]
    assert "there are 13 so far" in person.say(session, "show me version 99").text


def test_another_one_is_of_the_same_kind(person: Person, session: str) -> None:
    person.say(session, "calm waltz for accordion, 7 seconds")
    before = person.state(session)["draft"]
    run = person.say(session, "another one like that")
    assert [call["args"]["style"] for call in run.calls] == ["waltz"]
    after = person.state(session)["draft"]
    assert before["d"] == after["d"] == 7000
    assert before["t"][1]["sg"][0]["m"]["origin"] != after["t"][1]["sg"][0]["m"]["origin"]


def test_talk_is_free_and_changes_nothing(person: Person, session: str) -> None:
    for message, answer in (
        ("hello", "background music"),
        ("https://www.youtube.com/watch?v=x", "The built-in library has similar styles."),
        ("which styles do you have?", "Jazz"),
    ):
        assert answer in person.say(session, message).text
    assert person.balance()["available"] == 100
    assert person.state(session)["draft"]["t"] == []


def test_an_uploaded_sound_gets_music_under_it_or_gives_way(person: Person, session: str, tmp_path: Path) -> None:
    voice = make(tmp_path / "voice.wav", seconds=6.0).read_bytes()
    person.upload(session, ("voice.wav", voice))
    run = person.say(session, "soft ambient under my voice")
    assert "under voice.wav" in run.text
    state = person.state(session)
    assert [kind for kind, _ in tracks(state)] == ["video", "bgm", "audio"]
    assert state["draft"]["d"] == 6000
    assert state["draft"]["t"][1]["sg"][0]["m"]["volume"] == 0.5
    run = person.say(session, "make new music like voice.wav, 5 seconds")
    assert "no steady beat in voice.wav" in run.text
    assert [kind for kind, _ in tracks(person.state(session))] == ["video", "bgm"]


@pytest.mark.parametrize("junk", [True, False], ids=["unreadable", "missing"])
def test_a_soundfont_that_is_none_is_done_without_and_told_once(tmp_path: Path, junk: bool) -> None:
    nowhere = {"XDG_DATA_HOME": str(tmp_path / "none"), "HOME": str(tmp_path / "none"), "DATA_DIR": ""}
    soundfont = tmp_path / "junk.sf2"
    soundfont.write_bytes(b"RIFF....sfbk")
    settings = {"soundfont": soundfont} if junk else {}
    with running_studio(tmp_path / "s", environment=nowhere, **settings) as url, Person(url) as person:
        session = person.session()
        told = "can't be read" if junk else "No SoundFont"
        assert told in person.say(session, "calm piano, 5 seconds").text
        assert "SoundFont" not in person.say(session, "another calm piano, 5 seconds").text


def test_unknown_addresses_are_refused_in_the_envelope(studio_url: str) -> None:
    for method, path, status in (("GET", "/nowhere", 404), ("GET", "/run_sse", 405)):
        answer = httpx.request(method, studio_url + path, trust_env=False)
        assert (answer.status_code, answer.json()["code"]) == (status, status)


def segments(state: dict[str, Any], kind: str) -> list[tuple[float, float]]:
    """The starts and lengths of what is of this kind, in seconds."""
    found = [track["sg"][0] for track in state["draft"]["t"]]
    return [(one["s"] / 1000, one["d"] / 1000) for one in found if one["m"]["type"] == kind]


def test_music_is_as_long_as_its_video(person: Person, session: str, tmp_path: Path) -> None:
    person.upload(session, ("clip.mp4", make(tmp_path / "clip.mp4", seconds=3.0).read_bytes()))
    run = person.say(session, 'jazz, 2 hours, title "My Trip" at the end for 2 seconds')
    assert "as long as the video" in run.text
    before = person.state(session)
    assert segments(before, "bgm") == [(0.0, pytest.approx(3.0, abs=0.1))]
    assert segments(before, "title") == [(pytest.approx(1.0, abs=0.1), pytest.approx(2.0))]
    run = person.say(session, "longer")
    assert "can't be longer than the video" in run.text
    assert run.calls == []
    assert person.state(session) == before
    assert person.balance()["available"] == 99


@pytest.mark.parametrize("seconds", [0.1, 0.4, 1.0])
def test_music_under_the_shortest_video_has_a_tempo_that_can_be_played(
    person: Person, session: str, tmp_path: Path, seconds: float
) -> None:
    person.upload(session, ("clip.mp4", make(tmp_path / "clip.mp4", seconds=seconds).read_bytes()))
    run = person.say(session, "fast techno")
    tempo = re.search(r"(\d+) BPM", run.text)
    assert tempo
    assert 40 <= int(tempo[1]) <= 220
    person.say(session, "faster")
    film = person.export(session, tmp_path / "film.mp4")
    assert watch(film).times[-1] == pytest.approx(seconds, abs=0.1)


def test_each_of_several_videos_has_its_music_and_title(person: Person, session: str, tmp_path: Path) -> None:
    first = make(tmp_path / "a.mp4", seconds=2.0).read_bytes()
    second = make(tmp_path / "b.mp4", seconds=3.0).read_bytes()
    person.upload(session, ("a.mp4", first), ("b.mp4", second))
    run = person.say(session, "happy music")
    assert "I use b.mp4 now and keep a.mp4" in run.text
    assert "I use" not in person.say(session, 'title "Second"').text
    other = person.state(session)
    person.say(session, 'calm piano under a.mp4 with the title "First"')
    state = person.state(session)
    assert tracks(state)[0] == ("video", "a.mp4")
    assert tracks(state)[-1] == ("title", "First")
    assert segments(state, "bgm") == [(0.0, pytest.approx(2.0, abs=0.1))]
    assert person.say(session, "under b.mp4").calls == []
    assert person.state(session)["draft"] == other["draft"], "the video comes back with all that was made for it"
    person.upload(session, ("c.mp4", second))
    assert "title" not in dict(tracks(person.state(session))), "a title belongs to its video"


def test_a_title_goes_with_the_film_that_it_was_asked_for(person: Person, tmp_path: Path) -> None:
    clip = make(tmp_path / "a.mp4", seconds=2.0).read_bytes()
    kept, fresh = person.session(), person.session()
    for session in (kept, fresh):
        person.say(session, 'calm lofi, 5 seconds, title "Dawn"')
        person.upload(session, ("a.mp4", clip))
        assert ("title", "Dawn") in tracks(person.state(session)), "the same film, now with a picture"
    person.say(fresh, "happy ukulele under a.mp4")
    assert "title" not in dict(tracks(person.state(fresh))), "another film: other music, and a video of its own"
    person.say(kept, "slower")
    person.say(kept, "happy ukulele")
    assert ("title", "Dawn") in tracks(person.state(kept)), "who goes on with it on the video wants it there"
