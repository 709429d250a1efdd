"""The composer: a wish becomes a brief, a brief becomes a score, an edit becomes a changed brief."""

from studio.compose.arrange import compose
from studio.compose.decide import wants_new_piece
from studio.compose.pack import Style
from studio.compose.revise import Change, Kept, Limit, Revision, revise
from studio.compose.styles import STYLES
from studio.compose.telling import Description, describe, title_for
from studio.compose.understand import Understood, understand

__all__ = [
    "STYLES",
    "Change",
    "Description",
    "Kept",
    "Limit",
    "Revision",
    "Style",
    "Understood",
    "compose",
    "describe",
    "revise",
    "title_for",
    "understand",
    "wants_new_piece",
]
