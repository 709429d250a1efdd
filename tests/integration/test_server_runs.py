"""Messages and their streams over real HTTP: shape, order, quirks, clients that go away, restarts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from studio import Quirks
from tests.support.files import make
from tests.support.studio import running_studio, start_studio
from tests.support.studio_client import Person, Run, tracks
from tests.support.waiting import wait_until

WISH = "calm lofi, 5 seconds"


def test_a_new_piece_is_told_by_compact_events_of_calls_progress_pieces_and_a_whole_text(
    person: Person, session: str
) -> None:
    with person.stream(session, WISH) as answer:
        frames = answer.read().decode().split("\n\n")
    assert frames.pop() == ""
    run = Run([json.loads(frame.removeprefix("data: ")) for frame in frames])
    assert frames == ["data: " + json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in run.events]
    assert len({event["invocationId"] for event in run.events}) == 1
    assert run.events[0]["invocationId"].startswith("e-")
    assert all({"author", "actions", "id", "timestamp"} <= event.keys() for event in run.events)
    (call,) = run.calls
    assert call["name"] == "generate_music"
    assert run.events[0]["longRunningToolIds"] == [call["id"]]
    assert {response["id"] for response in run.responses} == {call["id"]}
    *reports, result = [response["response"] for response in run.responses]
    assert result["status"] == "success"
    fractions = [report["fraction"] for report in reports]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] <= 1
    assert list(dict.fromkeys(report["stage"] for report in reports)) == ["compose", "sound", "mix", "master"]
    assert "".join(run.pieces) == run.text
    assert run.events[-1]["turnComplete"] is True
    assert re.search(r"\d+ BPM", run.text)
    assert "0:05" in run.text
    state = person.state(session)
    assert [kind for kind, _ in tracks(state)] == ["video", "bgm"]
    assert state["draft"]["d"] == 5000


def test_runs_of_one_session_wait_for_each_other_and_for_no_other_session(person: Person, session: str) -> None:
    other = person.session()
    with person.stream(session, WISH) as first, person.stream(other, "jazz, 5 seconds") as elsewhere:
        second = person.say(session, 'title "After"')
        assert "After" in second.text, "the edit found the piece that it waited for"
        ids = [
            {json.loads(line[6:])["invocationId"] for line in run.iter_lines() if line} for run in (first, elsewhere)
        ]
    assert len({*ids[0], *ids[1]}) == len(ids[0]) + len(ids[1]) == 2
    assert [kind for kind, _ in tracks(person.state(session))] == ["video", "bgm", "title"]
    assert [kind for kind, _ in tracks(person.state(other))] == ["video", "bgm"]


def test_a_run_goes_on_without_its_client(person: Person, session: str) -> None:
    with person.stream(session, WISH) as answer:
        next(answer.iter_lines())
    wait_until(lambda: [kind for kind, _ in tracks(person.state(session))] == ["video", "bgm"])
    assert person.balance() == {"available": 99, "frozen": 0, "total": 99}


def test_a_second_studio_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    with running_studio(tmp_path / "s"), pytest.raises(RuntimeError, match="another studio serves"):
        start_studio(tmp_path / "s")


def test_most_of_the_clouds_habits_at_once(tmp_path: Path) -> None:
    quirks = Quirks(
        silent_edits=1.0, heartbeat=0.05, slow_stage=0.3, gui_talk=True, trailing_error=True, two_stages=True
    )
    with running_studio(tmp_path / "s", quirks=quirks) as url, Person(url) as person:
        session = person.session()
        with person.stream(session, WISH) as answer:
            frames = answer.read().decode().split("\n\n")
        assert {": ping", "data:", "event: heartbeat\ndata:"} <= set(frames)
        run = Run([json.loads(frame[6:]) for frame in frames if frame.startswith("data: {")])
        assert [call["name"] for call in run.calls] == ["generate_music", "edit_timeline"]
        raw, ready, trouble = run.texts
        assert "[Export]" in raw
        assert "[Export]" in ready
        assert trouble == "I encountered a temporary issue"
        assert [kind for kind, _ in tracks(person.state(session))] == ["video", "bgm", "title"]
        person.upload(session, ("a.mp4", make(tmp_path / "a.mp4", seconds=2.0).read_bytes()))
        assert "title" not in dict(tracks(person.state(session))), "nobody asked for one on a video of their own"
        person.say(session, "undo")
        assert person.say(session, 'title "Quiet"').texts == []
        assert ("title", "Quiet") in tracks(person.state(session))
        person.say(session, "undo")
        person.say(session, "undo")
        assert person.state(session)["draft"]["t"] == [], "both stages are one step"


def test_a_run_may_die_with_its_client(tmp_path: Path) -> None:
    quirks = Quirks(cancel_with_client=True, slow_stage=3)
    with running_studio(tmp_path / "s", quirks=quirks) as url, Person(url) as person:
        session = person.session()
        with person.stream(session, WISH) as answer:
            lines = answer.iter_lines()  # kept: an iterator that is thrown away hangs up
            next(lines)
            assert person.balance()["frozen"] == 1
        wait_until(lambda: person.balance() == {"available": 100, "frozen": 0, "total": 100})
        assert person.state(session)["draft"]["t"] == []


def test_a_broken_project_fails_one_run_and_gives_the_credits_back(
    person: Person, session: str, studio_directory: Path
) -> None:
    music = studio_directory / "projects" / session / "music"
    music.rmdir()
    with person.stream(session, WISH) as answer:
        last = [line for line in answer.iter_lines() if line][-1]
    failure = json.loads(last.removeprefix("data: "))
    assert failure["error"].startswith("JobFailed: ")
    assert failure["error_details"].keys() == {"error_type", "error_message", "timestamp"}
    assert str(studio_directory) not in last, "no path of this machine is told"
    assert person.balance() == {"available": 100, "frozen": 0, "total": 100}
    music.mkdir()
    assert "BPM" in person.say(session, WISH).text
