"""The table of commands is whole: every action has a row and a flow, every typed one its sentences."""

from __future__ import annotations

import pytest

from core.commands import COMMANDS, TYPED, Action
from core.flows import FLOWS
from core.texts import LANGUAGES, say


def test_every_action_has_a_row_and_a_flow() -> None:
    assert set(COMMANDS) == set(FLOWS) == set(Action)


@pytest.mark.parametrize("action", TYPED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_menus_have_a_line_for_what_can_be_typed(language: str, action: Action) -> None:
    command = COMMANDS[action]
    assert say(language, command.description)
    assert command.prompt is None or say(language, command.prompt)


def test_what_costs_is_a_job_whose_steps_are_not_done_twice() -> None:
    assert not any(command.at_once for command in COMMANDS.values() if command.costs)
