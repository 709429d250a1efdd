"""Links for people."""

from __future__ import annotations

import logging

from core.flows.account import CALL_FAILED, Account
from core.flows.turn import Turn

log = logging.getLogger(__name__)


async def claim_link(turn: Turn, account: Account) -> str | None:
    """Return the link under which the person may open this project, None where there is none now."""
    session = await account.session()
    task_id = session.task_id
    if task_id is None:
        return None
    try:
        return await account.call(lambda token: turn.services.nemo.claim_link(token, task_id, session.session_id))
    except CALL_FAILED as error:
        # The link is an extra: the file is what was asked for.
        log.info("No claim link: %s", type(error).__name__)
        return None
