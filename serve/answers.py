"""What the API answers: the shapes that its documentation shows and its bytes follow.

Money is in whole units of `currency`, which is the euro where none is told and nothing else is said; surfaces
are square metres, times UTC; null is unknown, never zero.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from models.listing import FeesPayer, PropertyType, Transaction
from models.tables import EventKind, ScrapingStatus


class Answer(BaseModel):
    """Base of the shapes: frozen, and complete in the documentation."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class PlaceKind(StrEnum):
    """What a place is."""

    COMMUNE = "commune"
    ARRONDISSEMENT = "arrondissement"
    DEPARTMENT = "department"
    REGION = "region"


class PlaceName(Answer):
    """A place whose name begins as somebody types."""

    text: str = Field(description="What `city` takes for this place alone.", examples=["Saint-Denis (93)"])
    name: str = Field(examples=["Saint-Denis"])
    kind: PlaceKind = Field(examples=["commune"])
    insee_code: str | None = Field(
        description="Of a commune or an arrondissement; 75056, 69123 and 13055 are whole cities.",
        examples=["93066"],
    )
    postal_codes: list[str] = Field(description="Of a commune or an arrondissement.", examples=[["93200"]])
    departments: list[str] = Field(
        description="By number, the one it lies in or is; of a region all of them.", examples=[["93"]]
    )
    population: int | None = Field(description="Who live there, where it is known.", examples=[149077])


class PlaceList(Answer):
    """Places to choose from, the likeliest first."""

    places: list[PlaceName]


class AgencyBrief(Answer):
    """An agency as a listing names it."""

    id: int = Field(examples=[7])
    name: str = Field(examples=["Agence du Beffroi"])
    website_url: str = Field(examples=["https://agence-du-beffroi.example/"])
    city: str | None = None
    phone: str | None = None


class ListingCard(Answer):
    """One advert in a list of results."""

    id: int = Field(examples=[1042])
    property_id: int = Field(description="The dwelling; the same at every agency that offers it.")
    title: str | None = Field(examples=["Appartement T3 avec balcon"])
    transaction: Transaction | None
    property_type: PropertyType | None
    price: int | None = Field(description="As the advert tells it, in `currency`.", examples=[245000])
    previous_price: int | None = Field(
        description="Before the latest change of price, if there was one in this `currency`."
    )
    currency: str | None = Field(
        description="ISO 4217; null where no sign tells: the euro, but in the Pacific.", examples=["EUR"]
    )
    price_per_sqm: int | None = Field(description="In `currency`.", examples=[3828])
    surface: float | None = Field(examples=[64.0])
    land_surface: float | None
    rooms: int | None = Field(examples=[3])
    bedrooms: int | None = Field(examples=[2])
    city: str | None = Field(examples=["Lyon"])
    postal_code: str | None = Field(examples=["69003"])
    dpe: str | None = Field(description="Energy letter, A to G.", examples=["C"])
    ges: str | None = Field(description="Emission letter, A to G.", examples=["B"])
    photo: str | None = Field(description="The first photo, at the agency's address.")
    photo_count: int
    adverts: int = Field(description="Live adverts of this dwelling, this one included.", examples=[2])
    agency_id: int
    agency_name: str
    source_url: str = Field(description="The advert on the agency's own site.")
    first_seen: datetime
    last_seen: datetime
    distance: int | None = Field(default=None, description="Metres from `lat`, `lng`, where they were asked.")


_ENGINE: Final = "Who found them: `postgresql`, `elasticsearch` or `opensearch`."
_DEGRADED: Final = "The search engine could not be asked, or is behind: PostgreSQL found them in its stead."


class Counted(Answer):
    """A value of a field and how many of what was found have it."""

    value: str | None = Field(
        description="Null where it is unknown; of a price its band, such as `200000-250000`.", examples=["3"]
    )
    number: int = Field(examples=[42])


_FACETS: Final = "Of each `facet` asked for, its most frequent values, 50 at most."
_UNKNOWN_PLACES = (
    "Of the places that `city` names those that we know nothing of, as they were written; not where there is "
    "but one and listings tell it as theirs."
)
_FACETS_ARE_EXACT: Final = "False when more matched than were looked at: the numbers then are of a part."


