"""The client of the NemoVideo agent service, and of whatever else speaks its API."""

from core.nemo._gui import translate_gui
from core.nemo._identity import detect_platform, new_render_id, register_page, strike
from core.nemo._timeline import changes, entries, read_timeline
from core.nemo.client import NemoClient

__all__ = [
    "NemoClient",
    "changes",
    "detect_platform",
    "entries",
    "new_render_id",
    "read_timeline",
    "register_page",
    "strike",
    "translate_gui",
]
