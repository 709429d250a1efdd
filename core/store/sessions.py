"""The session of a person in a chat: one project with one timeline."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from core.store.client import Client
from core.store.keys import KEPT_MS, Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """What is kept of a session, 90 days from its last use.

    `made_by` is the digest of the token that opened it: another one may not reach it. `title` is made from the last
    wish and names delivered files. `files` are the names of the files that the person gave, `lost` those that went with
    an earlier session. `pending_render` is the id of the last export, under way or done, and `pending_draft` the
    digest of what it exports, `delivered_render` the id of the last one that was delivered, `last_cost` the measured
    credits of the last wish.
    """

    session_id: str
    task_id: str | None
    language: str
    made_by: str | None = None
    title: str = ""
    files: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    pending_render: str | None = None
    pending_draft: str | None = None
    delivered_render: str | None = None
    last_cost: float | None = None
    #: The piece on the timeline, named by the job that began it.
    piece: str | None = None
    #: Whose it is at the service: the id under which its person registers.
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class PastResult:
    """A film that was delivered, and the session as it was then; `at` is Unix time in seconds."""

    job_id: str
    title: str
    at: float
    seconds: float
    session: SessionRecord
    #: The number of its piece among what the session gave; None where the service does not count.
    version: int | None = None


@dataclass(frozen=True, slots=True)
class AbandonedRun:
    """A job that was cancelled while the service may go on with it; `told`: the person knows that it was finished."""

    job_id: str
    told: bool = False


_JSON = TypeAdapter(SessionRecord)
_PAST_JSON = TypeAdapter(PastResult)
_LEFT_JSON = TypeAdapter(AbandonedRun)
_LAST = "backend"
_MOST_RESULTS = 50


@dataclass(frozen=True, slots=True)
class Sessions:
    """The session records, one for each person in each chat.

    Another service than the usual one has records of its own, in fields of which `_at` is the end of the name.
    """

    _client: Client
    _at: str = ""

    async def load(self, conversation: Conversation) -> SessionRecord | None:
        """Return the session of this conversation and renew its lifetime; None where there is none yet."""
        stored = (await self._client.read(conversation.key("session"), KEPT_MS)).get(f"record{self._at}")
        return _JSON.validate_json(stored) if stored else None

    async def save(self, conversation: Conversation, record: SessionRecord) -> None:
        """Keep the session and renew its lifetime."""
        key, kept = conversation.key("session"), _JSON.dump_json(record).decode()
        await self._client.send(
            ("HSET", key, f"record{self._at}", kept, _LAST, self._at[1:]), ("PEXPIRE", key, KEPT_MS)
        )

    async def update(self, conversation: Conversation, record: SessionRecord) -> bool:
        """Keep a changed record, unless the conversation has another session by now, or none; return whether it has."""
        answer = await self._client.run(
            "update_session",
            (conversation.key("session"),),
            (f"record{self._at}", record.session_id, _JSON.dump_json(record).decode(), self._at[1:], KEPT_MS),
        )
        return answer[0] == "kept"

    async def remember(self, conversation: Conversation, result: PastResult) -> None:
        """Keep a result, so that the person can go on with it later; a repetition is one result."""
        key, kept = conversation.key("history"), _PAST_JSON.dump_json(result).decode()
        await self._client.send(
            ("LPUSH", key, kept), ("LTRIM", key, 0, _MOST_RESULTS - 1), ("PEXPIRE", key, KEPT_MS), once=True
        )

    async def past(self, conversation: Conversation) -> list[PastResult]:
        """Return what was delivered in this conversation, the newest first."""
        (kept,) = await self._client.send(("LRANGE", conversation.key("history"), 0, -1))
        found = map(_PAST_JSON.validate_json, kept)
        return list({result.job_id: result for result in found}.values())

    async def last_backend(self, conversation: Conversation) -> str | None:
        """Return the service that was used last in this conversation, None for the usual one."""
        return (await self._client.read(conversation.key("session"))).get(_LAST) or None

    async def leave(self, conversation: Conversation, run: AbandonedRun | None) -> None:
        """Keep, beside the record, that this run was left; None: there is nothing more to tell of one."""
        key, kept = conversation.key("session"), _LEFT_JSON.dump_json(run).decode() if run else ""
        await self._client.send(("HSET", key, f"left{self._at}", kept), ("PEXPIRE", key, KEPT_MS))

    async def left(self, conversation: Conversation) -> AbandonedRun | None:
        """Return the run that was left last in this session."""
        stored = (await self._client.read(conversation.key("session"))).get(f"left{self._at}")
        return _LEFT_JSON.validate_json(stored) if stored else None

    async def forget(self, conversation: Conversation) -> None:
        """Begin anew: the next wish opens a fresh session."""
        await self._client.send(("DEL", conversation.key("session")))
