"""The sentence encoder, which runs in a process of its own (`language.encoder_process`).

It holds about 150 MB and takes two seconds to load, so that it is started only where it is needed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Vector = NDArray[np.float32]
"""512 numbers; sentences of like meaning have a large scalar product, whatever their language."""

NOT_INSTALLED = 3
"""The exit status of the process where the package is missing."""
_PATIENCE = 20.0
"""Seconds for one answer, the start included; a busy machine takes long."""
_TRIES = 3
_ROOT = Path(__file__).resolve().parent.parent


class Encoder:
    """Encodes sentences in a process that starts when it is first needed."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._tries_left = _TRIES

    async def encode(self, said: str) -> Vector | None:
        """Return a sentence's vector; None where there is no encoder, or none in time."""
        async with self._one_at_a_time:
            if not self._tries_left:
                return None
            try:
                async with asyncio.timeout(_PATIENCE):
                    return await self._asked(said)
            except (OSError, ValueError, TimeoutError) as error:
                self._tries_left -= 1
                missing = self._process is not None and self._process.returncode == NOT_INSTALLED
                self._tries_left *= not missing
                log.warning("The sentence encoder does not answer: %s", "not installed" if missing else repr(error))
                await self.end()
                return None
            except asyncio.CancelledError:
                # Its answer would be taken for that of the next sentence.
                await self.end()
                raise

    async def _asked(self, said: str) -> Vector:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "language.encoder_process"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=_ROOT,
            )
        to, answers = self._process.stdin, self._process.stdout
        if to is None or answers is None:
            raise OSError("no pipes")
        to.write(json.dumps(said).encode() + b"\n")
        await to.drain()
        if not (line := await answers.readline()):
            await self._process.wait()
            raise OSError(f"ended with status {self._process.returncode}")
        return np.array(json.loads(line), np.float32)

    async def end(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
