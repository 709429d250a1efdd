"""Edit: a change of what is on the timeline, told by name, before → after."""

from __future__ import annotations

from core.flows.abandoned_runs import TOLD_STEP
from core.flows.account import Account
from core.flows.answer import (
    cost_line,
    is_empty,
    keep_facts,
    keep_proposal,
    next_steps,
    put_in_words,
    tell_unchanged,
)
from core.flows.buttons import AFTER_EDIT, AFTER_NOTHING, Act
from core.flows.export import export_timeline
from core.flows.files import naming, save_files
from core.flows.send import send
from core.flows.turn import Turn
from core.intent import wants_file
from core.jobs.job import Job
from core.jobs.paid import Stage
from core.messages import Outcome, Text
from core.nemo.model import UploadedFile


async def edit(turn: Turn, job: Job) -> Outcome:
    """Send the change, tell what it did, and export only where the words, or the agent, ask for the video."""
    account = Account(turn)
    saved = await save_files(turn, job)

    def message(files: tuple[UploadedFile, ...]) -> str:
        return naming(turn.talk.language, turn.request.text, (it.name for it in files))

    sent = await send(turn, account, job, message, saved)
    await keep_facts(turn, account, job, sent)
    if sent.stage is Stage.UNCHANGED:
        await tell_unchanged(turn, job, sent)
        return Outcome.FAILED
    told = await put_in_words(turn, account, sent)
    await keep_proposal(job, told.proposal)
    # A wish to change nothing yet made a first piece: that is music, and music comes as a file.
    wanted = is_empty(sent.before) or told.wants_export or wants_file(turn.request.text)
    exports = not is_empty(sent.after) and wanted

    async def tell() -> bool:
        tip = turn.talk.say("edit.tip") if turn.request.vague else ""
        lines = [*told.lines, tip, *([] if exports else [cost_line(turn, sent.cost)])]
        buttons = () if exports or is_empty(sent.after) else (turn.talk.button(Act.EXPORT, job.id),)
        proposed = (turn.talk.button(Act.PROPOSED, job.id),) if told.proposal else ()
        # "Undo" behind an edit that changed nothing would take back another one.
        offered = AFTER_EDIT if sent.changed else AFTER_NOTHING
        steps = next_steps(turn, job, offered)[: 2 - len(proposed)] if buttons else ()
        await turn.talk.show(Text("\n".join(line for line in lines if line), (*buttons, *proposed, *steps)))
        return True

    await job.step(TOLD_STEP, bool, tell)
    if exports:
        return await export_timeline(turn, account, job, steps=AFTER_EDIT, cost=sent.cost)
    return Outcome.FULFILLED
