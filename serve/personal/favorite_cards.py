"""How the listings that a user keeps stand now: cards, prices since, the same dwelling elsewhere."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import Agency, AggregatedListing
from serve.listings import AGENCY, other_advert
from serve.personal.favorite_forms import FavoriteAnswer, FavoriteState
from serve.search import card, cards

L: Final = AggregatedListing

#: Other adverts shown of a dwelling: live ones first, cheapest first.
MAX_OTHERS: Final = 10
_OWN: Final = (
    "listing_id", "note", "status", "visit_at", "visit_zone", "created_at", "updated_at", "kept_price",
)  # fmt: skip


async def answers(connection: AsyncConnection, favorites: Sequence[Row[Any]]) -> list[FavoriteAnswer]:
    """Rows of `favorites` as their answers, in the same order, by two questions whatever their number."""
    if not favorites:
        return []
    changed = func.currency_changed(L.id).label("currency_changed")
    statement = cards().add_columns(L.is_active, L.withdrawn_at, L.withdrawn_reason, changed)
    statement = statement.where(
        L.id.in_([row.listing_id for row in favorites]), Agency.opted_out_at.is_(None)
    )
    rows = {row["id"]: row for row in (await connection.execute(statement)).mappings()}
    dwellings = await _dwellings(connection, {row["property_id"] for row in rows.values()})
    return [_answer(row, rows.get(row.listing_id), dwellings) for row in favorites]


def _answer(
    favorite: Row[Any], row: RowMapping | None, dwellings: Mapping[int, Sequence[RowMapping]]
) -> FavoriteAnswer:
    own = {name: getattr(favorite, name) for name in _OWN}
    if row is None:
        hidden = dict.fromkeys(
            ("withdrawn_at", "withdrawn_reason", "price_change", "continued_by", "listing")
        )
        return FavoriteAnswer.model_validate({**own, **hidden, "state": FavoriteState.HIDDEN, "others": []})
    others = [other for other in dwellings.get(row["property_id"], ()) if other["id"] != row["id"]]
    changed = row["currency_changed"]
    known = row["price"] is not None and favorite.kept_price is not None
    comparable = known and (changed is None or changed <= favorite.created_at)
    now = {
        "state": FavoriteState.LIVE if row["is_active"] else FavoriteState.WITHDRAWN,
        "withdrawn_at": row["withdrawn_at"],
        "withdrawn_reason": row["withdrawn_reason"],
        "price_change": row["price"] - favorite.kept_price if comparable else None,
        "continued_by": None if row["is_active"] else _continued(row, others),
        "listing": card(row),
        "others": [other_advert(other, row) for other in others[:MAX_OTHERS]],
    }
    return FavoriteAnswer.model_validate({**own, **now})


def _continued(row: RowMapping, others: Sequence[RowMapping]) -> int | None:
    """The newest live advert of the dwelling at the same agency, which put it on line again elsewhere."""
    same = [other["id"] for other in others if other["is_active"] and other["agency_id"] == row["agency_id"]]
    return max(same, default=None)


async def _dwellings(connection: AsyncConnection, properties: set[int]) -> Mapping[int, Sequence[RowMapping]]:
    """The first adverts of each dwelling, one more than are shown: one of them is the user's own."""
    euros = func.in_euros(L.price, L.currency, L.postal_code)
    place = func.row_number().over(partition_by=L.property_id, order_by=(L.is_active.desc(), euros, L.id))
    ranked = (
        select(
            L.id, L.property_id, L.title, L.price, L.currency, L.postal_code, L.surface, L.source_url,
            L.is_active, L.agency_id, L.photos[0].astext.label("photo"), Agency.name.label("agency_name"),
            *AGENCY, place.label("place"),
        )
        .join(Agency, Agency.id == L.agency_id)
        .where(L.property_id.in_(properties), Agency.opted_out_at.is_(None))
        .subquery()
    )  # fmt: skip
    first = select(ranked).where(ranked.c.place <= MAX_OTHERS + 1).order_by(ranked.c.place)
    found: dict[int, list[RowMapping]] = defaultdict(list)
    for row in (await connection.execute(first)).mappings():
        found[row["property_id"]].append(row)
    return found
