"""The composer turns a wish into a brief, a brief into a score, and an edit into a changed brief."""

from studio.compose.arrange import compose
from studio.compose.brief_editor import BriefChange, Limit, Revision, Unchanged, revise
from studio.compose.brief_parser import ParsedBrief, parse_brief
from studio.compose.description import Description, describe, title_for
from studio.compose.new_or_edit import wants_another, wants_new_piece
from studio.compose.style_schema import Style
from studio.compose.styles import STYLES

__all__ = [
    "STYLES",
    "BriefChange",
    "Description",
    "Limit",
    "ParsedBrief",
    "Revision",
    "Style",
    "Unchanged",
    "compose",
    "describe",
    "parse_brief",
    "revise",
    "title_for",
    "wants_another",
    "wants_new_piece",
]