class SearchPage(Answer):
    """One page of results."""

    total: int = Field(description="Matching listings, counted up to 2,000.", examples=[128])
    total_is_exact: bool = Field(
        description="False when there are more than `total`, which may be fewer than 2,000."
    )
    listings: list[ListingCard]
    next_cursor: str | None = Field(description="The `cursor` of the page after; null at the end.")
    facets: dict[str, list[Counted]] = Field(default_factory=dict, description=_FACETS)
    facets_are_exact: bool = Field(default=True, description=_FACETS_ARE_EXACT)
    unknown_places: list[str] = Field(
        default_factory=list, description=_UNKNOWN_PLACES, examples=[["Atlantis"]]
    )
    engine: str = Field(description=_ENGINE, examples=["postgresql"])
    degraded: bool = Field(description=_DEGRADED, examples=[False])


class PropertyCard(Answer):
    """One dwelling in a list of results."""

    id: int = Field(examples=[981])
    listing: ListingCard = Field(description="Of its adverts that satisfy the criteria, the first.")
    lowest_price: int | None = Field(
        description="Of all its live adverts, euros; francs of the Pacific converted, no other currency.",
        examples=[245000],
    )
    highest_price: int | None = Field(examples=[249000])
    adverts: int = Field(description="Its live adverts.", examples=[2])
    agencies: int = Field(description="How many agencies offer it.", examples=[2])


class PropertyPage(Answer):
    """One page of dwellings."""

    total: int = Field(description="Matching dwellings, counted up to 2,000.", examples=[96])
    total_is_exact: bool = Field(description="False when there are more than `total`.")
    properties: list[PropertyCard]
    next_cursor: str | None = Field(description="The `cursor` of the page after; null at the end.")
    facets: dict[str, list[Counted]] = Field(default_factory=dict, description=_FACETS)
    facets_are_exact: bool = Field(default=True, description=_FACETS_ARE_EXACT)
    unknown_places: list[str] = Field(
        default_factory=list, description=_UNKNOWN_PLACES, examples=[["Atlantis"]]
    )
    engine: str = Field(description=_ENGINE, examples=["postgresql"])
    degraded: bool = Field(description=_DEGRADED, examples=[False])


class Proof(Answer):
    """Where a field's value came from."""

    source: str = Field(description="What it was read from.", examples=["json_ld"])
    raw: str = Field(description="The text as it stands in the page.", examples=["245 000 €"])
    confidence: float = Field(examples=[0.95])


class Event(Answer):
    """An append-only fact about a listing."""

    kind: EventKind
    field: str | None
    old_value: Any | None
    new_value: Any | None
    occurred_at: datetime


class MarketEvent(Event):
    """An event, with whose it is."""

    id: int
    listing_id: int
    property_id: int | None = Field(description="The dwelling, where the event is of one.")
    agency_id: int


class EventPage(Answer):
    """Events in the order in which they were written."""

    events: list[MarketEvent]
    more: bool = Field(description="Whether the next page has any now.")
    next_cursor: str | None = Field(
        description="The `cursor` of what comes after, now or later; null before the first event."
    )


class PricePoint(Answer):
    """The price from a moment on, until the next point."""

    at: datetime
    price: int
    currency: str | None = Field(description="Of that price, as it was told.", examples=["EUR"])


class OtherAdvert(Answer):
    """The same dwelling, advertised elsewhere."""

    id: int
    title: str | None
    price: int | None
    currency: str | None
    price_difference: int | None = Field(
        description="Its price minus this listing's; null where their currencies differ."
    )
    surface: float | None
    agency: AgencyBrief
    source_url: str
    photo: str | None
    is_active: bool


class ListingDetail(ListingCard):
    """One advert with all that is known of it."""

    agency: AgencyBrief
    description: str | None
    photos: list[str]
    features: Mapping[str, bool] = Field(description="Known features only; absent is unknown.")
    bathrooms: int | None
    floor: int | None = Field(description="0 is the ground floor.")
    construction_year: int | None
    address: str | None
    insee_code: str | None
    latitude: float | None
    longitude: float | None
    dpe_value: int | None = Field(description="kWh per m² and year.")
    ges_value: int | None = Field(description="kg of CO2 per m² and year.")
    charges: int | None = Field(description="Per month, in `currency`.")
    fees: int | None
    fees_payer: FeesPayer | None
    deposit: int | None
    furnished: bool | None
    exclusive: bool | None
    availability: str | None = Field(description="ISO date, or `now`.")
    reference: str | None
    is_active: bool
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    data_quality_score: float = Field(description="Share of the first fields that are known, 0 to 1.")
    evidence: Mapping[str, Proof] = Field(description="Per field, where its value came from.")
    price_history: list[PricePoint]
    history: list[Event]
    others: list[OtherAdvert]


