"""Music: from a wish to a finished MP4, in one message."""

from __future__ import annotations

from core.flows.abandoned_runs import TOLD_STEP
from core.flows.account import Account
from core.flows.answer import is_empty, keep_facts, keep_proposal, put_in_words, tell_unchanged
from core.flows.buttons import AFTER_MUSIC, Act
from core.flows.export import export_timeline
from core.flows.files import naming, save_files
from core.flows.send import send
from core.flows.turn import Turn
from core.intent import wants_file
from core.jobs.job import Job
from core.jobs.paid import Stage
from core.messages import Outcome, Text
from core.nemo.model import UploadedFile


async def music(turn: Turn, job: Job) -> Outcome:
    """Take the files in, send the wish, tell what was made, export it, deliver the file."""
    account = Account(turn)
    saved = await save_files(turn, job)
    wish = turn.request.text or turn.talk.say("wish.fitting")

    def message(files: tuple[UploadedFile, ...]) -> str:
        named = naming(turn.talk.language, wish, (it.name for it in files))
        # Said by command, "calm piano" is a new piece, also where the agent could take it for an edit.
        return turn.talk.say("wish.fresh", wish=named) if turn.request.fresh else named

    sent = await send(turn, account, job, message, saved)
    await keep_facts(turn, account, job, sent)
    if sent.stage is Stage.UNCHANGED:
        await tell_unchanged(turn, job, sent)
        return Outcome.FAILED
    told = await put_in_words(turn, account, sent)
    await keep_proposal(job, told.proposal)
    tip = [turn.talk.say("music.tip")] if turn.request.vague else []

    # An answer in words only, such as a question back, is no reason to deliver the old piece once more.
    wanted = sent.changed or told.wants_export or bool(saved or turn.request.about) or wants_file(wish)
    exports = not is_empty(sent.after) and wanted
    offered = not exports and not is_empty(sent.after)

    async def tell() -> bool:
        buttons = (turn.talk.button(Act.EXPORT, job.id),) if offered else ()
        await turn.talk.show(Text("\n".join((*told.lines, *tip)), buttons))
        return True

    await job.step(TOLD_STEP, bool, tell)
    if not exports:
        return Outcome.FULFILLED
    return await export_timeline(turn, account, job, steps=AFTER_MUSIC, cost=sent.cost)
