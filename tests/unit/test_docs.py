"""The documents lead nowhere that does not exist, and what the README shows fits into it."""

from __future__ import annotations

import importlib
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bots.cli import _parser
from core.commands import TYPED
from docs.demo.__main__ import LARGEST
from docs.demo.terminal import Exchange, draw
from tests.support.program import SETTINGS

ROOT = Path(__file__).parents[2]
PAGES = sorted(page for page in ROOT.rglob("*.md") if not {".venv", "node_modules"} & set(page.relative_to(ROOT).parts))
#: Of the Bot API server in docker-compose.yml.
OF_OTHER_PROGRAMS = {"TELEGRAM_API_ID", "TELEGRAM_API_HASH"}
SVG = "{http://www.w3.org/2000/svg}"


def anchors(page: Path) -> set[str]:
    """Return the fragments that a page's headings have where Markdown is shown."""
    titles = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, fragment = target.partition("#")
        if path.startswith(("http://", "https://", "mailto:")):
            continue
        there = page if not path else page.parent / path
        assert there.exists(), target
        assert not fragment or fragment in anchors(there), target


def test_the_walk_names_what_exists() -> None:
    named = re.findall(r"`([a-z_.]+):([\w.]+)`", (ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert len(named) > 15
    for module, path in named:
        found: object = importlib.import_module(module)
        for name in path.split("."):
            assert hasattr(found, name), f"{module}:{path}"
            found = getattr(found, name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    if page.parent.name == "adr" or page.name == "CHANGELOG.md":
        return
    named = re.findall(
        r"`((?:bots|core|media|studio|tests|docs|examples|benchmarks)/[\w./]+)`", page.read_text("utf-8")
    )
    known = [name for name in named if not re.search(r"/(?:march\.py|lines/|(?:topics_)?xx\.\w+)$", name)]
    assert [name for name in known if not (ROOT / name).exists()] == []


def test_settings_and_commands_that_are_named_exist() -> None:
    pages = [page for page in PAGES if page.parent != ROOT / "docs" / "howto"]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    settings = set(re.findall(r"`((?:[A-Z]+_)+[A-Z]+)(?:=[^`]*)?`", text)) - OF_OTHER_PROGRAMS
    assert len(settings) > 50
    assert settings <= SETTINGS
    typed = set(re.findall(r"`/([a-z]+)[ `]", (ROOT / "docs" / "commands.md").read_text("utf-8")))
    assert typed == set(TYPED)
    programs = set(re.findall(r"\bmusic-bot ([a-z]+)", text))
    assert len(programs) > 5
    assert programs <= {*_programs()}


def _programs() -> list[str]:
    """Return the subcommands of the program."""
    actions = (action.choices for action in _parser("en")._subparsers._group_actions)
    return [name for choices in actions for name in choices]


def test_a_chat_is_drawn_with_signs_that_every_font_has() -> None:
    shown = [
        {"kind": "progress", "stage": "composing", "text": "🎼 Composing… 40%", "fraction": 0.4},
        {"kind": "progress", "stage": "composing", "text": "🎼 Composing… 50%", "fraction": 0.5},
        {"kind": "file", "path": "/home/me/film.mp4", "text": "✅ Video ready! <20 s>\nIt cost 1 credit."},
        {"kind": "buttons", "buttons": [{"label": "🎬 Make the MP4"}, {"label": "Undo"}]},
    ]
    drawn = ET.fromstring(draw([Exchange("/music calm", shown)], Path("/home/me")))
    texts = [element.text for element in drawn.iter(f"{SVG}text")]
    assert texts == [
        "›", "/music calm", "Composing… 40%", "Video ready! <20 s>", "It cost 1 credit.",
        "saved ~/Videos/film.mp4", "1", "Make the MP4", "2", "Undo",
    ]  # fmt: skip
    # What passes by is not seen where nothing moves; the rest is.
    hidden = [group for group in drawn.iter(f"{SVG}g") if group.get("opacity") == "0"]
    assert [element.text for group in hidden for element in group.iter(f"{SVG}text")] == ["Composing… 40%"]


def test_what_the_readme_shows_is_small() -> None:
    shown = re.findall(r"\bdocs/[\w.]+\.(?:svg|jpg|webp|png|m4a)\b", (ROOT / "README.md").read_text("utf-8"))
    assert {f"docs/{name}" for name in ("chat.svg", "film.jpg", "film.webp", "waveform.png", "sample.m4a")} <= set(
        shown
    )
    assert sum((ROOT / name).stat().st_size for name in set(shown)) < LARGEST
