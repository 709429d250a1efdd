"""What a server on loopback is told to do wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web


@dataclass
class Fault:
    """What to do with the next `times` calls that `match`: an answer, or None to drop the connection."""

    match: str
    answer: Callable[[], web.Response] | None
    times: int = 1
    after_doing: bool = False


async def answered(
    request: web.Request, faults: list[Fault], hits: Callable[[str], bool], do: Callable[[], Awaitable[web.Response]]
) -> web.Response:
    """Answer a request with what it does, unless a fault that `hits` it is left."""
    fault = next((one for one in faults if one.times > 0 and hits(one.match)), None)
    if fault is None:
        return await do()
    fault.times -= 1
    if fault.after_doing:
        await do()
    if fault.answer is not None:
        return fault.answer()
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
