"""The names of all Redis keys. `mb1` is the version of the schema.

    mb:schema                    string  that version: a program of another one does not start
    mb1:key                      hash    which secret key seals what is kept: a program with another one does not start
    mb1:probe                    hash    written to see whether anything may be
    mb1:person:{person}          hash    client id, sealed token, language, credits spent
    mb1:{payer}:runs             zset    messages that may be using a balance ("left …": abandoned) -> until when (ms)
    mb1:{payer}:runs-begun       number  how often one more began to
    mb1:{chat/person}:session    hash    session id, task id, language, facts about the last brief, a run that was
                                         abandoned; for a second service its own, and which of the two was used last
    mb1:{chat/person}:queue      list    ids of the open jobs, the running one first
    mb1:{chat/person}:presses    hash    button id -> the job that its last press made; "message <job id>" -> the
                                         job that stood for that press when it came
    mb1:{chat/person}:job:<id>   hash    the journal of one job
    mb1:{chat/person}:job:<id>:events  stream  what the job shows: progress and results, sealed
    mb1:open                     zset    conversations with open jobs -> when they were last looked after (ms)
    mb1:audience:{audience}      zset    jobs that somebody has to be shown -> until when a gateway does (ms)
    mb1:dead-letters             zset    jobs that killed their workers -> since when (ms)
    mb1:durations:<kind>         list    how long the stages of the last jobs took (stage:ms)
    mb1:pause:<name>             string  there while a service or a destination is not to be asked
    mb1:pause:<name>:try         string  there while somebody tries it all the same
    mb1:events                   channel ids of jobs that have something new to show
    mb1:cancellations            channel ids of jobs that somebody cancelled
    mb1:engine:…                         the notifications of the job engine (pydocket's own keys)

What one script touches shares a hash tag, so that it lives in one slot of a cluster.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote

from core.messages import Chat, IncomingMessage, Person

SCHEMA_VERSION = 1
SCHEMA = "mb:schema"
PREFIX = f"mb{SCHEMA_VERSION}"
KEY = f"{PREFIX}:key"
PROBE = f"{PREFIX}:probe"

DAY_MS = 24 * 3600 * 1000
KEPT_MS = 90 * DAY_MS
"""How long sessions, jobs and their buttons live after their last use."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person in one chat: what a session, a queue and its jobs belong to."""

    person: str
    chat: str

    @classmethod
    def of(cls, person: Person, chat: Chat) -> Conversation:
        """Return the conversation of a person in a chat."""
        return cls(owner(person), f"{quote(chat.platform, safe='')}:{quote(chat.id, safe='')}")

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the conversation with this `name`."""
        chat, _, person = name.partition("/")
        return cls(person, chat)

    @property
    def name(self) -> str:
        """What tells this conversation from all others, in one word."""
        return f"{self.chat}/{self.person}"

    @property
    def platform(self) -> str:
        """The platform of the chat."""
        return unquote(self.chat.partition(":")[0])

    def audience(self, address: str | None) -> str:
        """Return who can be shown a job: all of the platform, or without an address who stands in this chat."""
        return self.platform if address else self.chat

    @property
    def tag(self) -> str:
        """The hash tag that keeps the keys of this conversation together."""
        return "{" + self.name + "}"

    @property
    def session(self) -> str:
        """The key of the session record."""
        return f"{PREFIX}:{self.tag}:session"

    @property
    def queue(self) -> str:
        """The key of the list of open jobs."""
        return f"{PREFIX}:{self.tag}:queue"

    @property
    def presses(self) -> str:
        """The key of the table of pressed buttons."""
        return f"{PREFIX}:{self.tag}:presses"

    def job(self, job_id: str) -> str:
        """Return the key of a job's journal."""
        return f"{PREFIX}:{self.tag}:job:{job_id}"

    def events(self, job_id: str) -> str:
        """Return the key of the event log of a job."""
        return f"{self.job(job_id)}:events"


@dataclass(frozen=True, slots=True)
class JobRef:
    """A job, wherever it is."""

    conversation: Conversation
    job_id: str

    def __str__(self) -> str:
        return f"{self.conversation.name}|{self.job_id}"

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the job of which `name` is the str."""
        conversation, _, job_id = name.rpartition("|")
        return cls(Conversation.named(conversation), job_id)


OPEN = f"{PREFIX}:open"
DEAD_LETTERS = f"{PREFIX}:dead-letters"
EVENTS = f"{PREFIX}:events"
CANCELLATIONS = f"{PREFIX}:cancellations"
ENGINE = f"{PREFIX}:engine"


def audience_key(audience: str) -> str:
    """Return the key of the jobs that are to be shown to an audience."""
    return f"{PREFIX}:audience:{{{quote(audience, safe='')}}}"


def durations_key(kind: str) -> str:
    """Return the key of how long the stages of this kind of job took lately."""
    return f"{PREFIX}:durations:{kind}"


def pause_key(name: str) -> str:
    """Return the key that is there while this one is not to be asked."""
    return f"{PREFIX}:pause:{name}"


def owner(person: Person) -> str:
    """Return the name of a person across all chats."""
    return f"{quote(person.platform, safe='')}:{quote(person.id, safe='')}"


def person_key(who: str) -> str:
    """Return the key of a person's record."""
    return f"{PREFIX}:person:{{{who}}}"


def runs_keys(payer: str) -> tuple[str, str]:
    """Return the keys of the runs that may be using a payer's balance, and of how often there was a new one."""
    tag = f"{PREFIX}:{{{payer}}}"
    return f"{tag}:runs", f"{tag}:runs-begun"


def job_id_of(said: IncomingMessage) -> str:
    """Return the id of the job that this message makes: the same message always names the same job."""
    conversation = Conversation.of(said.person, said.chat)
    return hashlib.sha256(f"{conversation.tag}/{said.message_id}".encode()).hexdigest()[:16]
