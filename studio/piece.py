"""Makes a piece sound: plays, mixes and masters a score into a WAV file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from studio.domain import Loudness, Part, Score
from studio.mix import MixingConsole, master, write
from studio.sound import render_part
from studio.sound.tone import Sound

_THREADS = 2


def make_piece(score: Score, out: Path, *, soundfont: Path | None, progress: Callable[[str, float], None]) -> Loudness:
    """Play, mix and master a score into a 48 kHz stereo WAV of exactly `round(score.seconds * 48000)` frames.

    `progress` is called with the stages "sound", "mix" and "master" and 0..1. Raises `NotASoundFont`, `KeyError` for an
    unknown instrument, `OSError` if the file can't be written.
    """
    # Parts are played in parallel, so matrix products must not spread over all cores as well.
    with threadpool_limits(limits=1, user_api="blas"):
        return _make(score, out, soundfont, progress)


def _make(score: Score, out: Path, soundfont: Path | None, progress: Callable[[str, float], None]) -> Loudness:
    console = MixingConsole(score)
    progress("sound", 0.0)
    for number, (part, stem) in enumerate(_stems(score, console, soundfont), 1):
        console.add(part, stem)
        del stem  # free its memory before the next long one arrives
        progress("sound", number / len(score.parts))
    progress("mix", 0.0)
    mix = console.finish()
    progress("mix", 1.0)
    finished, loudness = master(
        mix,
        lambda fraction: progress("master", fraction),
        fade_in=score.brief.fade_in,
        fade_out=score.brief.fade_out,
    )
    write(out, finished)
    progress("master", 1.0)
    return loudness


def _stems(score: Score, console: MixingConsole, soundfont: Path | None) -> Iterator[tuple[Part, Sound]]:
    """Yield the prepared stems in the order of the parts, at most two ahead, since a long stem is large."""

    def work(part: Part) -> Sound:
        return console.prepare(part, render_part(score, part, soundfont))

    with ThreadPoolExecutor(_THREADS, "stem") as threads:
        waiting: list[tuple[Part, Future[Sound]]] = []
        for part in score.parts:
            waiting.append((part, threads.submit(work, part)))
            if len(waiting) >= _THREADS:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)


def _next(waiting: list[tuple[Part, Future[Sound]]]) -> tuple[Part, Sound]:
    """Remove and return the first stem, so that no other reference keeps it in memory."""
    part, future = waiting.pop(0)
    return part, future.result()
