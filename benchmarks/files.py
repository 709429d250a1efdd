"""What it costs to look at a stranger's file: in a child of the warm server, and in a Python of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

import media
from tests.support.files import make_audio, make_image, make_video

ROUNDS = 20
FILM, MUSIC = 10, 60
"""Seconds that the files last."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Mean seconds by the clock and of the processor, of the caller and of all processes below it."""

    name: str
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Report:
    """The costs, and the bytes that the idle server has for itself (USS) before and after it first listened."""

    costs: list[Cost]
    memory: int
    memory_listened: int


def measure() -> Report:
    """Measure in a process of its own, in which no server runs yet."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_measure).result()


def _measure() -> Report:
    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(_costs(Path(name)))


async def _costs(folder: Path) -> Report:
    film = make_video(folder / "film.mp4", seconds=FILM, width=1280, height=720)
    picture = make_image(folder / "picture.jpg", size=(1920, 1080))
    music = make_audio(folder / "music.mp3", seconds=MUSIC)
    costs = [
        _anew("probe of a film, in a Python of its own", "probing", "probe", film),
        _anew("listening to music, in a Python of its own", "listening", "listen", music),
        await _mean("the first probe, the server's start included", 1, lambda: media.probe(film)),
        await _mean("probe of a film", ROUNDS, lambda: media.probe(film)),
        await _mean("probe of a picture", ROUNDS, lambda: media.probe(picture)),
    ]
    (server,) = psutil.Process().children()
    memory = server.memory_full_info().uss
    costs += [
        await _mean("listening to music, the first time", 1, lambda: media.listen(music)),
        await _mean("listening to music", ROUNDS // 4, lambda: media.listen(music)),
        await _mean("shrinking a film", 3, lambda: media.shrink(film, folder / "b.mp4", largest=500_000)),
    ]
    return Report(costs, memory, server.memory_full_info().uss)


async def _mean(name: str, rounds: int, work: Callable[[], Awaitable[object]]) -> Cost:
    wall, cpu = time.perf_counter(), _cpu()
    for _ in range(rounds):
        await work()
    return Cost(name, (time.perf_counter() - wall) / rounds, (_cpu() - cpu) / rounds)


def _cpu() -> float:
    """Return the seconds that this process, its server and the children of both have used."""
    return sum(sum(process.cpu_times()[:4]) for process in (psutil.Process(), *psutil.Process().children()))


def _anew(name: str, module: str, task: str, path: Path) -> Cost:
    code = f"import pathlib; from media.{module} import {task}; {task}(pathlib.Path({str(path)!r}))"
    wall, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return Cost(name, time.perf_counter() - wall, cpu)
