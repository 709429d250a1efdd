"""The styles that the composer knows, one module each."""

from __future__ import annotations

from studio.compose.style_schema import Style
from studio.compose.styles.ambient import AMBIENT
from studio.compose.styles.bossa import BOSSA
from studio.compose.styles.chinese import CHINESE
from studio.compose.styles.chiptune import CHIPTUNE
from studio.compose.styles.cinematic import CINEMATIC
from studio.compose.styles.corporate import CORPORATE
from studio.compose.styles.dnb import DNB
from studio.compose.styles.epic import EPIC
from studio.compose.styles.folk import FOLK
from studio.compose.styles.funk import FUNK
from studio.compose.styles.futurebass import FUTUREBASS
from studio.compose.styles.hiphop import HIPHOP
from studio.compose.styles.house import HOUSE
from studio.compose.styles.jazz import JAZZ
from studio.compose.styles.lofi import LOFI
from studio.compose.styles.piano import PIANO
from studio.compose.styles.pop import POP
from studio.compose.styles.reggae import REGGAE
from studio.compose.styles.rock import ROCK
from studio.compose.styles.synthwave import SYNTHWAVE
from studio.compose.styles.tension import TENSION
from studio.compose.styles.trap import TRAP
from studio.compose.styles.tropical import TROPICAL
from studio.compose.styles.waltz import WALTZ
from studio.compose.styles.whimsical import WHIMSICAL

DEFAULT_STYLE = "pop"

_ALL = (
    POP,
    CORPORATE,
    ROCK,
    FUNK,
    TROPICAL,
    REGGAE,
    LOFI,
    HIPHOP,
    TRAP,
    HOUSE,
    SYNTHWAVE,
    DNB,
    CHIPTUNE,
    AMBIENT,
    FUTUREBASS,
    PIANO,
    FOLK,
    JAZZ,
    BOSSA,
    WALTZ,
    EPIC,
    CINEMATIC,
    WHIMSICAL,
    TENSION,
    CHINESE,
)

STYLES: dict[str, Style] = {style.name: style for style in _ALL}
"""Every style by its name."""
