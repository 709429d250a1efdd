"""Files from strangers, handled safely: sniff, probe, listen, convert, shrink. Addresses: `media.fetching`.

Everything that decodes runs in a process of its own with limits. A leaf: it imports none of the other packages.
"""

from media.errors import Fault, FetchFault, NotFetched, NotMedia
from media.formats import Family, FileFormat, sniff
from media.sandbox import warm_up
from media.tasks import AudioFeatures, MediaInfo, convert, listen, probe, shrink

__all__ = [
    "AudioFeatures",
    "Family",
    "Fault",
    "FetchFault",
    "FileFormat",
    "MediaInfo",
    "NotFetched",
    "NotMedia",
    "convert",
    "listen",
    "probe",
    "shrink",
    "sniff",
    "warm_up",
]
