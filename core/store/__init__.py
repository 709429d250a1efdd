"""What is kept in Redis: people, sessions, the journal of jobs, what they show. The only package that speaks Redis."""

from core.store.index import Index, Overdue
from core.store.journal import Begin, Begun, Created, Head, JobRecord, Journal, Lease, Status, Take, Taken, TakenBack
from core.store.keys import WAKES, JobName, Place, job_id_of, owner
from core.store.news import News
from core.store.pauses import Pauses
from core.store.people import People, PersonRecord
from core.store.redis import Store, open_store
from core.store.runs import Joined, Runs
from core.store.sessions import LeftRun, SessionRecord, Sessions
from core.store.shown import Ahead, Entry, Seen, ShownElsewhere, ShownEvents
from core.store.took import Took
from core.store.trouble import reaching
from core.store.vault import Vault, key_from_file

__all__ = [
    "WAKES",
    "Ahead",
    "Begin",
    "Begun",
    "Created",
    "Entry",
    "Head",
    "Index",
    "JobName",
    "JobRecord",
    "Joined",
    "Journal",
    "Lease",
    "LeftRun",
    "News",
    "Overdue",
    "Pauses",
    "People",
    "PersonRecord",
    "Place",
    "Runs",
    "Seen",
    "SessionRecord",
    "Sessions",
    "ShownElsewhere",
    "ShownEvents",
    "Status",
    "Store",
    "Take",
    "Taken",
    "TakenBack",
    "Took",
    "Vault",
    "job_id_of",
    "key_from_file",
    "open_store",
    "owner",
    "reaching",
]
