"""What became of a message, told: the agent's words without its GUI talk, the changes by name, what it cost."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from core import metrics
from core.flows import telling
from core.flows.account import CALL_FAILED, Account
from core.flows.buttons import Act
from core.flows.send import Sent
from core.flows.turn import Turn
from core.intent import Action
from core.jobs.job import Job
from core.jobs.paid import Stage
from core.messages import Button, Text
from core.nemo import changes, summary, translate_gui
from core.nemo.model import GuiAction, Timeline

PROPOSAL_STEP = "proposal"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer ready to be shown. `wants_export`: the agent spoke of the export, which is free."""

    lines: tuple[str, ...]
    proposal: str | None = None
    wants_export: bool = False


async def put_in_words(turn: Turn, account: Account, sent: Sent) -> Told:
    """Return what to tell about a message that did something; never empty."""
    talk = turn.talk
    talks = [translate_gui(text, talk.language) for text in sent.texts]
    words = [it.text for it in talks if it.text]
    actions = {action for it in talks for action in it.actions}
    made = turn.request.action is Action.MUSIC
    found = changes(sent.before, sent.after, fresh=turn.request.fresh) if sent.after else ()
    lines = words
    if found and sent.stage is Stage.CHANGED and not words:
        lines = [talk.say("answer.unheard" if sent.unheard else "answer.changed")]
    # The first track is told by the agent's words, where they came whole, and the file's caption; later ones by what
    # changed.
    if sent.before.tracks or not words or sent.stage is Stage.CHANGED:
        lines += [telling.change(talk, it, made=made) for it in found]
    if GuiAction.SHOW_TIMELINE in actions and sent.after:
        lines.append(summary(sent.after))
    if GuiAction.SHOW_CREDITS in actions:
        with suppress(*CALL_FAILED):
            balance = await account.credits()
            lines.append(talk.say("credits.available", available=telling.amount(balance.available)))
    if not lines:
        lines.append(talk.say("answer.no_words" if sent.changed else "answer.as_it_was"))
    proposal = next((it.proposed_edit for it in talks if it.proposed_edit), None)
    return Told(tuple(lines), proposal, GuiAction.EXPORT in actions)


async def keep_facts(turn: Turn, account: Account, job: Job, sent: Sent) -> None:
    """Keep what the wish cost and what it was about."""
    title = telling.slug(turn.request.text)
    is_new = turn.request.action is Action.MUSIC

    if sent.cost and await turn.services.store.people.add_spent(turn.conversation.person, job.id, sent.cost):
        metrics.SPENT.inc(sent.cost)
    await account.keep(
        lambda kept: replace(kept, last_cost=sent.cost, title=title if is_new or not kept.title else kept.title)
    )


async def keep_proposal(job: Job, proposal: str | None) -> None:
    """Keep an edit that the agent proposed, for the button that sends it."""
    if proposal:
        await job.finish(PROPOSAL_STEP, str, proposal)


def cost_line(turn: Turn, cost: float | None) -> str:
    """Return the sentence about the measured cost, "" where it is not known."""
    if cost is None:
        return ""
    if cost == 0:
        return turn.talk.say("cost.nothing")
    return turn.talk.say("cost.some", count=1 if cost == 1 else 2, amount=telling.amount(cost))


def played_by(turn: Turn) -> str:
    """Return the sentence about who made the music, "" where it is the usual one."""
    return turn.talk.say("answer.by_studio") if turn.request.backend else ""


def offer(turn: Turn, job_id: str | None) -> tuple[str, tuple[Button, ...]]:
    """Return the sentence and the button by which the other service makes this music, empty where that can't be."""
    if job_id is None or turn.services.other is None or turn.request.backend or turn.request.action is not Action.MUSIC:
        return "", ()
    return turn.talk.say("answer.offer_studio"), (turn.talk.button(Act.STUDIO, job_id),)


async def tell_unchanged(turn: Turn, job: Job, sent: Sent) -> None:
    """Say that nothing came of it, what it cost, and offer to try again: a person decides."""
    words = [translate_gui(text, turn.talk.language).text for text in sent.texts]
    outcome = turn.talk.say("answer.failed" if sent.failed else "answer.unchanged")
    lines = [*(text for text in words if text), outcome, cost_line(turn, sent.cost)]
    again = turn.talk.button(Act.AGAIN, job.id)
    await turn.talk.show(Text("\n".join(line for line in lines if line), (again,)))


def is_empty(timeline: Timeline | None) -> bool:
    """Whether there is nothing to export."""
    return timeline is None or not timeline.can_export


def next_steps(turn: Turn, job: Job, names: tuple[str, ...]) -> tuple[Button, ...]:
    """Return the buttons of ready-made edits."""
    return tuple(turn.talk.button(Act.WISH, job.id, name) for name in names)
