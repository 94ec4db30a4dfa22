"""What is asked of alerts and what they answer."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from models.quiet import QuietHours
from models.tables import Channel, Frequency
from serve.answers import Answer, ListingCard
from serve.criteria import Asked
from serve.personal.fields import Form, Named
from serve.personal.saved_criteria import SavedCriteria
from serve.personal.webhook import MAX_ADDRESS

_EXAMPLE = {"city": "Lyon 3e", "transaction": "sale", "rooms_min": 3, "price_max": 350000}


def _quiet(told: str | None) -> str | None:
    """Spans of hours, in the order in which they were told."""
    parts = [part.strip() for part in (told or "").split(",") if part.strip()]
    try:
        QuietHours.parse(",".join(parts))
    except ValueError:
        raise PydanticCustomError(
            "quiet_hours", "must be spans of hours such as 22:00-07:00, and leave some of the day"
        ) from None
    return ",".join(parts) or None


class AlertForm(Form):
    """A search to be told of."""

    name: Named = Field(examples=["T3 à la Part-Dieu"])
    criteria: SavedCriteria = Field(
        description="The search's own parameters, without `sort`, `cursor` and `limit`.", examples=[_EXAMPLE]
    )
    channels: list[Channel] = Field(
        default_factory=lambda: [Channel.EMAIL],
        min_length=1,
        max_length=len(Channel),
        description="By which it tells; `sms` needs a phone in the account, `webhook` a `webhook_url`.",
        examples=[["email"]],
    )
    webhook_url: str | None = Field(
        default=None,
        max_length=MAX_ADDRESS,
        description="Where a `webhook` is posted: https, on the public web.",
        examples=["https://hooks.exemple.fr/pignon"],
    )
    frequency: Frequency = Field(default=Frequency.DAILY, description="How often it may tell.")
    quiet_hours: Annotated[str | None, Field(max_length=200), AfterValidator(_quiet)] = Field(
        default=None,
        description="Hours of France's day in which nothing is sent.",
        examples=["22:00-07:00"],
    )
    is_active: bool = Field(default=True, description="Whether it tells at all.")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        asked, told = Channel.WEBHOOK in self.channels, self.webhook_url is not None
        if asked != told:
            line = (
                "is required by the channel `webhook`" if asked else "goes with the channel `webhook` alone"
            )
            raise PydanticCustomError("webhook_url", line, {"parameter": "webhook_url"})
        return self


class AlertQuery(Asked):
    """Which alerts are wanted."""

    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="`next_cursor` of the page before.",
        examples=["WyJhbGVydHMiLG51bGwsMzFd"],
    )
    limit: int = Field(default=20, ge=1, le=100, description="Alerts on a page.", examples=[20])


class AlertAnswer(Answer):
    """An alert as it is kept."""

    id: int = Field(examples=[31])
    name: str = Field(examples=["T3 à la Part-Dieu"])
    criteria: dict[str, Any] = Field(
        description="In one form: give them to the search as they are.", examples=[_EXAMPLE]
    )
    channels: list[Channel]
    webhook_url: str | None
    frequency: Frequency
    quiet_hours: str | None
    is_active: bool
    revision: int = Field(description="Grows with every change; the ETag, in quotes.", examples=[1])
    awaiting_consent: list[Channel] = Field(
        description="Its channels on which nothing is sent until you consent to it."
    )
    last_notified_at: datetime | None
    created_at: datetime
    updated_at: datetime


class AlertPage(Answer):
    """One page of alerts, the latest made first."""

    total: int
    alerts: list[AlertAnswer]
    next_cursor: str | None = Field(description="The `cursor` of the page after; null at the end.")


class AlertPreview(Answer):
    """What an alert would find now."""

    total: int = Field(description="Live listings that satisfy it, counted up to 2,000.", examples=[17])
    total_is_exact: bool
    listings: list[ListingCard] = Field(description="The newest of them.")
