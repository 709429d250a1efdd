"""What is kept in Redis: people, sessions, the journal of jobs, what they show. The only package that speaks Redis."""

from core.store.client import SCRIPT_NAMES
from core.store.durations import Durations
from core.store.event_log import Entry, EventLog, FollowedElsewhere, JobView, order
from core.store.job_index import AT_ONCE, JobIndex
from core.store.journal import Begin, Cancellation, Created, Idle, JobRecord, Journal, Lease, Status, Taken
from core.store.keys import CANCELLATIONS, ENGINE, Conversation, JobRef, job_id_of
from core.store.opening import Store, check_store, open_store
from core.store.people import Joined, People, PersonRecord
from core.store.sessions import AbandonedRun, PastResult, SessionRecord, Sessions
from core.store.signals import Pauses, PubSub
from core.store.trouble import reaching
from core.store.vault import Vault, check_key, key_from_file

__all__ = [
    "AT_ONCE",
    "CANCELLATIONS",
    "ENGINE",
    "SCRIPT_NAMES",
    "AbandonedRun",
    "Begin",
    "Cancellation",
    "Conversation",
    "Created",
    "Durations",
    "Entry",
    "EventLog",
    "FollowedElsewhere",
    "Idle",
    "JobIndex",
    "JobRecord",
    "JobRef",
    "JobView",
    "Joined",
    "Journal",
    "Lease",
    "PastResult",
    "Pauses",
    "People",
    "PersonRecord",
    "PubSub",
    "SessionRecord",
    "Sessions",
    "Status",
    "Store",
    "Taken",
    "Vault",
    "check_key",
    "check_store",
    "job_id_of",
    "key_from_file",
    "open_store",
    "order",
    "reaching",
]
