"""Files from strangers, handled safely: sniff, probe, listen, shrink. Addresses are the part of `media.fetching`.

Everything that decodes runs in a process of its own with limits. A leaf: it imports none of the other packages.
"""

from media.errors import Fault, MediaError, NotMedia, Refusal, Refused
from media.files import Heard, Info, listen, probe, shrink
from media.kinds import Family, Kind, sniff
from media.sandbox import warm_up

__all__ = [
    "Family",
    "Fault",
    "Heard",
    "Info",
    "Kind",
    "MediaError",
    "NotMedia",
    "Refusal",
    "Refused",
    "listen",
    "probe",
    "shrink",
    "sniff",
    "warm_up",
]