class Fact(Answer):
    """A field of a dwelling: what most of its adverts tell, the advert that told it, and what others say."""

    value: Any
    source: int = Field(description="The listing whose value it is.", examples=[1042])
    otherwise: Mapping[int, Any] = Field(description="What other listings say, by their ids.")


class PropertyAdvert(OtherAdvert):
    """One advert of a dwelling, with its prices."""

    price_difference: int | None = Field(description="Its price in euros minus the lowest live one's.")
    first_seen: datetime
    withdrawn_at: datetime | None
    price_history: list[PricePoint]


class Tie(Answer):
    """Why two adverts are taken for one dwelling."""

    a: int
    b: int
    probability: float = Field(examples=[0.97])
    reasons: list[str] = Field(description="The weightiest first, in French.")
    reasons_en: list[str] = Field(description="The same in English.")


class PropertyDetail(Answer):
    """One dwelling with all its adverts."""

    id: int = Field(description="Of a dwelling merged into another, that other one's.")
    is_active: bool
    lowest_price: int | None = Field(
        description="Of its live adverts, or of the withdrawn if none is; euros."
    )
    highest_price: int | None
    first_seen: datetime = Field(description="Of its oldest advert.")
    agencies: list[str]
    facts: Mapping[str, Fact]
    adverts: list[PropertyAdvert] = Field(description="Live ones first, cheapest first.")
    price_history: list[PricePoint] = Field(
        description="The lowest price that an advert showed, from each moment on, in euros."
    )
    ties: list[Tie]


class AgencyCard(AgencyBrief):
    """An agency with its stock as of now."""

    postal_code: str | None
    address: str | None
    email: str | None
    siren: str | None
    for_sale: int = Field(description="Live adverts for sale.")
    for_rent: int = Field(description="Live adverts to rent.")
    active_listings: int = Field(description="All live adverts.")
    scraping_status: ScrapingStatus
    last_scraped: datetime | None


class Month(Answer):
    """A calendar month of Paris."""

    month: str = Field(examples=["2026-11"])
    adverts: int = Field(description="Adverts first seen in it, but those put on line again.", examples=[14])


class Overlap(Answer):
    """Another agency that offers some of the same dwellings."""

    agency: AgencyBrief
    dwellings: int = Field(description="Dwellings that both offer now, and for the same.", examples=[3])


class AgencyStock(Answer):
    """What an agency offers now of one transaction, in the area asked for. Shares are 0 to 1; null is a
    median or a share that fewer than five would have to tell.
    """

    transaction: Transaction = Field(description="What all figures are of; sale and rent never mix.")
    dwellings: int = Field(
        description="Dwellings among its live adverts, behind exclusive_share.", examples=[41]
    )
    adverts: int = Field(description="Its live adverts, behind their days and cuts.", examples=[44])
    median_days_on_market: float | None = Field(description="Of its live adverts, since Pignon saw them.")
    price_cut_share: float | None = Field(description="Of its live adverts, those whose price was ever cut.")
    exclusive_share: float | None = Field(
        description="Of its dwellings, those that no other agency offers so."
    )
    new_per_month: list[Month] = Field(description="Of twelve months, the oldest first, this one included.")
    overlap: list[Overlap] = Field(description="The agencies that share most dwellings with it.")


class AgencyDetail(AgencyCard):
    """An agency with all that its stock tells."""

    stock: AgencyStock


class AgencyList(Answer):
    """One page of agencies, by name."""

    total: int
    agencies: list[AgencyCard]
    next_cursor: str | None


class Progress(Answer):
    """The crawl under way. `running` is 0 when nothing runs."""

    running: int = Field(description="Sites being visited now.")
    done: int = Field(description="Sites whose visit of this round has ended.")
    total: int = Field(description="Sites of this round: done, running and due.")
    pages: int = Field(description="Pages fetched by the visits that ended.")
    listings: int = Field(description="Live listings in the market, counted up to 2,000.")


class Health(Answer):
    """The service is there."""

    status: str = Field(examples=["ok"])
    search: str | None = Field(default=None, description="Who finds listings now.", examples=["postgresql"])


class ParameterProblem(Answer):
    """What is wrong with one parameter."""

    parameter: str = Field(examples=["price_max"])
    message: str = Field(examples=["must be a whole number"])


class Problem(Answer):
    """An error, as RFC 9457 has it."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["price_max must be a whole number"])
    errors: list[ParameterProblem] | None = None
    request_id: str | None = Field(
        default=None,
        description="As in the header `X-Request-ID`; tell it when you report the error.",
        examples=["6b1f0d2c9e8a4f53b7c6d5e4f3a2b1c0"],
    )
