"""The client of the NemoVideo agent service, and of the studio, which speaks the same API."""

from core.nemo._draft import read_timeline
from core.nemo._gui import translate_gui
from core.nemo._identity import SKILL_SOURCE, SKILL_VERSION, detect_platform
from core.nemo._links import register_page
from core.nemo._render_id import new_render_id
from core.nemo._strike import strike
from core.nemo._timeline import changes, summary
from core.nemo.client import NemoClient
from core.nemo.port import Nemo

__all__ = [
    "SKILL_SOURCE",
    "SKILL_VERSION",
    "Nemo",
    "NemoClient",
    "changes",
    "detect_platform",
    "new_render_id",
    "read_timeline",
    "register_page",
    "strike",
    "summary",
    "translate_gui",
]
