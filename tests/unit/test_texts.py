"""Every sentence that the code asks for by name is there, in each language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.texts import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[2]
SPEAKING = {"say", "tell", "_without_files"}
KEY = re.compile(r"[a-z]+(?:\.[a-z_0-9]+)+")


def keys_asked_for() -> Iterator[tuple[str, str]]:
    """Yield each key that stands literally in a call that speaks, with its place."""
    for folder in ("core", "bots"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if name not in SPEAKING:
                    continue
                for part in constants(call.args):
                    if KEY.fullmatch(str(part.value)):
                        yield str(part.value), f"{path.relative_to(ROOT)}:{part.lineno}"


def constants(arguments: list[ast.expr]) -> Iterator[ast.Constant]:
    """Yield the constants of arguments, except parts of names that are put together."""
    waiting: list[ast.AST] = [*arguments]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant):
            yield node
        elif not isinstance(node, ast.JoinedStr):
            waiting += ast.iter_child_nodes(node)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_code_says_is_in_the_language_files(language: str) -> None:
    asked = list(keys_asked_for())
    assert len(asked) > 100
    known = catalogue(language)
    assert [(key, place) for key, place in asked if key not in known and f"core.{key}" not in known] == []
