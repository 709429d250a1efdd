"""What one `/music` of five seconds costs in round trips to Redis, as MONITOR of a real one sees them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from redis.asyncio import Redis

from core.commands import Action
from core.jobs.worker import Timing
from core.messages import Outcome
from core.store import ENGINE
from core.store.client import _HASHES as SCRIPTS
from tests.support.conversation import Open, Talk

NAMES = {sha: name for name, sha in SCRIPTS.items()}
# A connection introduces itself; pipelines are bracketed; and what every process does every few seconds.
NO_ROUND_TRIPS = {"HELLO", "CLIENT", "AUTH", "SELECT", "MULTI", "EXEC", "PING"}
PERIODIC = {"adopt", "overdue", "hold known", "drop"}


def named(command: str) -> str | None:
    """Return what a command does, None where it is the engine's or costs no round trip of its own."""
    word, *words = command.split()
    if ENGINE in command or word in NO_ROUND_TRIPS:
        return None
    name = NAMES.get(words[0], word) if words else word
    if name == "append":
        # Its last argument but one tells whether it is progress.
        name += " progress" if words[-2] == "1" else ""
    return f"{name} known" if name == "hold" and " known " in command else name


async def test_a_piece_of_five_seconds_costs_at_most_60_round_trips(
    valkey_url: str, open_studio: Open, tmp_path: Path
) -> None:
    """Pipelined commands are counted one by one; the engine's polling and what is periodic are not counted."""
    seen: Counter[str] = Counter()
    async with open_studio(timing=Timing()) as bot, Redis.from_url(valkey_url, decode_responses=True) as raw:
        talk = Talk(bot, tmp_path / "out")
        await talk.say("", Action.NEW)
        async with raw.monitor() as monitor:
            said = talk.said("calm piano 5 seconds", Action.MUSIC)
            assert await (await bot.gateway.accept(said)) is Outcome.FULFILLED
            assert bot.sender.current.shown[-1].files
            await raw.echo("the end")
            async for command in monitor.listen():
                if command["command"].startswith("ECHO"):
                    break
                if command["client_type"] != "lua" and (name := named(command["command"])):
                    seen[name] += 1
    trips = seen.total() - sum(seen[name] for name in PERIODIC)
    # On a busy machine a piece takes longer: it has more progress to tell, and its lease is renewed more often.
    assert trips - max(0, seen["append progress"] - 20) - max(0, seen["renew"] - 2) <= 60, seen
    assert seen["read"] <= 20, seen
