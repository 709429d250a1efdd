"""What it costs to read a message: by the rules, also a hostile one, and by the sentence encoder."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import psutil

from language import Reader, gloss, language_of
from language.classifier import by_ngrams
from language.features import plain

LONGEST = 4096
"""Characters of a message."""
ROUNDS = 20
USUAL = "make it a bit slower and replace the piano with a guitar"
HOSTILE = ("export, ", "停", "a", "“", "барабан ", "もっと", "http://a.b/", "\u200b", "'a", "0:10 ", "की ")
UNSURE = "is there a way that my balance turns into a waltz"


@dataclass(frozen=True, slots=True)
class Report:
    """Seconds of the processor for a message by the rules, and by the clock for one by the encoder; bytes of memory."""

    usual: float
    worst: float
    worst_part: str
    first: float
    later: float
    memory: int


def _by_rules(text: str) -> float:
    began = time.process_time()
    language = language_of(text, None)
    by_ngrams(plain(text), language)
    gloss(text, language)
    return time.process_time() - began


async def _by_encoder() -> tuple[float, float, int]:
    async with Reader() as reader:
        times = []
        for count in range(ROUNDS):
            began = time.perf_counter()
            await reader.read(f"{UNSURE} {count}", None)
            times.append(time.perf_counter() - began)
        memory = max(child.memory_info().rss for child in psutil.Process().children())
    return times[0], sorted(times[1:])[len(times) // 2], memory


def measure() -> Report:
    """Read messages, everything warm but the encoder."""
    hostile = {part: part * (LONGEST // len(part)) for part in HOSTILE}
    for text in (USUAL, *hostile.values()):
        _by_rules(text)
    worst, part = max((min(_by_rules(text) for _ in range(ROUNDS)), part) for part, text in hostile.items())
    first, later, memory = asyncio.run(_by_encoder())
    return Report(min(_by_rules(USUAL) for _ in range(ROUNDS)), worst, part, first, later, memory)
