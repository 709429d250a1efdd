"""From a score to a finished sound on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from studio.mix import MixingConsole, master, write
from studio.model import Loudness, Part, Score
from studio.sound import render_part
from studio.sound.tone import Sound

_THREADS = 2


def make_track(score: Score, out: Path, *, soundfont: Path | None, progress: Callable[[str, float], None]) -> Loudness:
    """Play, mix and master a score into a 48 kHz stereo WAV of exactly `round(score.seconds * 48000)` frames.

    `progress` hears "sound", "mix" and "master" with 0..1. Raise `NotASoundFont`, `KeyError` for an instrument that
    does not exist, `OSError` where the file cannot be written.
    """
    # Parts are played side by side; matrix products that spread over all cores as well only get in each other's way.
    with threadpool_limits(limits=1, user_api="blas"):
        return _make(score, out, soundfont, progress)


def _make(score: Score, out: Path, soundfont: Path | None, progress: Callable[[str, float], None]) -> Loudness:
    console = MixingConsole(score)
    progress("sound", 0.0)
    for number, (part, stem) in enumerate(_stems(score, console, soundfont), 1):
        console.add(part, stem)
        del stem  # another long one is on its way
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
    """Yield the prepared stems in the order of the parts, never more than two ahead: a long stem is large."""

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
    """Take the first stem; nobody else keeps it."""
    part, future = waiting.pop(0)
    return part, future.result()
