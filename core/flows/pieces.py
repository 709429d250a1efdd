"""Music and edits: from a wish to a piece, told and, where a file is wanted, exported."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

from core import metrics
from core.commands import Action
from core.flows.account import CALL_FAILED, Account
from core.flows.context import Act, Turn
from core.flows.export import export_timeline
from core.flows.files import save_files
from core.flows.send import Sent, send
from core.flows.wording import (
    AFTER_EDIT,
    AFTER_MUSIC,
    AFTER_NOTHING,
    amount,
    change,
    cost_line,
    lines,
    slug,
)
from core.intent import wants_file
from core.jobs.paid import Stage
from core.messages import Outcome, Text
from core.nemo import changes, summary, translate_gui
from core.nemo.model import GuiAction

PROPOSAL_STEP = "proposal"
_MOST_STEPS = 2


async def music(turn: Turn) -> Outcome:
    """Take the files in, send the wish, tell what was made, export it, deliver the file."""
    account = Account(turn)
    saved = await save_files(turn)
    wish = turn.request.text or turn.talk.say("wish.fitting")
    sent = await send(turn, account, wish, saved)
    await _keep_facts(turn, account, sent)
    if sent.stage is Stage.UNCHANGED:
        return await tell_unchanged(turn, sent)
    text, _, wants_export = await put_in_words(turn, account, sent, "music.tip")

    has_piece = sent.after is not None and sent.after.can_export
    # An answer in words only, such as a question back, is no reason to deliver the old piece once more.
    wanted = sent.changed or wants_export or bool(saved or turn.request.about) or wants_file(wish)
    if has_piece and wanted:
        await turn.talk.note(text)
        return await export_timeline(turn, account, steps=AFTER_MUSIC, sent=sent)
    buttons = (turn.talk.button(Act.EXPORT, turn.job.id),) if has_piece else ()
    await turn.talk.show(Text(text, buttons))
    return Outcome.FULFILLED


async def edit(turn: Turn) -> Outcome:
    """Send the change, tell what it did, and export only where the words, or the agent, ask for the video."""
    account = Account(turn)
    saved = await save_files(turn)
    sent = await send(turn, account, turn.request.text, saved)
    await _keep_facts(turn, account, sent)
    if sent.stage is Stage.UNCHANGED:
        return await tell_unchanged(turn, sent)
    text, proposal, wants_export = await put_in_words(turn, account, sent, "edit.tip")

    has_piece = sent.after is not None and sent.after.can_export
    # A wish to change nothing yet made a first piece: that is music, and music comes as a file.
    wanted = not sent.before.can_export or wants_export or wants_file(turn.request.text)
    if has_piece and wanted:
        await turn.talk.note(text)
        return await export_timeline(turn, account, steps=AFTER_EDIT, sent=sent)
    buttons = [turn.talk.button(Act.PROPOSED, turn.job.id)] if proposal else []
    if has_piece:
        # "Undo" behind an edit that changed nothing would take back another one.
        steps = AFTER_EDIT if sent.changed else AFTER_NOTHING
        buttons += [turn.talk.button(Act.WISH, turn.job.id, it) for it in steps[: _MOST_STEPS - len(buttons)]]
        buttons.insert(0, turn.talk.button(Act.EXPORT, turn.job.id))
    await turn.talk.show(Text(lines(text, cost_line(turn.talk, sent.cost)), tuple(buttons)))
    return Outcome.FULFILLED


async def _keep_facts(turn: Turn, account: Account, sent: Sent) -> None:
    """Keep what the wish cost, what it was about and which piece is on the timeline now."""
    people = turn.services.store.people
    if sent.cost and await people.add_spent(turn.conversation.person, turn.job.id, sent.cost):
        metrics.SPENT.inc(sent.cost)
    if session := await account.known_session():
        is_new = turn.request.action is Action.MUSIC or not session.title
        title = slug(turn.request.text) if is_new else session.title
        await account.keep(replace(session, last_cost=sent.cost, title=title, piece=sent.piece))


async def tell_unchanged(turn: Turn, sent: Sent) -> Outcome:
    """Say that nothing came of it, what it cost, and offer to try again: a person decides."""
    words = [translate_gui(text, turn.talk.language).text for text in sent.texts]
    outcome = turn.talk.say("answer.failed" if sent.failed else "answer.unchanged")
    again = turn.talk.button(Act.AGAIN, turn.job.id)
    await turn.talk.show(Text(lines(*words, outcome, cost_line(turn.talk, sent.cost)), (again,)))
    return Outcome.FAILED


async def put_in_words(turn: Turn, account: Account, sent: Sent, tip: str) -> tuple[str, str | None, bool]:
    """Return what to tell about a message that did something, the edit that the agent proposed, and whether it spoke
    of the export, which is free. `tip` is the sentence for vague wishes.
    """
    talk = turn.talk
    words: list[str] = []
    actions: set[GuiAction] = set()
    proposal = None
    for text in sent.texts:
        said = translate_gui(text, talk.language)
        actions.update(said.actions)
        proposal = proposal or said.proposed_edit
        if said.text:
            words.append(said.text)
    made = turn.request.action is Action.MUSIC
    found = changes(sent.before, sent.after, fresh=turn.request.fresh) if sent.after else ()
    told = list(words)
    if found and sent.stage is Stage.CHANGED and not words:
        told = [talk.say("answer.unheard" if sent.unheard else "answer.changed")]
    # The first track is told by the agent's words, where they came whole, and the file's caption; later ones by what
    # changed.
    if sent.before.tracks or not words or sent.stage is Stage.CHANGED:
        told += map(partial(change, talk, made=made), found)
    if GuiAction.SHOW_TIMELINE in actions and sent.after:
        told.append(summary(sent.after))
    if GuiAction.SHOW_CREDITS in actions:
        with suppress(*CALL_FAILED):
            balance = await account.call(turn.services.nemo.credits)
            told.append(talk.say("credits.available", available=amount(balance.available)))
    if not told:
        told.append(talk.say("answer.no_words" if sent.changed else "answer.as_it_was"))
    if turn.request.vague:
        told.append(talk.say(tip))
    if proposal:
        await turn.job.finish(PROPOSAL_STEP, str, proposal)
    return "\n".join(told), proposal, GuiAction.EXPORT in actions
