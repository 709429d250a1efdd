"""A thousand open streams in one worker, each with its job: memory, processor time, how late the event loop gets."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from benchmarks.ground import cpu_of, running_valkey, worker
from benchmarks.service import Script, serving
from benchmarks.throughput import enqueue

STREAMS = 1000
WATCHED = 10.0
"""Seconds."""
ENDLESS = Script(events=10_000, every=2.0)
ARRIVALS = 20
"""A second: fewer than one worker can begin, so that it is the streams that are measured."""


@dataclass(frozen=True, slots=True)
class Open:
    """Bytes of memory for each stream with its job, the share of a core that all of them take, and the seconds by which
    the event loop was late at worst, while they came and while they stood open.
    """

    memory: float
    cpu: float
    lag_coming: float
    lag_open: float


@dataclass(frozen=True, slots=True)
class Idle:
    """Shares of a core that a worker without work, and Valkey because of it, take."""

    worker: float
    valkey: float


def certificate(path: Path) -> Path:
    """Write a certificate of loopback with its key, valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path


async def measure(*, tls: bool) -> Open:
    """Let jobs arrive whose streams go on and tell of progress every two seconds, and watch them when all are open."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trusted = certificate(folder / "loopback.pem") if tls else None
        valkey = await stack.enter_async_context(running_valkey())
        service = stack.enter_context(serving(ENDLESS, trusted))
        crew = await stack.enter_async_context(
            worker(valkey.url, service.url, folder, at_once=2 * STREAMS, trusted=trusted)
        )
        await crew.ask("work")
        # What is loaded at the first use is not the streams'.
        await enqueue(valkey.url, folder, range(-20, 0))
        await _open(service.process, 20)
        before = crew.process.memory_full_info().uss
        await crew.ask("lag")
        await enqueue(valkey.url, folder, range(STREAMS), rate=ARRIVALS)
        await _open(service.process, 20 + STREAMS)
        coming = await crew.ask("lag")
        cpu, began = crew.cpu(), time.perf_counter()
        await asyncio.sleep(WATCHED)
        cpu, lag = (crew.cpu() - cpu) / (time.perf_counter() - began), await crew.ask("lag")
        return Open((crew.process.memory_full_info().uss - before) / STREAMS, cpu, coming, lag)


async def _open(service: psutil.Process, count: int) -> None:
    """Wait until the service has so many connections; a few more are those of short calls."""
    while sum(one.status == psutil.CONN_ESTABLISHED for one in service.net_connections("tcp")) < count:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    await asyncio.sleep(2)


async def idle() -> Idle:
    """Watch a worker that has nothing to do."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        valkey = await stack.enter_async_context(running_valkey())
        crew = await stack.enter_async_context(worker(valkey.url, "http://127.0.0.1:9", folder, at_once=200))
        await crew.ask("work")
        await asyncio.sleep(1)
        before = crew.cpu(), cpu_of(valkey.process)
        await asyncio.sleep(WATCHED)
        return Idle((crew.cpu() - before[0]) / WATCHED, (cpu_of(valkey.process) - before[1]) / WATCHED)
