"""What the bot does: one readable function for each thing that a person can want."""

from core.flows import export, files, pieces, quick_answers
from core.flows.context import FLOWS

__all__ = ["FLOWS", "export", "files", "pieces", "quick_answers"]
