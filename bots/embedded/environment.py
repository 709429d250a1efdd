"""What the servers that the program brings along see of its environment: never its tokens."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

# A list of what is let through, since nobody can list every secret: where programs, homes, time zones, languages and
# temporary files are, how Python and the numeric libraries run.
_LET_THROUGH = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|LD_LIBRARY_PATH|DYLD_\w+|VIRTUAL_ENV"
    r"|SSL_CERT_(?:FILE|DIR)|PYTHON\w+|(?:OMP|OPENBLAS|MKL|NUMEXPR)_\w+"
)


def inherited(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the part of the environment that a server of ours inherits."""
    return {name: value for name, value in environment.items() if _LET_THROUGH.fullmatch(name)}
