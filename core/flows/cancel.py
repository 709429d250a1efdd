"""Cancel: take back what runs and what waits, honestly."""

from __future__ import annotations

from core.flows.left import leave
from core.flows.turn import Turn
from core.store import TakenBack
from core.words import Outcome

_ENDED = {TakenBack.GONE, TakenBack.DONE}
_BEGUN = {TakenBack.RUNNING, TakenBack.INTERRUPTED}


async def cancel(turn: Turn) -> Outcome:
    """Take back the job whose button was pressed, or all open jobs of this place."""
    journal = turn.services.store.journal
    wanted = [turn.request.about] if turn.request.about else await journal.line(turn.place)
    # The last one first, so that none moves up and starts meanwhile.
    taken = {job_id: await journal.cancel(turn.place, job_id) for job_id in reversed(wanted)}
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
