"""`make bench`: measure and write docs/performance.md."""

from __future__ import annotations

import asyncio
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import client, crowd, files, script, store, streams, throughput, track, words
from benchmarks.ground import share

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


def _music_trips(cost: store.Cost) -> str:
    return ", ".join(f"{name} {count}" for name, count in cost.wire.trips.most_common())


def _store_text(costs: list[store.Cost]) -> str:
    rows = [
        [
            f"/{cost.command.value}",
            str(cost.wire.trips.total()),
            str(cost.wire.engine),
            f"{cost.wire.sent / 1000:.1f} kB",
            f"{cost.wire.received / 1000:.1f} kB",
            str(cost.commands),
        ]
        for cost in costs
    ]
    return f"""## The store

What one command of a person costs on the wire to Redis, for somebody who is known already. `/music` makes and delivers
a piece of 5 seconds: every step of its journal and each piece of progress goes there, and back to the chat. The job
engine looks for notifications 20 times a second as long as it takes, as often as on a worker that rests.
"Commands" are those that the server does, the ones inside its scripts included. The round trips of `/music` begin with:
{_music_trips(costs[0])}.

{_table(["command", "round trips", "of the engine", "sent", "received", "commands"], rows)}"""


def _files_text(report: files.Report) -> str:
    rows = [[cost.name, f"{cost.wall * 1000:.0f} ms", f"{cost.cpu * 1000:.0f} ms"] for cost in report.costs]
    return f"""## Files

What a bot or studio pays for looking at a stranger's file: {files.FILM} s of film in 720p, a picture of 1920 x 1080, or
{files.MUSIC} s of music. Each is opened in a process of its own with limits, forked from a server that has imported the
decoders. The server starts together with the bot or studio, so the first probe costs a person no more than the others.
It has {report.memory / 1e6:.0f} MB of memory for itself (USS), and {report.memory_listened / 1e6:.0f} MB once it has
listened to music, for which it imports SciPy.

{_table(["", "by the clock", "processor"], rows)}"""


def _words_text(report: words.Report) -> str:
    rows = [
        ["by the rules, a usual wish", f"{report.usual * 1000:.2f} ms of the processor", "–"],
        [
            f"by the rules, {words.LONGEST} characters, the worst of {len(words.HOSTILE)} kinds: {report.worst_part!r}",
            f"{report.worst * 1000:.1f} ms of the processor",
            _aim(report.worst, 0.03),
        ],
        ["by the encoder, the first one (it starts)", f"{report.first:.2f} s by the clock", "–"],
        ["by the encoder, a later one", f"{report.later * 1000:.0f} ms by the clock", _aim(report.later, 0.2)],
    ]
    return f"""## Words

What it costs to find out what a message means. The rules read every message; the sentence encoder reads those of which
they are unsure, in a process of its own, which has {report.memory / 1e6:.0f} MB of memory (RSS) and is started when
it is first needed.

{_table(["", "cost", "aim: 30 ms, 200 ms"], rows)}"""


def _ms(values: list[float], part: float) -> str:
    return f"{share(values, part) * 1000:.0f} ms" if values else "–"


def _aim(value: float, most: float) -> str:
    return "met" if value < most else "**missed**"


async def _crowd_text() -> str:
    runs = [
        ("1, 30 times", await crowd.measure(1, rounds=30)),
        ("100", await crowd.measure(100)),
        ("500", await crowd.measure(500)),
        ("500, worker full", await crowd.measure(500, at_once=10, script=crowd.LONG, waits=False)),
        ("100, without hints", await crowd.measure(100, deaf=True)),
    ]
    rows = [
        [
            name,
            *(_ms(values, part) for values in (run.kept, run.start, run.told) for part in (0.5, 0.99)),
            _aim(share(run.kept, 0.99), 0.25),
        ]
        for name, run in runs
    ]
    head = ["people", "kept p50", "p99", "start p50", "p99", "end p50", "p99", "kept p99 < 250 ms"]
    return f"""## People arriving

{crowd.ARRIVALS} people a second arrive at a gateway, and one worker, in a process of its own, does their jobs: short
streams of a scripted API. "Kept" is from a message to its job in the journal: then the adapter may confirm it, and the
platform shows that something happens. "Start" is from there to the beginning of the job, "end" from its end in the
journal to the end in the chat. "Worker full": it takes 10 jobs of 2 seconds at once, so that nearly all wait in their
queues; being kept waits for nothing. "Without hints": the gateway hears no hint from Redis and looks by the clock,
after half a second and ever less often where nothing happens. Where 50 short jobs a second are more than one worker
can do (see "Jobs a second"), the starts fall behind; being kept does not.

{_table(head, rows)}"""


