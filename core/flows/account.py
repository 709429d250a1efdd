"""A person's token and session: made at first need, made anew when the service forgot them."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar

from pydantic import SecretStr

from core.errors import (
    ClientIdRefused,
    OutcomeUnknown,
    PersonError,
    RateLimited,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    SessionGone,
    TokenRefused,
)
from core.flows.context import Turn
from core.messages import Link
from core.nemo.model import State
from core.store import PersonRecord, SessionRecord

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Endpoint = Callable[Concatenate[SecretStr, P], Awaitable[T]]

CALL_FAILED = (ServiceError, ServiceUnreachable, OutcomeUnknown, PersonError)
"""Everything that a call to the service may fail with; `PersonError` where no token is to be had for it."""

_SETTING_UP = "setup"
_FORBIDDEN = 403


class Account:
    """Calls to the service on behalf of one person in one conversation.

    Rules (error codes of the API): 1001 → a new token for the same client id, and the step goes on unseen; 1002 →
    a new session and a sentence that the old timeline is gone. A token that the operator gave is never replaced.
    """

    def __init__(self, turn: Turn) -> None:
        """Fetch nothing before it is needed, and then keep it for this turn: the service refuses what is outdated."""
        self._turn = turn
        self._token: SecretStr | None = None
        self._session: SessionRecord | None = None
        self._told_gone = False
        self._nemo = turn.services.nemo
        self._store = turn.services.store

    async def call(self, endpoint: Endpoint[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the service with the person's token. Raises what it raises, except the first `TokenRefused`."""
        token = await self.token()
        try:
            return await self._watched(endpoint(token, *args, **kwargs))
        except TokenRefused:
            return await self._watched(endpoint(await self.token(refused=token), *args, **kwargs))

    async def _watched(self, answer: Awaitable[T]) -> T:
        """Let the breaker see how a request went."""
        breaker = self._turn.services.breaker
        try:
            result = await answer
        except ServiceError as error:
            breaker.answered(error.status)
            raise
        except (ServiceUnreachable, OutcomeUnknown):
            breaker.saw(well=False)
            raise
        breaker.saw(well=True)
        return result

    async def reach(self, endpoint: Endpoint[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the service about this conversation's session or one of its renders, owned by the token that made them.

        Raises `SessionGone` where another token, tried once more, can't reach them.
        """
        try:
            return await self.call(endpoint, *args, **kwargs)
        except (TokenRefused, ServiceFault) as error:
            session = await self.known_session()
            another = session is not None and session.made_by not in (None, _digest(await self.token()))
            if another and (isinstance(error, TokenRefused) or error.status == _FORBIDDEN):
                raise SessionGone("out of reach for another token", status=error.status) from error
            raise

    async def in_session(self, ask: Callable[[SecretStr, str], Awaitable[T]]) -> T:
        """Call the service within the session of this conversation; a lost one is replaced."""
        session = await self.session()
        try:
            return await self.reach(ask, session.session_id)
        except SessionGone:
            fresh = await self.renew_session(session.session_id)
            return await self.call(ask, fresh.session_id)

    async def learn(self, state: State) -> None:
        """Keep the task id of a state, where the session came without one."""
        session = await self.session()
        if session.task_id is None and state.task_id is not None:
            await self.keep(replace(session, task_id=state.task_id))

    @property
    def payer(self) -> str:
        """Whose balance the person's messages use: their own, or the operator's, which all share."""
        own = self._nemo.backend.token
        return self._turn.conversation.person if own is None else f"token {_digest(own)}"

    async def known_session(self) -> SessionRecord | None:
        """Return the session of this conversation, as this turn knows it, if there is one."""
        if self._session is None:
            self._session = await self._store.sessions.load(self._turn.conversation)
        return self._session

    async def session(self) -> SessionRecord:
        """Return the session of this conversation, as this turn knows it; the first one opens it."""
        async with self._lock(self._turn.conversation.tag):
            self._session = await self.known_session() or await self._open_session()
        return self._session

    async def renew_session(self, gone: str) -> SessionRecord:
        """Open a session in place of one (its id) that the service does not know any more, and say so."""
        async with self._lock(self._turn.conversation.tag):
            known = await self._store.sessions.load(self._turn.conversation)
            if known and known.session_id != gone:
                self._session = known
                return known
            lost = tuple(dict.fromkeys((*known.lost, *known.files))) if known else ()
            self._session = await self._open_session(lost)
        if self._told_gone:
            # Once a message: that the fresh one is gone as well is no other news.
            return self._session
        self._told_gone = True
        talk = self._turn.talk
        files = ", ".join(known.files) if known else ""
        await talk.note(talk.say("session.gone_files", names=files) if files else talk.say("session.gone"))
        return self._session

    async def keep(self, session: SessionRecord) -> None:
        """Keep a changed record of the session, unless the conversation has another session by now."""
        self._session = session
        await self._store.sessions.update(self._turn.conversation, session)

    async def check_piece(self) -> None:
        """Raise `PersonError` where the pressed button stands under another piece than the one on the timeline."""
        session = await self.known_session()
        if (piece := self._turn.request.piece) and piece != (session.piece if session else None):
            raise PersonError("press.older_piece")

    async def project_links(self) -> tuple[Link, ...]:
        """Return the link under which the person may open this project, none where there is none now."""
        session = await self.session()
        if session.task_id is None:
            return ()
        try:
            url = await self.call(self._nemo.claim_link, session.task_id, session.session_id)
        except CALL_FAILED as error:
            # The link is an extra: the file is what was asked for.
            log.info("Cannot get a claim link: %s", type(error).__name__)
            return ()
        return (Link(url, self._turn.talk.say("link.project")),) if url else ()

    async def _open_session(self, lost: tuple[str, ...] = ()) -> SessionRecord:
        self._turn.talk.progress(_SETTING_UP)
        language = self._turn.request.language
        ids = await self.call(self._nemo.create_session, language)
        made_by = _digest(await self.token())
        session = SessionRecord(
            session_id=ids.session_id, task_id=ids.task_id, language=language, made_by=made_by, lost=lost
        )
        await self._store.sessions.save(self._turn.conversation, session)
        return session

    async def token(self, refused: SecretStr | None = None) -> SecretStr:
        """Return the person's token; a new one in place of `refused`."""
        if own := self._nemo.backend.token:
            if refused:
                raise PersonError("trouble.own_token")
            return own
        if self._token is None or self._token == refused:
            self._token = await self._persons_token(refused)
        return self._token

    async def _persons_token(self, refused: SecretStr | None) -> SecretStr:
        who = self._turn.conversation.person
        async with self._lock(who):
            person = await self._store.people.meet(who)
            if person.token and person.token != refused:
                return person.token
            if not person.token:
                self._turn.talk.progress(_SETTING_UP)
            fresh = await self._new_token(person)
            await self._store.people.keep_token(who, fresh)
            return fresh

    async def _new_token(self, person: PersonRecord) -> SecretStr:
        """Get a token for the person's client id; for a new id only where the service does not take the old one."""
        try:
            with suppress(ClientIdRefused):
                return await self._watched(self._nemo.anonymous_token(person.client_id))
            client_id = await self._store.people.renew_client_id(person.who)
            return await self._watched(self._nemo.anonymous_token(client_id))
        except RateLimited as limited:
            raise PersonError("trouble.no_token") from limited

    def _lock(self, name: str) -> asyncio.Lock:
        """Return the lock under which a person's token or a conversation's session is made."""
        return self._turn.services.person_locks.setdefault(name, asyncio.Lock())


def _digest(token: SecretStr) -> str:
    """Return what tells tokens apart and gives none away."""
    return hashlib.sha256(token.get_secret_value().encode()).hexdigest()[:16]
