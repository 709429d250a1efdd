"""Credits: granted daily, held when work starts, charged when it succeeds and released when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from studio.server.database import Database
from studio.server.responses import OutOfCredits


@dataclass(frozen=True, slots=True)
class Balance:
    """`available` credits may be spent; `frozen` ones are held for work in progress."""

    available: int
    frozen: int


class Ledger:
    """Balances and holds. Every change is in the database before the work continues."""

    def __init__(self, database: Database, grant: int) -> None:
        """`grant` is the balance to which a person is refilled at the start of each day (UTC)."""
        self._database = database
        self._grant = grant

    def balance(self, person: str) -> Balance:
        """Return a person's balance, refilled if a new day has begun."""
        today = datetime.now(UTC).date().isoformat()
        self._database.execute(
            "update persons set balance = max(balance, ?), day = ? where id = ? and day <> ?",
            self._grant,
            today,
            person,
            today,
        )
        owned = self._number("select balance from persons where id = ?", person)
        held = self._number("select coalesce(sum(amount), 0) from holds where person = ?", person)
        return Balance(owned - held, held)

    def hold(self, run: str, person: str, amount: int) -> None:
        """Hold `amount` credits for a run or render, in place of its former hold. Raises OutOfCredits."""
        with self._database.changing():
            self._database.execute("delete from holds where run = ?", run)
            if amount > self.balance(person).available:
                raise OutOfCredits
            self._database.execute("insert into holds values (?, ?, ?)", run, person, amount)

    def release_lost(self) -> None:
        """Release holds whose run or render no longer exists."""
        self._database.execute(
            "delete from holds where run not in (select id from runs) and run not in"
            " (select 'render ' || person || ' ' || id from renders where status in ('pending', 'processing'))"
        )

    def charge(self, run: str) -> None:
        """Charge what the run held. The caller wraps this and the rest of the settlement in one transaction."""
        self._database.execute(
            "update persons set balance = balance - (select amount from holds where run = ?)"
            " where id = (select person from holds where run = ?)",
            run,
            run,
        )
        self.release(run)

    def release(self, run: str) -> None:
        """Release what the run held."""
        self._database.execute("delete from holds where run = ?", run)

    def _number(self, query: str, person: str) -> int:
        row = self._database.row(query, person)
        return 0 if row is None else int(str(row[0]))
