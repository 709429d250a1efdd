"""Files and addresses from strangers, handled safely: sniff, probe, fetch, shrink.

Everything that decodes runs in a process of its own with limits. A leaf: it imports no other room.
"""

from media.errors import Fault, MediaError, NotMedia, Refusal, Refused
from media.kinds import Family, Kind, sniff

__all__ = ["Family", "Fault", "Kind", "MediaError", "NotMedia", "Refusal", "Refused", "sniff"]
