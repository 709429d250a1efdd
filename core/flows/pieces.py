"""Music and edits: from a wish to a piece, told and, where a file is wanted, exported."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from core import metrics
from core.commands import Action
from core.flows.account import Account
from core.flows.context import Act, Turn
from core.flows.export import export_timeline, first
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
    listed,
    slug,
)
from core.jobs.paid import Stage
from core.messages import Outcome, Text
from core.nemo import changes, translate_gui
from core.nemo.model import ChangeKind, GuiAction, TrackKind

PROPOSAL_STEP = "proposal"


async def make(turn: Turn) -> Outcome:
    """Give the session the files, send the wish or the change, tell what came of it; where a file is wanted, export."""
    account, talk, job_id = Account(turn), turn.talk, turn.job.id
    saved = await save_files(turn)
    wish = turn.request.text or talk.say("wish.fitting")
    sent = await send(turn, account, wish, saved)
    await _keep_facts(turn, account, sent)
    cost = cost_line(turn, sent.cost)
    if sent.stage is Stage.UNCHANGED:
        # Nothing came of it; whether it is tried again is for the person to decide.
        words = [translate_gui(text, talk.language).text for text in sent.texts]
        failed = talk.say("answer.failed" if sent.failed else "answer.unchanged")
        await talk.show(Text(lines(*words, failed, cost), (talk.button(Act.AGAIN, job_id),)))
        return Outcome.FAILED
    text, proposal, wants_export = await put_in_words(turn, account, sent)

    is_music = turn.request.action is Action.MUSIC
    # An answer in words only, such as a question back, is no reason to deliver the old piece once more. Where a wish to
    # change something made a first piece or another one, that is music, and music comes as a file.
    wanted = sent.changed or bool(saved or turn.request.about) if is_music else _made_another(sent)
    has_piece = sent.after is not None and sent.after.can_export
    if has_piece and (wanted or wants_export or turn.request.wants_file):
        await talk.note(text)
        return await export_timeline(turn, account, steps=AFTER_MUSIC if is_music else AFTER_EDIT, sent=sent)
    buttons = [talk.button(Act.EXPORT, job_id)] if has_piece else []
    if is_music:
        await talk.show(Text(text, tuple(buttons)))
        return Outcome.FULFILLED
    # "Undo" behind an edit that changed nothing would take back another one.
    steps: tuple[str, ...] = AFTER_EDIT if sent.changed else AFTER_NOTHING
    if proposal:
        buttons.append(talk.button(Act.PROPOSED, job_id))
        steps = steps[:1]
    if has_piece:
        buttons += map(partial(talk.button, Act.WISH, job_id), steps)
    await talk.show(Text(lines(text, cost), tuple(buttons)))
    return Outcome.FULFILLED


def _made_another(sent: Sent) -> bool:
    """Return whether there is a piece that was not there before; one that is brought back has a lower number."""
    if sent.after is None or not sent.before.can_export:
        return True
    was, now = first(sent.before, TrackKind.BGM), first(sent.after, TrackKind.BGM)
    newer = was is None or now is None or (now.version or 1) > (was.version or 0)
    return newer and any(it.kind is ChangeKind.NEW_PIECE for it in changes(sent.before, sent.after))


async def _keep_facts(turn: Turn, account: Account, sent: Sent) -> None:
    """Keep what the wish cost, what it was about and which piece is on the timeline now."""
    people = turn.services.store.people
    if sent.cost and await people.add_spent(turn.conversation.person, turn.job.id, sent.cost):
        metrics.SPENT.inc(sent.cost)
    if session := await account.known_session():
        is_new = turn.request.action is Action.MUSIC or not session.title
        title = slug(turn.request.text) if is_new else session.title
        await account.keep(replace(session, last_cost=sent.cost, title=title, piece=sent.piece))


async def put_in_words(turn: Turn, account: Account, sent: Sent) -> tuple[str, str | None, bool]:
    """Return what to tell about a message that did something, the edit that the agent proposed, and whether it spoke
    of the export, which is free.
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
    # What the agent's words tell whole is not told twice; the first track is told by the file's caption too.
    tells = turn.services.nemo.backend.tells_changes or not sent.before.tracks
    if not (words and tells) or sent.stage is Stage.CHANGED:
        told += map(partial(change, talk, made=made), found)
    if GuiAction.SHOW_TIMELINE in actions and sent.after:
        told.append(listed(talk, sent.after))
    if GuiAction.SHOW_CREDITS in actions and (balance := await account.attempt(turn.services.nemo.credits)):
        told.append(talk.say("credits.available", available=amount(balance.available)))
    if not told:
        told.append(talk.say("answer.no_words" if sent.changed else "answer.as_it_was"))
    if turn.request.vague:
        told.append(talk.say(f"{turn.request.action}.tip"))
    if proposal:
        await turn.job.finish(PROPOSAL_STEP, str, proposal)
    return "\n".join(told), proposal, GuiAction.EXPORT in actions
