"""What is asked of a comparison and what it answers."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from serve.answers import Answer, ListingCard
from serve.criteria import Asked
from serve.values import RowId

#: Listings side by side: more do not fit a person's head, nor a page.
LEAST, MOST = 2, 5


def _apart(value: Any) -> Any:
    """`1,2` as well as one parameter for each."""
    words = value if isinstance(value, list) else [value]
    ids = [part.strip() if isinstance(part, str) else part for word in words for part in _parts(word)]
    if not LEAST <= len(ids) <= MOST:
        raise PydanticCustomError("ids", f"must name {LEAST} to {MOST} listings")
    if len(set(map(str, ids))) < len(ids):
        raise PydanticCustomError("ids", "must not name a listing twice")
    return ids


def _parts(word: Any) -> list[Any]:
    return list(word.split(",")) if isinstance(word, str) else [word]


class CompareQuery(Asked):
    """Which listings are compared."""

    ids: Annotated[list[RowId], BeforeValidator(_apart)] = Field(
        description="Two to five listings, `ids=1042,1043` or one parameter for each.",
        examples=[[1042, 1043]],
    )


class ComparedListing(Answer):
    """One of the listings, as it is now or was last."""

    listing: ListingCard
    is_active: bool
    withdrawn_at: datetime | None
    days_on_market: int = Field(description="Since Pignon saw it first, until it was withdrawn or now.")


class ComparedField(Answer):
    """One field of all listings."""

    field: str = Field(description="A listing's field, or `feature.` and its name.", examples=["surface"])
    values: list[Any] = Field(
        description="In the order of the listings; null where the advert does not tell it.",
        examples=[[64.0, None, 71.5]],
    )
    differs: bool | None = Field(
        description="Whether those that tell it differ; null where they agree but not all tell it.",
        examples=[True],
    )
    missing: list[int] = Field(description="The listings that do not tell it.", examples=[[1043]])
    best: list[int] = Field(
        description="The listings with the better value, where one is plainly better than another.",
        examples=[[1051]],
    )


class Dwelling(Answer):
    """A dwelling, with those of the compared listings that are adverts of it."""

    property_id: int = Field(examples=[981])
    listings: list[int] = Field(examples=[[1042, 1051]])


class Comparison(Answer):
    """Listings side by side."""

    listings: list[ComparedListing]
    fields: list[ComparedField]
    same_money: bool = Field(
        description="False where sales and rents, or currencies, mix: then no price is called the better one."
    )
    dwellings: list[Dwelling] = Field(
        description="One that has two of the listings is the same dwelling, advertised twice."
    )
