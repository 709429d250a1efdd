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

#: How long sessions, jobs and their buttons live after their last use.
KEPT_MS = 90 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person in one chat: what a session, a queue and its jobs belong to. Both are named across all platforms."""

    person: str
    chat: str

    @classmethod
    def of(cls, person: Person, chat: Chat) -> Conversation:
        """Return the conversation of a person in a chat."""
        return cls(
            f"{quote(person.platform, safe='')}:{quote(person.id, safe='')}",
            f"{quote(chat.platform, safe='')}:{quote(chat.id, safe='')}",
        )

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

    def key(self, *parts: str) -> str:
        """Return a key of this conversation: "session", "queue", "presses", or "job" with an id, and its "events"."""
        return key(self.tag, *parts)


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


def key(*parts: str) -> str:
    """Return the key with these parts."""
    return ":".join((PREFIX, *parts))


def audience_key(audience: str) -> str:
    """Return the key of the jobs that are to be shown to an audience."""
    return key("audience", f"{{{quote(audience, safe='')}}}")


def job_id_of(said: IncomingMessage) -> str:
    """Return the id of the job that this message makes: the same message always names the same job."""
    conversation = Conversation.of(said.person, said.chat)
    return hashlib.sha256(f"{conversation.tag}/{said.message_id}".encode()).hexdigest()[:16]
