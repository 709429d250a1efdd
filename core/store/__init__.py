"""What is kept in Redis: people, sessions and the journal of jobs. The only package that speaks Redis."""

from core.store.journal import Begin, Begun, Claim, Claimed, Created, Head, JobRecord, Journal, Lease, TakenBack
from core.store.keys import Place, job_id_of, owner
from core.store.people import People, PersonRecord
from core.store.redis import Store, open_store
from core.store.runs import Joined, Runs
from core.store.sessions import SessionRecord, Sessions
from core.store.vault import Vault, key_from_file

__all__ = [
    "Begin",
    "Begun",
    "Claim",
    "Claimed",
    "Created",
    "Head",
    "JobRecord",
    "Joined",
    "Journal",
    "Lease",
    "People",
    "PersonRecord",
    "Place",
    "Runs",
    "SessionRecord",
    "Sessions",
    "Store",
    "TakenBack",
    "Vault",
    "job_id_of",
    "key_from_file",
    "open_store",
    "owner",
]
