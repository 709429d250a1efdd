"""How long everything in Redis lives: a whole conversation, and then every key there is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import redis

from core.commands import Action
from core.messages import Outcome
from core.store import Conversation
from tests.support.conversation import HERE, ME, Talk, opened

DAY = 24 * 3600
PLACE = Conversation.of(ME, HERE)
# For good: the version, the name of the secret key, what is known of a person, and the engine's own few keys, which
# hold nobody's words and whose entries go when they are done.
FOR_GOOD = {"mb:schema", "mb1:key", f"mb1:person:{{{PLACE.person}}}"}


def lifetimes(raw: redis.Redis) -> dict[str, int]:
    """Return the seconds that each key has left, -1 for good."""
    return {key.decode(): raw.ttl(key) for key in raw.scan_iter()}


async def test_after_a_conversation_every_key_has_its_lifetime_and_use_renews_it(
    valkey_url: str, studio_url: str, tmp_path: Path
) -> None:
    with redis.Redis.from_url(valkey_url) as raw:
        async with opened(valkey_url, tmp_path / "work", studio_url) as bot:
            talk = Talk(bot, tmp_path / "out")
            outcome, screen = await talk.say("calm piano 5s", Action.MUSIC)
            assert outcome is Outcome.FULFILLED
            longer, calmer = screen.button("longer").id, screen.button("calmer").id
            await talk.say("", Action.STATUS)
            await talk.say("", press=longer)
            left = lifetimes(raw)
            engine = {key for key in left if key.startswith("mb1:engine")}
            assert {key for key, seconds in left.items() if seconds == -1} - engine == FOR_GOOD
            jobs = {key for key in left if ":job:" in key}
            assert {key.rpartition(":")[2] for key in left if key.endswith((":session", ":presses"))} == {
                "session",
                "presses",
            }
            assert len(jobs) >= 4
            for key in jobs | {PLACE.key("session"), PLACE.key("presses")}:
                assert left[key] > 89 * DAY, key
            # What is used lives on.
            for key in jobs | {PLACE.key("session"), PLACE.key("presses")}:
                raw.expire(key, DAY)
            await talk.say("", Action.STATUS)
            assert raw.ttl(PLACE.key("session")) > 89 * DAY
            pressed = next(key for key in jobs if key.endswith(longer.split(":")[2]))
            await talk.say("", press=calmer)
            assert raw.ttl(pressed) > 89 * DAY
            assert raw.ttl(PLACE.key("presses")) > 89 * DAY
            # What the engine holds while a wake-up is worked on is gone soon after.
            async with asyncio.timeout(120):
                while any(list(raw.scan_iter(f"mb1:engine:{held}:*")) for held in ("runs", "progress")):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            left = lifetimes(raw)
            engine = {key for key in left if key.startswith("mb1:engine")}
        # The engine's few keys for good name its workers and tasks; what it delivered is gone from its stream.
        names = {"workers", "stream", *(f"task-workers:{task}" for task in ("look", "trace", "fail", "sleep"))}
        assert {key for key in engine if left[key] == -1} <= {f"mb1:engine:{name}" for name in names}
        assert raw.xlen("mb1:engine:stream") == 0
