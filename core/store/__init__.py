"""What is kept in Redis: people, sessions, the journal of jobs, what they show. The only package that speaks Redis."""

from core.store.durations import Durations
from core.store.event_log import Ahead, Entry, EventLog, FollowedElsewhere, Seen
from core.store.job_index import JobIndex, Overdue
from core.store.journal import Begin, Begun, Cancellation, Created, Head, JobRecord, Journal, Lease, Status, Take, Taken
from core.store.keys import ENGINE, Conversation, JobRef, job_id_of, owner
from core.store.pauses import Pauses
from core.store.people import People, PersonRecord
from core.store.pubsub import PubSub
from core.store.redis import Store, open_store
from core.store.runs import Joined, Runs
from core.store.sessions import AbandonedRun, SessionRecord, Sessions
from core.store.trouble import reaching
from core.store.vault import Vault, key_from_file

__all__ = [
    "ENGINE",
    "AbandonedRun",
    "Ahead",
    "Begin",
    "Begun",
    "Cancellation",
    "Conversation",
    "Created",
    "Durations",
    "Entry",
    "EventLog",
    "FollowedElsewhere",
    "Head",
    "JobIndex",
    "JobRecord",
    "JobRef",
    "Joined",
    "Journal",
    "Lease",
    "Overdue",
    "Pauses",
    "People",
    "PersonRecord",
    "PubSub",
    "Runs",
    "Seen",
    "SessionRecord",
    "Sessions",
    "Status",
    "Store",
    "Take",
    "Taken",
    "Vault",
    "job_id_of",
    "key_from_file",
    "open_store",
    "owner",
    "reaching",
]
