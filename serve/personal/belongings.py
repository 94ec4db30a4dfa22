"""What belongs to a user in every table: found by walking the schema, so that no new table is forgotten.

A table belongs to users when it refers to them, or to a table that does; some also hold a person's address
without a user. Export and erasure both go by this, and docs/privacy.md is held to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    text,
)

from models.tables import Base, MailedLink, OutboxMessage, User

#: Where an e-mail address stands for a person, user or not.
_ADDRESSED: Final = {
    "outbox": OutboxMessage.__table__.c.recipient,
    "mailed_links": MailedLink.__table__.c.address,
}
#: Never told, not even to their owner: who stole a token must not get at the password or at live links.
_SECRET: Final = frozenset(
    {"users.password_hash", "outbox.body_text", "outbox.body_html", "mailed_links.payload"}
)


@dataclass(frozen=True, slots=True)
class Belonging:
    """A table, and which of its rows are the user's."""

    table: Table
    mine: ColumnElement[bool]

    @property
    def told(self) -> list[Column[Any]]:
        """The columns that an export tells."""
        return [column for column in self.table.columns if not is_secret(column)]

    @property
    def kept_back(self) -> list[str]:
        """The names of the others."""
        return [column.name for column in self.table.columns if is_secret(column)]


def is_secret(column: Column[Any]) -> bool:
    """Whether a column lets in whoever reads it: hashes are kept as bytes."""
    return isinstance(column.type, LargeBinary) or str(column) in _SECRET


def belongings(user_id: int, email: str) -> list[Belonging]:
    """The user's rows in every table: parents before the tables that refer to them."""
    users = User.__table__
    found: dict[Table, ColumnElement[bool]] = {}
    for table in Base.metadata.sorted_tables:
        conditions = _referring(table, found)
        if table is users:
            conditions.append(users.c.id == user_id)
        if table.name in _ADDRESSED:
            conditions.append(_nobodys(table, email))
        if conditions:
            found[table] = or_(*conditions)
    return [Belonging(table, mine) for table, mine in found.items()]


def erase_rows(connection: Connection, user_id: int) -> dict[str, int]:
    """Erase a user and all that is theirs, tables that refer to others first; rows by table. The caller has
    locked the user's row. Counters of the listings that they kept follow, by trigger.
    """
    connection.execute(text("set local pignon.erasure = 'on'"))  # consents are append-only otherwise
    email = connection.execute(select(User.email).where(User.id == user_id)).scalar_one()
    erased = {
        belonging.table.name: connection.execute(delete(belonging.table).where(belonging.mine)).rowcount
        for belonging in reversed(belongings(user_id, email))
    }
    return dict(sorted(erased.items()))


def personal_tables() -> list[Table]:
    """Every table that holds what belongs to a user."""
    return [belonging.table for belonging in belongings(0, "")]


def _nobodys(table: Table, email: str) -> ColumnElement[bool]:
    """Rows of no user that bear an address: what another user owes it, as a wish for it, is theirs."""
    address = _ADDRESSED[table.name]
    # Links keep it as Python has small letters, which are not PostgreSQL's everywhere.
    bears = or_(func.lower(address) == func.lower(email), address == email.lower())
    return and_(table.c.user_id.is_(None), bears)


def _referring(table: Table, found: Mapping[Table, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """A condition for each reference of the table to rows that are the user's."""
    return [
        key.parent.in_(select(key.column).where(found[key.column.table]))
        for key in sorted(table.foreign_keys, key=str)
        if key.column.table in found and key.column.table is not table
    ]
