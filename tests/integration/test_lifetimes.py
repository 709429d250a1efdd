"""How long everything in Redis lives: a whole conversation, and then every key there is."""

from __future__ import annotations

import redis

from core.commands import Action
from core.store import Conversation
from tests.support.conversation import HERE, ME, Talk
from tests.support.waiting import until

DAY = 24 * 3600
PLACE = Conversation.of(ME, HERE)
USED = {PLACE.key("session"), PLACE.key("presses")}
# For good: the version, the name of the secret key, what is known of a person, and the engine's own few keys, which
# hold nobody's words and whose entries go when they are done.
FOR_GOOD = {"mb:schema", "mb1:key", f"mb1:person:{{{PLACE.person}}}"}


async def test_after_a_conversation_every_key_has_its_lifetime_and_use_renews_it(
    at_studio: Talk, raw: redis.Redis
) -> None:
    def left() -> dict[str, int]:
        """Return the seconds that each key has left, -1 for good."""
        return {key: raw.ttl(key) for key in raw.scan_iter()}

    def of_the_engine() -> set[str]:
        return {key for key in left() if key.startswith("mb1:engine")}

    async def idle() -> bool:
        return not any(list(raw.scan_iter(f"mb1:engine:{held}:*")) for held in ("runs", "progress"))

    _, screen = await at_studio.say("calm piano 5s", Action.MUSIC)
    longer, calmer = screen.button("longer").id, screen.button("calmer").id
    await at_studio.say("", Action.STATUS)
    await at_studio.say("", press=longer)
    assert {key for key, seconds in left().items() if seconds == -1} - of_the_engine() == FOR_GOOD
    jobs = {key for key in left() if ":job:" in key}
    assert len(jobs) >= 4
    for key in jobs | USED:
        assert raw.ttl(key) > 89 * DAY, key
    # What is used lives on.
    for key in jobs | USED:
        raw.expire(key, DAY)
    await at_studio.say("", Action.STATUS)
    assert raw.ttl(PLACE.key("session")) > 89 * DAY
    await at_studio.say("", press=calmer)
    pressed = next(key for key in jobs if key.endswith(longer.split(":")[2]))
    for key in {pressed} | USED:
        assert raw.ttl(key) > 89 * DAY, key
    # What the engine holds while a wake-up is worked on is gone soon after. Its few keys for good name its workers and
    # tasks; what it delivered is gone from its stream.
    await until(idle)
    names = {"workers", "stream", *(f"task-workers:{task}" for task in ("look", "trace", "fail", "sleep"))}
    assert {key for key in of_the_engine() if left()[key] == -1} <= {f"mb1:engine:{name}" for name in names}
    assert raw.xlen("mb1:engine:stream") == 0
