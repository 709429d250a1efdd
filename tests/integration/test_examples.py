"""The examples do what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import av
import pytest

from tests.support.studio import running_studio
from tests.support.waiting import PATIENCE

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_example_is_listed() -> None:
    page = (EXAMPLES / "README.md").read_text("utf-8")
    examples = [path.name for path in EXAMPLES.iterdir() if path.suffix in {".py", ".sh"}]
    assert examples
    assert all(f"({name})" in page for name in examples)


def test_a_score_is_composed_to_a_wav_file(tmp_path: Path) -> None:
    out = tmp_path / "calm.wav"
    told = run(sys.executable, EXAMPLES / "01_compose_to_wav.py", "calm piano, 5 seconds", out)
    assert "LUFS" in told
    with wave.open(str(out)) as sound:
        assert sound.getnframes() == 5 * sound.getframerate()


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("jq"), reason="curl or jq is not installed")
def test_the_api_is_driven_with_curl(tmp_path: Path) -> None:
    out = tmp_path / "calm.mp4"
    with running_studio(tmp_path / "studio") as url:
        told = run(EXAMPLES / "02_studio_api.sh", out, "calm piano, 5 seconds", STUDIO=url)
    assert f"saved {out}" in told
    with av.open(out) as film:
        assert film.duration == pytest.approx(5 * av.time_base, rel=0.02)


def test_a_bot_prints_what_it_answers(tmp_path: Path) -> None:
    told = run(
        sys.executable, EXAMPLES / "03_bot.py", "calm piano, 5 seconds", cwd=tmp_path,
        DATA_DIR=str(tmp_path / "data"), STUDIO_CHEAP_RENDER="true", STUDIO_FETCH_ASSETS="false",
    )  # fmt: skip
    assert told.endswith("fulfilled\n")
    with av.open(tmp_path / told.rpartition("saved ")[2].partition("\n")[0]) as film:
        assert film.duration == pytest.approx(5 * av.time_base, rel=0.02)