async def _work_text() -> str:
    idle = await streams.idle()
    opened = [("https", await streams.measure(tls=True))]
    stream_rows = [
        [
            name,
            f"{run.memory / 1000:.0f} kB ({_aim(run.memory, 150_000)})",
            f"{run.cpu:.0%}",
            f"{run.lag_coming * 1000:.0f} ms",
            f"{run.lag_open * 1000:.0f} ms ({_aim(run.lag_open, 0.05)})",
        ]
        for name, run in opened
    ]
    stream_head = ["API", "memory each", "of a core", "worst lag, while they come", "worst lag, while open"]
    quick, usual = throughput.QUICK, throughput.USUAL
    dones = [
        ("the calls alone, 50 at once", await throughput.bare(300, at_once=50, script=quick)),
        ("1 worker, 50 at once", await throughput.measure(300, workers=1, at_once=50, script=quick)),
        ("2 workers, 50 at once each", await throughput.measure(300, workers=2, at_once=50, script=quick)),
        ("1 worker, 8 at once, streams of 1 s", await throughput.measure(80, workers=1, at_once=8, script=usual)),
        (
            "2 workers, 8 at once each, streams of 1 s",
            await throughput.measure(160, workers=2, at_once=8, script=usual),
        ),
    ]
    rows = [
        [name, f"{it.rate:.1f}", *(f"{ms:.1f} ms" for ms in (it.workers, it.valkey, it.service))] for name, it in dones
    ]
    computing, waiting = dones[2][1].rate / dones[1][1].rate, dones[4][1].rate / dones[3][1].rate
    return f"""## Open streams

{streams.STREAMS} jobs arrive at one worker, {streams.ARRIVALS} a second; their streams stay open and tell of progress
every two seconds, which is written to Redis, and their leases are renewed. Each stream has an HTTP client of its own;
all share one TLS context. Memory is what the process has for itself (USS), the whole job included.

{_table(stream_head, stream_rows)}

A worker with nothing to do takes {idle.worker:.1%} of a core ({_aim(idle.worker, 0.02)}; aim: 2 %), Valkey because of
it {idle.valkey:.1%}.

## Jobs a second

A backlog of jobs of as many people who were never seen before: token, session, balance and state, a short stream,
state and balance. On the right the processor time of each job. "The calls alone" are the same calls in a bare loop,
without journal, lease, events and engine. Where streams take no time, the processor bounds the rate, and Valkey, the
API and the workers share the cores of this machine; a paid step also waits for the disk of Valkey (up to a second).
Real streams take a minute and longer: then the number of jobs at once bounds the rate.

{_table(["", "jobs a second", "worker", "Valkey", "API"], rows)}

2 workers do {computing:.2f} x as much as 1 where the processor bounds them, {waiting:.2f} x where the streams do
({_aim(1.8, waiting)}; aim: 1.8 x)."""


def main() -> None:
    """Run every measurement, one after the other, and write the report."""
    runs = asyncio.run(track.measure(LENGTHS))
    seen, sent, costs = client.stream(), client.upload(), asyncio.run(store.measure())
    looked = files.measure()
    read = words.measure()
    crowded, worked = asyncio.run(_crowd_text()), asyncio.run(_work_text())
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

{_files_text(looked)}

{_words_text(read)}

{_store_text(costs)}

{crowded}

{worked}
"""
    REPORT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
