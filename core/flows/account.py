"""A person's token and session: made at first need, made anew when the service forgot them."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
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
from core.nemo.model import Granted
from core.store import PersonRecord, SessionRecord

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Endpoint = Callable[Concatenate[SecretStr, P], Awaitable[T]]

_SETTING_UP = "setup"
_FORBIDDEN = 403


@dataclass(slots=True)
class Account:
    """Calls to the service on behalf of one person in one conversation.

    Rules (error codes of the API): 1001 → a new token for the same client id, and the step goes on unseen; 1002 →
    a new session and a sentence that the old timeline is gone. A token that the operator gave is never replaced.
    What was fetched once is kept for this turn: the service refuses what is outdated.
    """

    turn: Turn
    _token: SecretStr | None = field(default=None, init=False)
    _session: SessionRecord | None = field(default=None, init=False)
    _told_gone: bool = field(default=False, init=False)

    async def call(self, endpoint: Endpoint[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the service with the person's token. Raises what it raises, except the first `TokenRefused`."""
        token = await self.token()
        try:
            return await self._watched(endpoint(token, *args, **kwargs))
        except TokenRefused:
            return await self._watched(endpoint(await self.token(refused=token), *args, **kwargs))

    async def _watched(self, answer: Awaitable[T]) -> T:
        """Let the breaker see how a request went."""
        breaker = self.turn.services.breaker
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

    async def attempt(self, endpoint: Endpoint[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Ask the service for something that can be done without; None where it is not to be had now."""
        try:
            return await self.reach(endpoint, *args, **kwargs)
        except (ServiceError, ServiceUnreachable, OutcomeUnknown, PersonError) as error:
            # `PersonError` where no token is to be had.
            log.info("Cannot get an optional answer: %s", type(error).__name__)
            return None

    @property
    def payer(self) -> str:
        """Whose balance the person's messages use: their own, or the operator's, which all share."""
        own = self.turn.services.nemo.backend.token
        return self.turn.conversation.person if own is None else f"token {_digest(own)}"

    async def known_session(self) -> SessionRecord | None:
        """Return the session of this conversation, if there is one."""
        if self._session is None:
            self._session = await self.turn.services.store.sessions.load(self.turn.conversation)
        return self._session

    async def session(self) -> SessionRecord:
        """Return the session of this conversation; where there is none, open it."""
        async with self.turn.services.locks.setdefault(self.turn.conversation.tag, asyncio.Lock()):
            self._session = await self.known_session() or await self._open_session()
        return self._session

    async def renew_session(self, gone: str) -> SessionRecord:
        """Open a session in place of one (its id) that the service does not know any more, and say so."""
        talk = self.turn.talk
        async with self.turn.services.locks.setdefault(self.turn.conversation.tag, asyncio.Lock()):
            known = await self.turn.services.store.sessions.load(self.turn.conversation)
            if known and known.session_id != gone:
                self._session = known
                return known
            lost = tuple(dict.fromkeys((*known.lost, *known.files))) if known else ()
            self._session = await self._open_session(lost)
        # Once a message: that the fresh one is gone as well is no other news.
        if not self._told_gone:
            self._told_gone = True
            files = ", ".join(known.files) if known else ""
            await talk.note(talk.say("session.gone_files", names=files) if files else talk.say("session.gone"))
        return self._session

    async def keep(self, session: SessionRecord) -> None:
        """Keep a changed record of the session, unless the conversation has another session by now."""
        self._session = session
        await self.turn.services.store.sessions.update(self.turn.conversation, session)

    async def check_piece(self) -> None:
        """Raise `PersonError` where the pressed button stands under another piece than the one on the timeline."""
        session = await self.known_session()
        if (piece := self.turn.request.piece) and piece != (session.piece if session else None):
            raise PersonError("press.older_piece")

    async def project_links(self) -> tuple[Link, ...]:
        """Return the link under which the person may open this project, none where there is none now."""
        session = await self.session()
        if session.task_id is None:
            return ()
        nemo = self.turn.services.nemo
        url = await self.attempt(nemo.claim_link, session.task_id, session.session_id)
        url = url or nemo.workspace_page(session.task_id, session.session_id)
        return (Link(url, self.turn.talk.say("link.project")),) if url else ()

    async def _open_session(self, lost: tuple[str, ...] = ()) -> SessionRecord:
        self.turn.talk.progress(_SETTING_UP)
        language = self.turn.request.language
        ids = await self.call(self.turn.services.nemo.create_session, language)
        made_by = _digest(await self.token())
        session = SessionRecord(
            session_id=ids.session_id,
            task_id=ids.task_id,
            language=language,
            made_by=made_by,
            lost=lost,
            user_id=ids.user_id,
        )
        await self.turn.services.store.sessions.save(self.turn.conversation, session)
        return session

    async def token(self, refused: SecretStr | None = None) -> SecretStr:
        """Return the person's token; a new one in place of `refused`."""
        if own := self.turn.services.nemo.backend.token:
            if refused:
                raise PersonError("trouble.own_token")
            return own
        if self._token is None or self._token == refused:
            people, who = self.turn.services.store.people, self.turn.conversation.person
            async with self.turn.services.locks.setdefault(who, asyncio.Lock()):
                person = await people.meet(who)
                if not person.token:
                    self.turn.talk.progress(_SETTING_UP)
                self._token = person.token
                if self._token is None or self._token == refused:
                    granted = await self._new_token(person)
                    self._token = granted.token
                    await people.keep_token(who, granted.token, granted.user_id)
        return self._token

    async def _new_token(self, person: PersonRecord) -> Granted:
        """Get a token for the person's client id; for a new id only where the service does not take the old one."""
        nemo = self.turn.services.nemo
        try:
            with suppress(ClientIdRefused):
                return await self._watched(nemo.anonymous_token(person.client_id))
            client_id = await self.turn.services.store.people.renew_client_id(person.who)
            return await self._watched(nemo.anonymous_token(client_id))
        except RateLimited as limited:
            raise PersonError("trouble.no_token") from limited


def _digest(token: SecretStr) -> str:
    """Return what tells tokens apart and gives none away."""
    return hashlib.sha256(token.get_secret_value().encode()).hexdigest()[:16]
