"""What the statistics answer. Every figure has the number of dwellings behind it; see docs/statistics.md.

Null is a figure that fewer than five dwellings would have to tell.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from models.listing import PropertyType, Transaction
from serve.answers import AgencyBrief, AgencyStock, Answer

DEFINITIONS = "/api/statistics/definitions"


class Area(Answer):
    """Where."""

    kind: Literal["country", "department", "commune", "postal_code"]
    code: str = Field(examples=["69383"])
    name: str | None = Field(examples=["Lyon 3e"])


class Quartiles(Answer):
    """A quarter of the dwellings lies below the first, half below the median, a quarter above the third."""

    number: int = Field(description="Dwellings behind the figure.", examples=[41])
    q1: float | None = Field(examples=[182000.0])
    median: float | None = Field(examples=[245000.0])
    q3: float | None = Field(examples=[331000.0])


class Averaged(Quartiles):
    """With the average, which is told where it does not betray fewer than five dwellings of a part."""

    average: float | None = Field(examples=[268400.0])


class Prices(Averaged):
    """Euros; of a rent, per month."""

    min: int | None = Field(examples=[79000])
    max: int | None = Field(examples=[1250000])


class Cuts(Answer):
    """Prices that fell."""

    number: int = Field(description="Dwellings whose price was cut.", examples=[9])
    share: float | None = Field(description="Of those on offer, 0 to 1.", examples=[0.22])
    median: float | None = Field(description="Of the price before, 0 to 1.", examples=[0.045])


class Lately(Answer):
    """How many since the day, the week and the month began in Paris."""

    today: int = Field(examples=[1])
    this_week: int = Field(examples=[6])
    this_month: int = Field(examples=[23])


class Yield(Answer):
    """Rent over price."""

    value: float = Field(description="Gross, per year, 0 to 1.", examples=[0.041])
    rent_number: int = Field(description="Dwellings for rent behind it.", examples=[38])
    sale_number: int = Field(description="Dwellings for sale behind it.", examples=[41])


class Period(Answer):
    """A week, from Monday, or a month; its stock at its end, or now where it is under way."""

    starts_on: date
    is_open: bool = Field(description="Under way: its figures still change.")
    active: int = Field(description="Dwellings on the market at its end.")
    on_offer: int = Field(description="Dwellings on the market at any time of it.")
    added: int
    withdrawn: int
    price: Quartiles
    price_per_sqm: Quartiles
    age_days: Quartiles
    price_cuts: Cuts
    days_to_withdrawal: Quartiles


class Market(Answer):
    """One cell: an area, a transaction, a type and a number of rooms."""

    area: Area
    transaction: Transaction
    property_type: PropertyType | None = Field(description="Null: apartments, houses and studios together.")
    rooms: int | None = Field(description="Null: any number; 5: five and more.")
    total: int = Field(description="Dwellings ever seen there.", examples=[112])
    active: int = Field(description="Dwellings on the market now.", examples=[41])
    apartments: int | None = Field(description="Of the active; null where one type was asked for.")
    houses: int | None
    studios: int | None
    added: Lately
    withdrawn: Lately
    price: Prices
    price_per_sqm: Averaged
    age_days: Quartiles
    price_cuts: Cuts
    days_to_withdrawal: Quartiles
    rent_per_sqm: float | None = Field(
        description="Of a sale: the median monthly rent per m² of the same area, type and rooms."
    )
    rent_number: int | None = Field(description="Of a sale: dwellings for rent behind rent_per_sqm.")
    gross_yield: Yield | None = Field(description="Of a sale of one type.")
    history: list[Period] | None = Field(
        default=None, description="Oldest first. Periods with fewer than five on offer are left out."
    )


class MarketAnswer(Answer):
    """The cells asked for, area by area."""

    refreshed_at: datetime | None = Field(description="When the figures were brought up to date; hourly.")
    today: date = Field(description="The day in Paris.")
    definitions: str = Field(default=DEFINITIONS, description="Where each figure's definition is.")
    markets: list[Market]


class AgencyFigures(AgencyStock):
    """One agency's stock in the area asked for, now."""

    agency: AgencyBrief


class AgenciesAnswer(Answer):
    """Agencies, those with most dwellings on offer first."""

    definitions: str = Field(default=DEFINITIONS)
    agencies: list[AgencyFigures]


class Bin(Answer):
    """Dwellings from a value on, below the next; null is no bound."""

    least: float | None = Field(examples=[200000.0])
    below: float | None = Field(examples=[225000.0])
    number: int = Field(examples=[12])


class Histogram(Answer):
    """How dwellings lie over a value."""

    number: int = Field(description="Dwellings whose value is known.")
    bins: list[Bin] = Field(description="None where fewer than five are known.")


class Share(Answer):
    """Dwellings of one value."""

    value: str = Field(examples=["C"])
    number: int


class DistributionAnswer(Answer):
    """How the dwellings that satisfy the criteria are spread, each by its cheapest advert that does."""

    definitions: str = Field(default=DEFINITIONS)
    number: int = Field(description="Dwellings counted.")
    is_complete: bool = Field(description="Else there are more, and those of the newest adverts are counted.")
    price: Histogram
    price_per_sqm: Histogram
    surface: Histogram
    days_on_market: Histogram
    rooms: list[Share]
    dpe: list[Share]


class Definition(Answer):
    """What a figure means."""

    name: str = Field(examples=["active"])
    fr: str
    en: str


class DefinitionsAnswer(Answer):
    """Every figure, in the order of the answers."""

    definitions: list[Definition]
