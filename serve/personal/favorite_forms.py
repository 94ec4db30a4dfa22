"""What is asked of favourites and what they answer."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from models.tables import FavoriteStatus
from serve.answers import Answer, ListingCard, OtherAdvert
from serve.criteria import Asked
from serve.personal.fields import HOME_ZONE, Form, Note, Zone, instant
from serve.values import RowId


class FavoriteChange(Form):
    """What a user says of a listing they keep. A field that is left out stays as it is; null empties it."""

    note: Note = Field(default=None, description="For the user alone.", examples=["Voir la cave. Syndic ?"])
    status: FavoriteStatus | None = Field(
        default=None, description="Where they stand with it.", examples=["to_call"]
    )
    visit_at: datetime | None = Field(
        default=None,
        description="When they visit it; without an offset, in the time of `visit_zone`.",
        examples=["2026-12-05T14:30:00"],
    )
    visit_zone: Zone = Field(default=HOME_ZONE, description="IANA name.", examples=[HOME_ZONE])

    @model_validator(mode="after")
    def _visitable(self) -> Self:
        self.visit()
        return self

    def visit(self) -> datetime | None:
        """The visit, UTC."""
        return None if self.visit_at is None else instant(self.visit_at, self.visit_zone)


class FavoriteNew(FavoriteChange):
    """A listing to keep."""

    listing_id: RowId = Field(description="The listing.", examples=[1042])


class FavoriteQuery(Asked):
    """Which favourites are wanted."""

    status: FavoriteStatus | None = Field(
        default=None, description="Those of that status only.", examples=["to_call"]
    )
    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="`next_cursor` of the page before.",
        examples=["WyJmYXZvcml0ZXMiLG51bGwsMzFd"],
    )
    limit: int = Field(default=20, ge=1, le=100, description="Favourites on a page.", examples=[20])


class FavoriteState(StrEnum):
    """How the listing stands now. Hidden: its agency asked not to be shown."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


class FavoriteAnswer(Answer):
    """A listing that the user keeps, and what became of it."""

    listing_id: int = Field(examples=[1042])
    note: str | None
    status: FavoriteStatus | None
    visit_at: datetime | None = Field(description="UTC.")
    visit_zone: str | None = Field(description="The zone in which it was told.")
    created_at: datetime
    updated_at: datetime
    state: FavoriteState
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    kept_price: int | None = Field(description="The listing's price when it was kept, in its currency then.")
    price_change: int | None = Field(
        description="Its price now minus that; null where one is unknown, or the currency changed."
    )
    continued_by: int | None = Field(
        description="Of a withdrawn listing: the live advert of the same dwelling at the same agency."
    )
    listing: ListingCard | None = Field(description="As it is now; null when it is hidden.")
    others: list[OtherAdvert] = Field(description="Other adverts of its dwelling, live ones first.")


class FavoritePage(Answer):
    """One page of favourites, the latest kept first."""

    total: int = Field(description="The user's favourites of that status.")
    favorites: list[FavoriteAnswer]
    next_cursor: str | None = Field(description="The `cursor` of the page after; null at the end.")


class FeedState(Answer):
    """The user's calendar feed."""

    exists: bool
    created_at: datetime | None


class FeedAddress(Answer):
    """A calendar feed's address. It is told once: only its hash is kept."""

    address: str = Field(
        examples=["https://pignon.example/api/user/favorites.ics?token=Xk3…"],
        description="Whoever has it reads the visits; make another to put it out of use.",
    )
    created_at: datetime
