"""The studio's database: people, tokens, credits, sessions, runs and renders in one SQLite file."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
create table if not exists persons (
    id text primary key,
    client blob not null unique,
    balance integer not null,
    day text not null,
    told_soundfont integer not null default 0
) strict;
create table if not exists tokens (
    hash blob primary key,
    person text not null references persons (id),
    address text not null,
    issued real not null,
    expires real not null
) strict;
create table if not exists sessions (
    id text primary key,
    task text not null unique,
    person text not null references persons (id),
    language text not null,
    edit_paid integer not null default 0,
    used real not null default 0
) strict;
create table if not exists claims (
    hash blob primary key,
    session text not null references sessions (id),
    expires real not null
) strict;
create table if not exists holds (
    run text primary key,
    person text not null references persons (id),
    amount integer not null
) strict;
create table if not exists runs (
    number integer primary key,
    id text not null unique,
    session text not null references sessions (id),
    message text not null,
    seed integer not null,
    attempts integer not null default 0
) strict;
create table if not exists renders (
    number integer primary key,
    person text not null references persons (id),
    id text not null,
    session text not null references sessions (id),
    draft text not null,
    status text not null,
    error text,
    attempts integer not null default 0,
    used real not null default 0,
    unique (person, id)
) strict;
create index if not exists renders_of_session on renders (session);
"""


class BadDatabase(OSError):
    """The file is damaged or is not a database."""

    def __init__(self, path: Path) -> None:
        reason = (
            "this is not a studio's database, or it is damaged. Put a copy of it back, or move the file away: "
            "the studio then makes a new one, and the projects beside it stay on disk"
        )
        super().__init__(errno.EINVAL, reason, str(path))


class Database:
    """One connection, used only in the event loop's thread: every statement is short."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises BadDatabase where it is not a studio's database, sqlite3.Error otherwise."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            self._set_up()
        except sqlite3.DatabaseError as fault:
            self._connection.close()
            if isinstance(fault, sqlite3.OperationalError):
                raise
            raise BadDatabase(path) from fault

    def _set_up(self) -> None:
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.execute("pragma foreign_keys = on")
        # A message is stored only while its run needs it; afterwards it must not survive in free pages either.
        self._connection.execute("pragma secure_delete = on")
        self._connection.executescript(_SCHEMA)
        for table in ("sessions", "renders"):
            self._add_last_use(table)

    def _add_last_use(self, table: str) -> None:
        """Migrate a table from before retention existed: all its rows count as used now."""
        if any(column[1] == "used" for column in self._connection.execute(f"pragma table_info({table})")):
            return
        self._connection.execute(f"alter table {table} add column used real not null default 0")
        self._connection.execute(f"update {table} set used = ?", (time.time(),))  # noqa: S608 - one of two constants

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Run the block as one transaction; a nested block joins the outer transaction."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def execute(self, statement: str, *values: SqlValue) -> int:
        """Execute a statement and return how many rows it changed."""
        return self._connection.execute(statement, values).rowcount

    def row(self, query: str, *values: SqlValue) -> tuple[SqlValue, ...] | None:
        """Return the first row of a query."""
        row: tuple[SqlValue, ...] | None = self._connection.execute(query, values).fetchone()
        return row

    def rows(self, query: str, *values: SqlValue) -> list[tuple[SqlValue, ...]]:
        """Return all rows of a query."""
        return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Flush the database to its file and close it."""
        self._connection.close()


SqlValue = str | int | float | bytes | None


def digest(secret: str) -> bytes:
    """Return the digest of a secret that is stored: it identifies the secret but can't be used in its place."""
    return hashlib.sha256(secret.encode()).digest()
