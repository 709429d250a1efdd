"""docs/rules.md names functions and tests that exist, some of each for every rule."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "rules.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TABLE.read_text("utf-8").splitlines()
    if line.startswith("|") and "---" not in line and not line.startswith(("| rule ", "| what comes "))
]
FILES = {path.name: path for path in TESTS.rglob("test_*.py")}


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_a_rule_names_what_keeps_it_and_what_proves_it(row: list[str]) -> None:
    _, kept_by, proved_by = row
    assert named(kept_by)
    assert named(proved_by)
    for function in named(kept_by):
        assert exists(function), function
    for test in named(proved_by):
        file, _, name = test.partition("::")
        assert name in functions(file), test


@cache
def functions(file: str) -> set[str]:
    """Return the names of a file's functions."""
    nodes = ast.walk(ast.parse(FILES[file].read_text("utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def exists(name: str) -> bool:
    """Return whether a dotted name leads to something: modules as far as they go, then attributes."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[end:]:
            if not hasattr(found, attribute):
                return False
            found = getattr(found, attribute)
        return end > 1 and end < len(parts)
    return False


def test_the_table_is_a_table() -> None:
    assert len(ROWS) > 70
    assert all(len(row) == 3 for row in ROWS)
