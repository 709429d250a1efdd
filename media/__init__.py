"""Files and addresses from strangers, handled safely: sniff, probe, listen, fetch, shrink.

Everything that decodes runs in a process of its own with limits. A leaf: it imports no other room.
"""

from media.errors import Fault, MediaError, NotMedia, Refusal, Refused
from media.fetching import PUBLIC, Fetched, Network, check_address, fetch
from media.files import Heard, Info, listen, probe, shrink
from media.kinds import Family, Kind, sniff

__all__ = [
    "PUBLIC",
    "Family",
    "Fault",
    "Fetched",
    "Heard",
    "Info",
    "Kind",
    "MediaError",
    "Network",
    "NotMedia",
    "Refusal",
    "Refused",
    "check_address",
    "fetch",
    "listen",
    "probe",
    "shrink",
    "sniff",
]
