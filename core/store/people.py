"""What is known of people, and which messages may be using whose balance."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from pydantic import SecretStr

from core.store.client import Client
from core.store.keys import key
from core.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Joined:
    """`count` is how often anybody joined so far; `alone`: nobody else was using the balance."""

    count: str
    alone: bool


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person across all chats.

    `client_id` (a UUID) is made once and kept for good: a new token comes for the same one. `language` is that
    of the last message whose language was clear. `spent` is the sum of measured credits.
    """

    who: str
    client_id: str
    token: SecretStr | None = None
    language: str | None = None
    spent: float = 0.0
    #: Under which they register at the service.
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class People:
    """The records of people, one hash each, kept for good, and the runs that use their balances.

    Another service than the usual one has tokens of its own, in fields of which `_at` is the end of the name.
    """

    _client: Client
    _vault: Vault
    _at: str = ""

    async def meet(self, who: str) -> PersonRecord:
        """Return a person's record; a new person gets a client id."""
        fields = await self._client.read(_key(who))
        client_id = fields.get("client_id")
        if not client_id:
            # Whoever comes first makes it, for all others as well.
            first = ("HSETNX", _key(who), "client_id", str(uuid.uuid4()))
            _, (client_id,) = await self._client.send(first, ("HGET", _key(who), "client_id"))
        token, user_id = (
            self._vault.open(sealed, who, field) if (sealed := fields.get(field)) else None
            for field in (f"token{self._at}", f"user{self._at}")
        )
        return PersonRecord(
            who=who,
            client_id=client_id,
            token=SecretStr(token) if token else None,
            language=fields.get("language"),
            spent=float(fields.get(f"spent{self._at}", 0)),
            user_id=user_id,
        )

    async def renew_client_id(self, who: str) -> str:
        """Make another client id, in place of one that the service does not take."""
        client_id = str(uuid.uuid4())
        await self._client.send(("HSET", _key(who), "client_id", client_id))
        return client_id

    async def keep_token(self, who: str, token: SecretStr, user_id: str | None = None) -> None:
        """Keep a person's token and their id at the service, sealed."""
        values = {f"token{self._at}": token.get_secret_value(), f"user{self._at}": user_id}
        sealed = [(field, self._vault.seal(value, who, field)) for field, value in values.items() if value]
        await self._client.send(("HSET", _key(who), *(word for pair in sealed for word in pair)))

    async def keep_language(self, who: str, language: str) -> None:
        """Remember the language a person writes in."""
        await self._client.send(("HSET", _key(who), "language", language))

    async def add_spent(self, who: str, job_id: str, cost: float) -> bool:
        """Add the credits that a job was measured to cost to the person's sum; False where that was done before."""
        answer = await self._client.run("spend", (_key(who),), (job_id, repr(cost), f"spent{self._at}"))
        return answer[0] == "added"

    # The runs that may be using the balance of a payer, in all processes: only one that is alone tells its cost. One
    # that was never seen to end counts until it can't go on any more. Of those that were abandoned it is enough to
    # know that the service holds no credits any more.

    async def join_run(self, payer: str, run: str, may_last_ms: int) -> Joined:
        """Note that a message is about to use the balance of `payer`."""
        _, count, others = await self._client.run("join", _runs(payer), (run, may_last_ms))
        return Joined(count, others == "0")

    async def abandon_run(self, payer: str, run: str) -> None:
        """Note that nobody follows a run any more: it may go on, or not."""
        await self._client.run("abandon", _runs(payer)[:1], (run,))

    async def settle_runs(self, payer: str) -> bool:
        """Forget the abandoned runs, which are over; return whether the one run that is left is the only one."""
        _, others = await self._client.run("settle", _runs(payer)[:1], ())
        return others == "0"

    async def leave_run(self, payer: str, run: str, joined: Joined, *, over: bool) -> bool:
        """Return whether the run was alone to this moment. `over`: it can't use the balance any more."""
        _, count = await self._client.run("leave", _runs(payer), (run, int(over)))
        return joined.alone and joined.count == count


def _key(who: str) -> str:
    return key("person", f"{{{who}}}")


def _runs(payer: str) -> tuple[str, str]:
    return key(f"{{{payer}}}", "runs"), key(f"{{{payer}}}", "runs-begun")
