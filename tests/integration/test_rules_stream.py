"""What a person reads of a message's stream: silence, heartbeats, cuts, silent edits, two stages, trailing errors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.commands import Action
from core.messages import Outcome
from core.nemo.model import Deadlines, Durations
from tests.support.conversation import BRIEF, Asking
from tests.support.endpoints import CREDITS, RUN, STATE
from tests.support.scripted_api import Answer, End, ScriptedApi, balance, bgm, calls, raw, reply, says, stream, timeline

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
    assert len(api.wishes) == 1


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
    assert len(api.wishes) == 1


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


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ((bgm(volume=0.5),), "• Volume of music “Lo-fi”: 35% → 50%"),
        ((), "• Removed music “Lo-fi” (was at 0–10 s)"),
        ((bgm(),), "the timeline is as it was"),
    ],
    ids=["volume", "removed", "nothing"],
)
async def test_a_silent_edit_is_told_by_name_and_time(
    api: ScriptedApi, asking: Asking, after: tuple[object, ...], told: str
) -> None:
    api.on("GET", STATE, timeline(bgm()), timeline(*after))
    api.on("POST", RUN, stream(calls("edit_timeline")))
    _, screen = await asking.say("make it different", Action.EDIT)
    assert told in screen.texts[-1]
    assert "This did not cost credits." in screen.texts[-1]


async def test_the_estimates_are_the_documented_ones(api: ScriptedApi, asking: Asking) -> None:
    api.on("POST", RUN, stream(calls("generate_music"), says("Here.")))
    _, screen = await asking.say("calm piano", Action.MUSIC, durations=Durations())
    _, edited = await asking.say("make it slower", Action.EDIT, durations=Durations())
    assert [drawn.text for drawn in screen.drawn if drawn.stage == "composing"] == ["🎼 Composing ~100–300s"]
    assert "⏳ Thinking about your music ~10–30s" in edited.text
    # Where nothing is documented nothing is promised.
    api.on("GET", STATE, timeline(bgm()))
    _, exported = await asking.say("export")
    assert "⏳ Rendering…" in exported.text
    assert "~" not in exported.text
