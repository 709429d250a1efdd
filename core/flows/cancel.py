"""Cancel: take back what runs and what waits, honestly."""

from __future__ import annotations

from core.flows.abandoned_runs import leave
from core.flows.turn import Turn
from core.messages import Outcome
from core.store import Cancellation

_ENDED = {Cancellation.GONE, Cancellation.DONE}
_BEGUN = {Cancellation.RUNNING, Cancellation.INTERRUPTED}


async def cancel(turn: Turn) -> Outcome:
    """Take back the job whose button was pressed, or all open jobs of this conversation."""
    journal = turn.services.store.journal
    wanted = [turn.request.about] if turn.request.about else await journal.line(turn.conversation)
    # The last one first, so that none moves up and starts meanwhile.
    taken = {job_id: await journal.cancel(turn.conversation, job_id) for job_id in reversed(wanted)}
    count = sum(it not in _ENDED for it in taken.values())
    if not count:
        # What was wanted is so: nothing of it runs.
        await turn.talk.tell("cancel.too_late" if turn.request.about else "cancel.nothing")
        return Outcome.FULFILLED
    begun = [job_id for job_id, it in taken.items() if it in _BEGUN]
    for job_id in begun:
        await leave(turn, job_id)
    await turn.talk.tell("cancel.stopped" if begun else "cancel.queued", count=count)
    return Outcome.FULFILLED
