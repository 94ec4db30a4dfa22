"""What a search asks: the live adverts in narrow rows, with the indexes of their orders, and their words.

Triggers keep both tables in the transaction that changes a listing, its history or its agency's opt-out;
nothing else writes them. Adverts of agencies that opted out are not there.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


def _order(name: str, column: str, *held: str) -> Index:
    included = ["property_id", "property_type", *held]
    return Index(f"ix_live_{name}", "transaction", column, "id", postgresql_include=included)


def _place(column: str) -> Index:
    order = (column, "transaction", "property_type", "first_seen", "id")
    included = ["property_id", "price", "price_per_sqm", "surface", "rooms", "bedrooms", "dpe", "price_drop"]
    return Index(f"ix_live_{column}", *order, postgresql_include=included)


class Sought:
    """What most searches filter and sort by, in the rows of adverts and beside their words.

    Money is in euros (`models.money`), null where that is unknown; what adverts say themselves is not here.
    """

    property_id: Mapped[int] = mapped_column(BigInteger)
    agency_id: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[int | None] = mapped_column(BigInteger)
    price_per_sqm: Mapped[int | None] = mapped_column(BigInteger)
    first_seen: Mapped[datetime]
    surface: Mapped[float | None] = mapped_column(Float)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    rooms: Mapped[int | None] = mapped_column(SmallInteger)
    transaction: Mapped[str | None] = mapped_column(String(24))
    property_type: Mapped[str | None] = mapped_column(String(24))
    #: Of the INSEE code; where that is unknown, of the postal code.
    department: Mapped[str | None] = mapped_column(String(3))
    postal_code: Mapped[str | None] = mapped_column(String(10))
    insee_code: Mapped[str | None] = mapped_column(String(5))
    city_key: Mapped[str | None] = mapped_column(String(120))


class LiveListing(Sought, Base):
    """A live advert as the search filters and orders it; columns as `AggregatedListing` has them."""

    __tablename__ = "live_listings"
    __table_args__ = (
        # An order's index ends on id, the cursor's tie-breaker, and holds what most searches filter by: a
        # walk through it for a page then need not look up any row. Rents and prices of sale are apart.
        _order("newest", "first_seen", "price", "surface", "rooms"),
        _order("price", "price", "surface", "rooms"),
        _order("price_per_sqm", "price_per_sqm", "price", "surface", "rooms"),
        _order("surface", "surface", "price", "rooms"),
        Index("ix_live_newest_of_all", "first_seen", "id"),
        Index("ix_live_drop", "price_drop", "id", postgresql_where=text("price_drop is not null")),
        _place("department"),
        _place("postal_code"),
        _place("insee_code"),
        Index("ix_live_city", "city_key", "transaction"),
        Index("ix_live_agency", "agency_id"),
        Index("ix_live_property", "property_id"),
        # The point's own columns, too: without them PostgreSQL does not see that it need not look up the row.
        Index(
            "ix_live_nearby",
            text("point(longitude, latitude)"),
            postgresql_using="gist",
            postgresql_include=[
                "longitude",
                "latitude",
                "transaction",
                "property_type",
                "price",
                "surface",
                "rooms",
                "price_per_sqm",
                "first_seen",
                "id",
                "property_id",
            ],
        ),
        {"postgresql_with": {"fillfactor": "90"}},
    )

    #: The listing's.
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    #: Before the latest change of price, in the advert's own currency, the moment of that change, and, where
    #: it was a cut, its per cent; none where the currency changed with it or since.
    previous_price: Mapped[int | None] = mapped_column(BigInteger)
    repriced_at: Mapped[datetime | None]
    price_drop: Mapped[float | None] = mapped_column(Float)
    charges: Mapped[int | None] = mapped_column(BigInteger)
    land_surface: Mapped[float | None] = mapped_column(Float)
    bedrooms: Mapped[int | None] = mapped_column(SmallInteger)
    floor: Mapped[int | None] = mapped_column(SmallInteger)
    construction_year: Mapped[int | None] = mapped_column(SmallInteger)
    furnished: Mapped[bool | None]
    dpe: Mapped[str | None] = mapped_column(String(1))
    ges: Mapped[str | None] = mapped_column(String(1))
    features: Mapped[dict[str, Any]]


class LiveWords(Sought, Base):
    """A live advert's words, stemmed and without accents; those of its title weigh more. Among them stand the
    advert's facts, such as `insee 69123`, so that one index finds the balconies of Lyon (`live_facts`).

    Apart from the rows, as a new price would have to be told to the index of each of the words; beside them
    stands what is sought, in no index.
    """

    __tablename__ = "live_words"
    __table_args__ = (
        Index("ix_live_words", "words", postgresql_using="gin"),
        {"postgresql_with": {"toast_tuple_target": "128", "fillfactor": "90"}},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    words: Mapped[Any] = mapped_column(TSVECTOR)
    #: Makes the row so long that PostgreSQL stores the words apart from it; compressed it is nothing.
    filler: Mapped[str] = mapped_column(Text, server_default=text("repeat(' ', 2100)"))
