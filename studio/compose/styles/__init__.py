"""The styles that the composer knows, one pack each."""

from __future__ import annotations

from studio.compose.pack import Style
from studio.compose.styles.acoustic import ACOUSTIC
from studio.compose.styles.beats import BEATS
from studio.compose.styles.electronic import ELECTRONIC
from studio.compose.styles.popular import POPULAR
from studio.compose.styles.screen import SCREEN

DEFAULT_STYLE = "pop"

STYLES: dict[str, Style] = {style.name: style for style in (*POPULAR, *BEATS, *ELECTRONIC, *ACOUSTIC, *SCREEN)}
"""Every style by its name."""
