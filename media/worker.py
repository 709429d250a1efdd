"""The process that touches strangers' files: reads one order on its standard input, answers in one line of JSON."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from media.errors import Fault, NotMedia


def limit(memory: int, cpu: int, written: int) -> None:
    """Bind this process for good, before a decoder is loaded."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def main() -> int:
    """Do what was ordered."""
    order = json.load(sys.stdin)
    limit(order["memory"], order["cpu"], order["written"])
    # Only now, within the limits: FFmpeg and Pillow.
    from media import listening, probing, shrinking

    about = order["arguments"]
    tasks: Mapping[str, Callable[[], Mapping[str, object]]] = {
        "listen": lambda: listening.listen(Path(about["path"])),
        "probe": lambda: probing.probe(Path(about["path"])),
        "shrink": lambda: shrinking.shrink(Path(about["path"]), Path(about["to"]), int(about["largest"])),
    }
    try:
        answer = tasks[order["task"]]()
    except NotMedia as error:
        answer = {"fault": str(error.fault), "detail": error.detail}
    except MemoryError:
        answer = {"fault": str(Fault.TOO_HEAVY), "detail": "memory"}
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
