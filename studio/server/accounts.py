"""Accounts: people by client id, their tokens, and the claim tokens that open one project in a browser."""

from __future__ import annotations

import secrets
import time
import uuid

from studio.server.database import Database, digest
from studio.server.responses import BadToken, NoClientId, TooManyRequests

WEEK = 7 * 24 * 3600
"""How long tokens and claim tokens are valid, in seconds."""


class Accounts:
    """People, tokens and claim tokens. Only digests of secrets are stored."""

    def __init__(self, database: Database, *, grant: int, tokens_per_address: int | None) -> None:
        """Take the daily `grant` of credits; `tokens_per_address` None: tokens are not limited as the cloud's are."""
        self._database = database
        self._grant = grant
        self._most_per_address = tokens_per_address

    def new_token(self, client_id: str, address: str) -> tuple[str, str]:
        """Issue a token and return it with its person; a client id always gets the same person.

        Raises NoClientId for anything but a UUID, TooManyRequests where the number of tokens is limited.
        """
        try:
            client = digest(str(uuid.UUID(client_id)))
        except ValueError:
            raise NoClientId from None
        now = time.time()
        with self._database.changing():
            person = self._person(client)
            self._database.execute("delete from tokens where expires <= ?", now)
            if self._most_per_address is not None:
                self._refuse_too_many(person, address, self._most_per_address)
            token = "nmv_usr_" + secrets.token_urlsafe(32)
            self._database.execute(
                "insert into tokens values (?, ?, ?, ?, ?)", digest(token), person, address, now, now + WEEK
            )
        return token, person

    def person_of(self, authorization: str) -> str:
        """Return the person whose token an `Authorization` header carries. Raises BadToken."""
        scheme, _, token = authorization.partition(" ")
        row = self._database.row("select person from tokens where hash = ? and expires > ?", digest(token), time.time())
        if scheme.lower() != "bearer" or row is None:
            raise BadToken
        return str(row[0])

    def new_claim(self, session: str) -> str:
        """Issue a token that opens this session's page."""
        claim = "clm_" + secrets.token_urlsafe(32)
        with self._database.changing():
            self._database.execute("delete from claims where expires <= ?", time.time())
            self._database.execute("insert into claims values (?, ?, ?)", digest(claim), session, time.time() + WEEK)
        return claim

    def session_of_claim(self, claim: str) -> str | None:
        """Return the session that a claim token opens, None where the token is unknown or has expired."""
        row = self._database.row(
            "select session from claims where hash = ? and expires > ?", digest(claim), time.time()
        )
        return None if row is None else str(row[0])

    def tell_soundfont_once(self, person: str) -> bool:
        """Return True the first time it is called for a person, who is then told that no SoundFont was found."""
        return (
            self._database.execute("update persons set told_soundfont = 1 where id = ? and told_soundfont = 0", person)
            == 1
        )

    def _person(self, client: bytes) -> str:
        row = self._database.row("select id from persons where client = ?", client)
        if row is not None:
            return str(row[0])
        person = uuid.uuid4().hex
        self._database.execute(
            "insert into persons (id, client, balance, day) values (?, ?, ?, '')", person, client, self._grant
        )
        return person

    def _refuse_too_many(self, person: str, address: str, most: int) -> None:
        own = self._database.row("select 1 from tokens where person = ?", person)
        others = self._database.rows("select 1 from tokens where address = ?", address)
        if own is not None or len(others) >= most:
            raise TooManyRequests
