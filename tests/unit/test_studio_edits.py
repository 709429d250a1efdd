"""The usual edits in the languages whose words are said in English first: each changes what it asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from language.gloss import GLOSSED
from studio.agent.planner import Plan, PlanAction, plan_message
from studio.compose import compose, describe, parse_brief
from studio.domain import Loudness, Role, Shape
from studio.projects.project import ComposedPiece, Project, Version
from tests.support.tables import rows

BRIEF = parse_brief("calm lo-fi piano with guitar, 20 seconds", seed=5).brief
SCORE = compose(BRIEF)
PIECE = ComposedPiece(
    id="p",
    title="Slow Rain",
    brief=BRIEF,
    seconds=20.0,
    bpm=SCORE.bpm,
    key=SCORE.key,
    beats_per_bar=4,
    first_beat=0.0,
    sections=SCORE.sections,
    loudness=Loudness(-14.0, -1.0, 20.0),
    players=describe(SCORE).instruments,
)
FIRST, SECOND = Version(piece="p", volume=0.5), Version(piece="p", volume=0.6, title="Rain")
PROJECT = (
    Project(session="s", task="t", language="en")
    .with_piece(PIECE)
    .changed(FIRST)
    .given()
    .changed(SECOND)
    .given()
    .changed(Version(piece="p", volume=0.7))
    .given()
)


def done(plan: Plan) -> set[str]:
    """Say what a plan changes."""
    if plan.action is PlanAction.BACK:
        return {f"back {plan.number}"}
    if plan.action is not PlanAction.EDIT:
        return {plan.reply_key or plan.action}
    now, version, brief = PROJECT.now, plan.version or PROJECT.now, plan.brief or BRIEF
    found = {
        "tempo": brief.bpm != BRIEF.bpm,
        "mood": brief.valence != BRIEF.valence,
        "only drums": brief.without == frozenset(Role) - {Role.DRUMS, Role.PERCUSSION},
        "fade": brief.fade_out > 0,
        f"{brief.seconds:g} s": brief.seconds != BRIEF.seconds,
        "title": version.title != now.title,
        "volume": version.volume != now.volume,
        "portrait": version.shape is Shape.PORTRAIT,
        "no music": version.piece is None,
        "players: piano → guitar": ("grand piano", "steel guitar") in brief.recast,
        "players: guitar →": any("guitar" in old and not new for old, new in brief.recast),
        "players: + strings": ("", "strings") in brief.recast,
    }
    return {what for what, holds in found.items() if holds}


@pytest.mark.parametrize("language", sorted(GLOSSED))
def test_an_edit_changes_what_it_asks_for(language: str) -> None:
    table = [(what, text) for tag, what, text in rows("studio_edits.tsv") if tag == language]
    project = replace(PROJECT, language=language)
    wrong = [(text, what, seen) for what, text in table if what not in (seen := done(plan_message(text, project)))]
    assert len(table) >= 14
    assert wrong == []
