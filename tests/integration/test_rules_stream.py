"""What a person reads of a message's stream: silence, heartbeats, cuts, silent edits, two stages, trailing errors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.commands import Action
from core.messages import Outcome
from core.nemo.model import Deadlines, Durations
from tests.support.conversation import BRIEF, Asking
from tests.support.endpoints import CREDITS, RUN, STATE
from tests.support.scripted_api import (
    Answer,
    End,
    ScriptedApi,
    balance,
    bgm,
    calls,
    raw,
    reply,
    says,
    stream,
    timeline,
    title,
)

PING = b": ping\n\n"


def looks(api: ScriptedApi) -> int:
    """How often the state was read behind the message."""
    paths = [it.target for it in api.requests]
    return sum("/api/state/" in path for path in paths[paths.index(RUN) :])


@pytest.mark.parametrize(
    ("answer", "deadlines", "state"),
    [
        (
            replace(stream(PING, b"data:\n\n", b"event: heartbeat\ndata:\n\n"), every=0.02),
            replace(BRIEF, stream_silence=0.2),
            timeline(),
        ),
        (replace(stream(calls("generate_music")), every=0.02), replace(BRIEF, stream_total=0.3), timeline()),
        (stream(calls("generate_music"), end=End.CUT), BRIEF, timeline()),
        (stream(end=End.CUT), BRIEF, reply({"code": 1}, 200)),
    ],
    ids=["heartbeats alone", "no end, even with news", "cut", "a state that can't be read"],
)
async def test_a_stream_without_an_end_or_a_change_is_read_five_times_and_offered_again(
    api: ScriptedApi, asking: Asking, answer: Answer, deadlines: Deadlines, state: Answer
) -> None:
    api.on("POST", RUN, answer)
    api.on("GET", STATE, timeline(), state)
    outcome, screen = await asking.say("calm piano", Action.MUSIC, deadlines=deadlines)
    assert outcome is Outcome.FAILED
    assert looks(api) == 5
    assert "did not send it a second time" in screen.texts[-1]
    assert "This did not cost credits." in screen.texts[-1]
    assert screen.button("again").label == "🔁 Try again"
    assert len(api.asked("POST", RUN)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        stream(says("Hel", partial=True), end=End.CUT),
        Answer(200, {"Content-Type": "text/event-stream", "Content-Length": "9"}, (), End.HOLD),
        raw(b"<html>Bad gateway</html>", 502),
        raw(b"", 200, end=End.CLOSE, Content_Length="4"),
    ],
    ids=["cut", "half-open", "5xx", "no stream"],
)
async def test_the_ladder_finds_what_was_made_and_stops_there(api: ScriptedApi, asking: Asking, answer: Answer) -> None:
    api.on("POST", RUN, answer)
    api.on("GET", STATE, timeline(), timeline(), timeline(), timeline(bgm("Night drive")))
    api.on("GET", CREDITS, balance(100), balance(0))
    _, screen = await asking.say("calm piano", Action.MUSIC, deadlines=replace(BRIEF, stream_silence=0.2))
    assert "looking" in screen.stages
    assert "Night drive" in screen.text
    assert "It cost 100 credits." in screen.texts[-1]
    assert len(api.asked("POST", RUN)) == 1


async def test_the_pauses_of_the_ladder_are_the_documented_ones(api: ScriptedApi, asking: Asking) -> None:
    api.on("POST", RUN, stream(end=End.CUT))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await asking.say("calm piano", Action.MUSIC, deadlines=Deadlines(), sleep=sleep)
    assert slept == [30, 60, 60, 60, 60]


async def test_an_error_in_the_stream_is_never_shown_and_one_look_decides(api: ScriptedApi, asking: Asking) -> None:
    api.on("POST", RUN, stream(b'data: {"error": "RuntimeError: nmv_usr_secret in /srv/app.py"}\n\n'))
    outcome, screen = await asking.say("calm piano", Action.MUSIC)
    assert outcome is Outcome.FAILED
    assert "RuntimeError" not in screen.text
    assert "nmv_usr" not in screen.text
    assert looks(api) == 1


async def test_thoughts_and_tools_are_no_answers(api: ScriptedApi, asking: Asking) -> None:
    thought = b'data: {"content":{"parts":[{"text":"secret plan","thought":true}]}}\n\n'
    api.on("POST", RUN, stream(thought, calls("generate_music"), b"data: {broken\n\n", says("Calm piano, 80 BPM.")))
    _, screen = await asking.say("calm piano", Action.MUSIC)
    assert screen.texts == ["Calm piano, 80 BPM."]
    assert "composing" in screen.stages
    assert "secret plan" not in screen.text
    assert "generate_music" not in screen.text


@pytest.mark.parametrize(
    ("texts", "outcome", "told"),
    [
        (("Calm piano, 80 BPM.", "I encountered a temporary issue"), Outcome.FULFILLED, "Calm piano, 80 BPM."),
        (("I encountered a temporary issue",), Outcome.FAILED, "That did not work"),
    ],
    ids=["behind words", "alone"],
)
async def test_a_trailing_temporary_issue_is_dropped_and_alone_it_is_a_failure(
    api: ScriptedApi, asking: Asking, texts: tuple[str, ...], outcome: Outcome, told: str
) -> None:
    api.on("POST", RUN, stream(*map(says, texts)))
    came, screen = await asking.say("calm piano", Action.MUSIC)
    assert came is outcome
    assert told in screen.text
    assert "temporary issue" not in screen.text


def clips(*names: str) -> object:
    return {"tt": 0, "sg": [{"d": 2000, "m": {"name": name}} for name in names]}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (bgm(), (bgm(volume=0.5),), "• Volume of music “Lo-fi”: 35% → 50%"),
        (bgm(), (bgm(seconds=8),), "• Whole length: 10 s → 8 s"),
        (bgm(), (bgm("Jazz"),), "• Changed the music at 0–10 s: “Lo-fi” → “Jazz”"),
        (bgm(), (bgm(), title("Dreams")), "• Added title “Dreams” (0–3 s)"),
        (bgm(), (), "• Removed music “Lo-fi” (was at 0–10 s)"),
        (clips("sea", "city"), (clips("city", "sea"),), "• Order of video: sea + city → city + sea"),
    ],
    ids=["volume", "length", "music", "title", "removed", "order"],
)
async def test_a_silent_edit_is_told_by_name_and_time(
    api: ScriptedApi, asking: Asking, before: object, after: tuple[object, ...], told: str
) -> None:
    api.on("GET", STATE, timeline(before), timeline(*after))
    api.on("POST", RUN, stream(calls("edit_timeline")))
    outcome, screen = await asking.say("make it different", Action.EDIT)
    assert outcome is Outcome.FULFILLED
    assert told in screen.texts[-1].splitlines()


async def test_a_silent_edit_that_changed_nothing_is_never_answered_with_silence(
    api: ScriptedApi, asking: Asking
) -> None:
    api.on("GET", STATE, timeline(bgm()))
    api.on("POST", RUN, stream())
    outcome, screen = await asking.say("make it slower", Action.EDIT)
    assert outcome is Outcome.FAILED
    assert "the timeline is as it was" in screen.texts[-1]
    assert "This did not cost credits." in screen.texts[-1]


async def test_the_estimates_are_the_documented_ones(api: ScriptedApi, asking: Asking) -> None:
    api.on("POST", RUN, stream(calls("generate_music"), says("Here.")))
    _, screen = await asking.say("calm piano", Action.MUSIC, durations=Durations())
    _, edited = await asking.say("make it slower", Action.EDIT, durations=Durations())
    assert [drawn.text for drawn in screen.drawn if drawn.stage == "composing"] == ["🎼 Composing ~100–300s"]
    assert "⏳ Thinking about your music ~10–30s" in edited.text


async def test_where_nothing_is_documented_nothing_is_promised(api: ScriptedApi, asking: Asking) -> None:
    api.on("GET", STATE, timeline(bgm()))
    _, screen = await asking.say("export")
    assert "⏳ Rendering…" in screen.text
    assert "~" not in screen.text
