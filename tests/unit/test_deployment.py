"""The container files say what the program needs; whether they build can only be seen with Docker."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from bots.platforms import PLATFORMS, setting_of
from bots.settings import Settings

ROOT = Path(__file__).parent.parent.parent


def test_the_make_targets_that_the_docs_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(phony.split()) == targets
    texts = [path.read_text("utf-8") for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))]
    named = {name for text in texts for name in re.findall(r"`make ([a-z]+)", text)}
    assert len(named) > 4
    assert named <= targets


def test_every_platform_is_kept_apart_and_has_the_setting_of_its_token() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (apart,) = (
        contract["modules"] for contract in contracts if contract["name"] == "adapters do not import each other"
    )
    assert set(apart) == {"bots.console", *(f"bots.{name}" for name in PLATFORMS)}
    assert {setting_of(name).lower() for name in PLATFORMS} <= set(Settings.model_fields)


def test_no_contract_lists_modules_where_the_root_would_do() -> None:
    """A new module is covered by itself."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    forbidding = [contract["source_modules"] for contract in contracts if contract["type"] == "forbidden"]
    assert len(forbidding) > 5
    assert all(name in {"bots", "core", "language", "media", "studio"} for sources in forbidding for name in sources)


def test_the_image_installs_every_package_from_what_is_locked_and_runs_without_root() -> None:
    build, final = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ")[1:]
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = re.findall(r"^COPY (\w+) \1$", build, re.MULTILINE)
    assert set(copied) == {"requirements", *packages["packages"]}
    installs = [line for line in build.replace("\\\n", " ").splitlines() if "pip install" in line]
    assert len(installs) == 3
    assert all("--require-hashes" in line or "--no-deps --no-index" in line for line in installs)
    assert "music-bot assets" in build
    assert re.search(r"^USER bot$", final, re.MULTILINE)
    data = re.search(r"DATA_DIR=(\S+)", final)
    assert data
    assert f"VOLUME {data[1]}" in final
    assert 'CMD ["music-bot", "run"]' in final


def test_the_image_writes_to_its_volume_only_and_tells_whether_it_lives() -> None:
    final = (ROOT / "Dockerfile").read_text("utf-8").rsplit("\nFROM ", 1)[1]
    after = final.split("\nUSER bot\n")[1]
    assert "PYTHONDONTWRITEBYTECODE=1" in after
    assert not re.search(r"^(RUN|COPY|ADD) ", after, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\\\n    CMD .*HEALTH_PORT", after, re.MULTILINE)
    port = re.search(r"HEALTH_PORT=(\d+)", after)
    assert port
    assert "health_port" in Settings.model_fields


def test_secrets_stay_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {".env", ".git", ".venv"} <= set(ignored)
