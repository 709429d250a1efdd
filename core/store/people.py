"""What is known of a person."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from pydantic import SecretStr

from core.store.keys import person_key
from core.store.scripts import Scripts
from core.store.vault import Vault


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


class People:
    """The records of people, one hash each, kept for good."""

    def __init__(self, scripts: Scripts, vault: Vault, backend: str | None = None) -> None:
        """`vault` seals the tokens; `backend` names another service than the usual one, which has tokens of its own."""
        self._token = f"token:{backend}" if backend else "token"
        self._spent_at = f"spent:{backend}" if backend else "spent"
        self._scripts = scripts
        self._vault = vault

    async def meet(self, who: str) -> PersonRecord:
        """Return a person's record; a new person gets a client id."""
        key = person_key(who)
        fields = await self._scripts.read(key)
        client_id = fields.get("client_id") or await self._scripts.write_first(key, "client_id", str(uuid.uuid4()))
        sealed = fields.get(self._token)
        token = self._vault.open(sealed, who, self._token) if sealed else None
        return PersonRecord(
            who=who,
            client_id=client_id,
            token=SecretStr(token) if token else None,
            language=fields.get("language"),
            spent=float(fields.get(self._spent_at, 0)),
        )

    async def renew_client_id(self, who: str) -> str:
        """Make another client id, in conversation of one that the service does not take."""
        client_id = str(uuid.uuid4())
        await self._scripts.write(person_key(who), {"client_id": client_id}, None)
        return client_id

    async def keep_token(self, who: str, token: SecretStr) -> None:
        """Keep a person's token, sealed."""
        sealed = self._vault.seal(token.get_secret_value(), who, self._token)
        await self._scripts.write(person_key(who), {self._token: sealed}, None)

    async def keep_language(self, who: str, language: str) -> None:
        """Remember the language a person writes in."""
        await self._scripts.write(person_key(who), {"language": language}, None)

    async def add_spent(self, who: str, job_id: str, cost: float) -> bool:
        """Add the credits that a job was measured to cost to the person's sum; False where that was done before."""
        answer = await self._scripts.run("spend", (person_key(who),), (job_id, repr(cost), self._spent_at))
        return answer[0] == "added"
