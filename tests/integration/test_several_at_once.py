"""Several things asked for in one message: a job, a message and a film for each, and what is unsure is asked back."""

from __future__ import annotations

from pathlib import Path

from core.commands import Action
from core.messages import Outcome
from tests.support.conversation import Talk
from tests.support.decode import watch
from tests.support.files import make


async def test_takes_are_listed_made_one_by_one_and_one_is_kept(at_studio: Talk) -> None:
    outcome, screen = await at_studio.say("two takes of calm piano, 5 seconds", Action.MUSIC)
    assert outcome is Outcome.FULFILLED
    assert screen.texts[0] == (
        "2 things, one after the other; each can be cancelled by itself:\n"
        "1. “calm piano, 5 seconds”\n2. “calm piano, 5 seconds”\n"
        "All of them may cost about 200 credits."
    )
    assert len(screen.files) == 2
    first = next(item for item in screen.shown if item.files)
    keep = next(button for button in first.buttons if ":keep:" in button.id)
    _, kept = await at_studio.say(press=keep.id)
    assert "Version 1 is on the timeline again" in kept.text


async def test_each_file_has_its_own_music_and_nothing_of_the_one_is_left_in_the_next(
    at_studio: Talk, tmp_path: Path
) -> None:
    clips = [make(tmp_path / name, seconds=seconds) for name, seconds in (("a.mp4", 5.0), ("b.mp4", 6.0))]
    _, screen = await at_studio.say("calm piano under the first, techno under the second", Action.MUSIC, *clips)
    assert [round(watch(file).times[-1]) for file in screen.files] == [5, 6]
    told = "\n".join(screen.texts)
    assert "goes with the picture of a.mp4" in told or "under the sound of a.mp4" in told
    assert "goes with the picture of b.mp4" in told or "under the sound of b.mp4" in told
    _, album = await at_studio.say("slow ambient", None, *clips)
    assert [round(watch(file).times[-1]) for file in album.files] == [5, 6]


async def test_more_than_a_few_are_refused_and_nothing_is_made(at_studio: Talk) -> None:
    outcome, screen = await at_studio.say("eight versions of calm piano", Action.MUSIC)
    assert outcome is not Outcome.FULFILLED
    assert "at most 5 at a time" in screen.text


async def test_what_is_unsure_is_asked_back_and_a_button_does_it(at_studio: Talk) -> None:
    _, screen = await at_studio.say("the thing with the stuff, you know")
    assert "I'm not sure what you'd like" in screen.text
    assert [button.id.split(":")[1] for button in screen.shown[-1].buttons] == ["music"]
    outcome, made = await at_studio.say(press=screen.button("music").id)
    assert outcome is Outcome.FULFILLED
    assert made.files
