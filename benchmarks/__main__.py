"""`make bench`: measure and write docs/performance.md."""

from __future__ import annotations

import asyncio
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import client, script, store, track

LENGTHS = (15, 60, 180)
REPORT = Path(__file__).parent.parent / "docs" / "performance.md"


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _track_rows(runs: list[track.Run], scripts: dict[int, script.Run | None]) -> list[list[str]]:
    rows = []
    for run in runs:
        other = scripts[run.length]
        rows.append(
            [
                f"{run.length} s",
                f"{run.total:.1f} s",
                f"{run.answer:.1f} s",
                f"{run.film:.1f} s",
                f"{run.fetch:.2f} s",
                f"{run.memory / 1e6:.0f} MB",
                f"{run.size / 1e6:.1f} MB",
                f"{other.total:.1f} s ({other.sound:.1f} + {other.film:.1f})" if other else "not installed",
                f"{other.total / run.total:.1f} x" if other else "–",
            ]
        )
    return rows


def _stage_rows(runs: list[track.Run]) -> list[list[str]]:
    return [
        [f"{run.length} s", ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in run.stages.items())]
        for run in runs
    ]


def _client_text(stream: client.Stream, upload: client.Upload) -> str:
    rows = [
        ["httpx + httpx-sse + json", f"{stream.bare:.1f} µs"],
        ["this client", f"{stream.client:.1f} µs"],
        ["what it adds", f"{stream.client - stream.bare:.1f} µs"],
    ]
    return f"""## The client

The processor time of an event of a stream, read from a loopback server (a process of its own) that sends
{client.EVENTS} events as fast as it can ({stream.size / 1e6:.1f} MB: pieces of text, whole texts, tools with progress,
heartbeats); the best of {client.ROUNDS} rounds. The least that any client does is parse the frames and their JSON; this
one also mends what the parser can't bear, reads the fields tolerantly, keeps two deadlines and makes typed events.

{_table(["reader", "per event"], rows)}

An upload of {upload.size / 2**20:.0f} MB to a sink on loopback took {upload.seconds:.2f} s and at most
{upload.memory / 1e6:.1f} MB of memory (RSS above the time before, in a process of its own; aim: 16 MB)."""


def _store_text(costs: list[store.Cost]) -> str:
    rows = [
        [
            f"/{cost.command.value}",
            str(cost.wire.trips),
            f"{cost.wire.sent / 1000:.1f} kB",
            f"{cost.wire.received / 1000:.1f} kB",
            str(cost.commands),
        ]
        for cost in costs
    ]
    return f"""## The store

What one command of a person costs on the wire to Redis, for somebody who is known already. `/music` makes and delivers
a piece of 5 seconds: every step of its journal is there and back twice, and the lease is renewed meanwhile. "Commands"
are those that the server does, the ones inside its scripts included.

{_table(["command", "round trips", "sent", "received", "commands"], rows)}"""


def main() -> None:
    """Run every measurement, one after the other, and write the report."""
    runs = asyncio.run(track.measure(LENGTHS))
    seen, sent, costs = client.stream(), client.upload(), asyncio.run(store.measure())
    scripts = {length: script.measure(length) for length in LENGTHS}
    head = ["music", "prompt to MP4", "compose, play, mix", "film", "fetch", "memory (PSS)", "file", "script", "ratio"]
    text = f"""# Performance

Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {_machine()}. Machines differ and are noisy; the ratios
within one run say more than the seconds.

## From a prompt to the MP4

The studio is warm (one short track was made before). "Prompt to MP4" is everything a person waits for: the message over
HTTP, composing, playing, mixing, mastering, filming to 1080p30 H.264 + AAC, and fetching the file. "Memory" is the
largest sum of the proportional set sizes of all studio processes. "Script" is what one would put together from command
line tools: the same score as a MIDI file through `fluidsynth` (same SoundFont), then `ffmpeg` with a still picture at
1080p30, `loudnorm`, `libx264 -preset veryfast -tune stillimage` and AAC; in brackets its sound and its film. It has no
synthesisers, no mix, no moving picture.

{_table(head, _track_rows(runs, scripts))}

Stage by stage, as the studio reports them while it works:

{_table(["music", "stages"], _stage_rows(runs))}

{script.versions()}

{_client_text(seen, sent)}

{_store_text(costs)}
"""
    REPORT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
