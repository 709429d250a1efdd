"""What the bot does: one readable function for each thing that a person can want."""

from collections.abc import Awaitable, Callable

from core.commands import Action
from core.flows.context import Turn
from core.flows.export import export
from core.flows.files import upload
from core.flows.history import reopen, tell_history
from core.flows.pieces import make
from core.flows.quick_answers import ask_back, cancel, chat, decline, new, report, status, teach, tell_credits
from core.messages import Outcome

#: Which flow serves an action.
FLOWS: dict[Action, Callable[[Turn], Awaitable[Outcome]]] = {
    Action.MUSIC: make,
    Action.EDIT: make,
    Action.EXPORT: export,
    Action.UPLOAD: upload,
    Action.CREDITS: tell_credits,
    Action.STATUS: status,
    Action.HISTORY: tell_history,
    Action.REOPEN: reopen,
    Action.CANCEL: cancel,
    Action.NEW: new,
    Action.HELP: teach,
    Action.LINK: decline,
    Action.EMPTY: decline,
    Action.SMALLTALK: chat,
    Action.UNSURE: ask_back,
    Action.REPORT: report,
}
