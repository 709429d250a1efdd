"""The table of jobs: an id is always whole, and what does not fit is the place."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from bots.cli_jobs import lines

HEADINGS = ("任务", "kind", "status", "age", "lost", "place")
PLACE = "console:2460a170-1c54-4a5e-9d0b-5a0c3d7e8f90/console:2460a170-1c54-4a5e-9d0b-5a0c3d7e8f90"
ROW = ("182fcd8a90b1c2d3", "music", "waiting (3)", "0:00:12", "2", PLACE)


@pytest.mark.parametrize("width", [80, 100])
def test_a_terminal_shortens_the_place_and_nothing_else(width: int) -> None:
    printed = list(lines(HEADINGS, [ROW], width))
    assert max(map(cell_len, printed)) == width
    for cell in ROW[:-1]:
        assert cell in printed[1]
    assert printed[1].endswith("…")
    assert PLACE.startswith(printed[1].split()[-1].removesuffix("…"))
    assert cell_len(printed[0].partition("kind")[0]) == cell_len(printed[1].partition("music")[0])


def test_even_the_narrowest_terminal_gets_whole_ids() -> None:
    assert list(lines(HEADINGS, [ROW], 20))[1].startswith(ROW[0])


def test_a_pipe_and_a_wide_terminal_get_everything() -> None:
    for width in (None, 200):
        assert list(lines(HEADINGS, [ROW], width))[1].endswith(PLACE)
