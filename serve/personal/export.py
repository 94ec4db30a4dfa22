"""All that is kept of a person, as one JSON document (GDPR, articles 15 and 20)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import utc_now
from serve.answers import Answer
from serve.personal.belongings import belongings


class PersonalData(Answer):
    """All rows that are a person's, by table; docs/privacy.md says what each is for."""

    exported_at: datetime
    tables: Mapping[str, Sequence[Mapping[str, Any]]] = Field(
        description="By table, its rows.",
        examples=[{"users": [{"id": 12, "email": "claire@exemple.fr"}], "favorites": []}],
    )
    kept_back: Mapping[str, Sequence[str]] = Field(
        description="Columns that would let in whoever read them: hashes, and the texts of mails with links.",
        examples=[{"users": ["password_hash"]}],
    )


async def export(connection: AsyncConnection, user_id: int, email: str) -> PersonalData:
    """Every row of every table that is this user's, without what would let anybody in."""
    tables, kept_back = {}, {}
    for belonging in belongings(user_id, email):
        name = belonging.table.name
        rows = await connection.execute(
            select(*belonging.told).where(belonging.mine).order_by(*belonging.table.primary_key)
        )
        tables[name] = [dict(row) for row in rows.mappings()]
        if belonging.kept_back:
            kept_back[name] = belonging.kept_back
    return PersonalData(exported_at=utc_now(), tables=tables, kept_back=kept_back)
