"""Makes the pictures and the sound of the README with the program itself: `make demo`.

A conversation is held through `chat --json`, in a home of its own. It is drawn as an animated terminal (chat.svg); a
moment and a few seconds of its film (film.jpg, film.webp), the waveform (waveform.png) and the first seconds of the
music (sample.m4a) come from the MP4 that was delivered.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from docs.demo import film
from docs.demo.terminal import Exchange, draw

DOCS = Path(__file__).parent.parent
SAID = ("/music upbeat energetic 20s seed 7", "make it slower and add the title 'Golden Hour'", "export")
LARGEST = 1_000_000
"""Bytes that all of it may take together."""


def converse(folder: Path) -> list[Exchange]:
    """Say each line once the answer to the one before is there, and return what was shown."""
    shared = os.environ.get("XDG_DATA_HOME", str(user_data_path().absolute()))
    environment = {**os.environ, "DATA_DIR": str(folder / "data"), "XDG_DATA_HOME": shared, "LANG": "en_US.UTF-8"}
    command = [sys.executable, "-m", "bots", "chat", "--json", "--out", str(folder)]
    exchanges = []
    for line in SAID:
        done = subprocess.run([*command, line], env=environment, stdout=subprocess.PIPE, check=True)
        shown: list[dict[str, Any]] = [json.loads(item) for item in done.stdout.splitlines()]
        exchanges.append(Exchange(line, shown))
    return exchanges


def main() -> None:
    """Make everything anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        exchanges = converse(folder)
        (DOCS / "chat.svg").write_text(draw(exchanges, folder), "utf-8")
        *_, last = (item["path"] for exchange in exchanges for item in exchange.shown if item["kind"] == "file")
        film.still(Path(last), DOCS / "film.jpg", at=1.5)
        film.moving(Path(last), DOCS / "film.webp", start=8.0, seconds=2.5)
        film.waveform(Path(last), DOCS / "waveform.png")
        film.sound(Path(last), DOCS / "sample.m4a", seconds=10.0)
    made = [DOCS / name for name in ("chat.svg", "film.jpg", "film.webp", "waveform.png", "sample.m4a")]
    for path in made:
        print(f"{path.name:14} {path.stat().st_size:8,}")
    total = sum(path.stat().st_size for path in made)
    if total > LARGEST:
        sys.exit(f"{total:,} bytes are too many for a README")


if __name__ == "__main__":
    main()
