"""What may be asked of the market: one set of names and bounds for the API, the pages and saved searches.

    >>> SearchQuery.model_validate({"city": "Lyon", "rooms_min": "3", "sort": "price_asc"})

Knows no SQL (`serve.conditions`) and no place (`serve.location`).
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from models.listing import PropertyType, Transaction
from models.tables import EventKind
from serve.values import (
    MAX_RADIUS,
    MAX_VALUES,
    BoxText,
    Days,
    Department,
    Feature,
    Floor,
    InseeCode,
    Letter,
    Moment,
    Name,
    Names,
    PolygonText,
    PostalCode,
    Price,
    Rooms,
    RowId,
    Surface,
    Words,
    Year,
    plain_text,
)

_EUROS: Final = (
    "Euros; per month for rent. Francs of the Pacific are converted; no other currency is matched."
)


class Sort(StrEnum):
    """The order of results. Listings that lack the sorted value come last, newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    SURFACE_ASC = "surface_asc"
    SURFACE_DESC = "surface_desc"
    PRICE_PER_SQM_ASC = "price_per_sqm_asc"
    PRICE_PER_SQM_DESC = "price_per_sqm_desc"
    #: The largest cut first, in per cent, of the latest change of price; those not cut come last.
    PRICE_DROP = "price_drop"
    #: How well the words of `q` are said, those of a title most.
    RELEVANCE = "relevance"
    #: From `lat`, `lng`; those whose place is unknown are not found there at all.
    DISTANCE = "distance"


class Facet(StrEnum):
    """A field whose values can be counted among what is found."""

    TRANSACTION = "transaction"
    PROPERTY_TYPE = "property_type"
    PRICE = "price"
    ROOMS = "rooms"
    BEDROOMS = "bedrooms"
    DPE = "dpe"
    GES = "ges"
    FURNISHED = "furnished"
    FEATURE = "feature"
    DEPARTMENT = "department"
    POSTAL_CODE = "postal_code"
    INSEE_CODE = "insee_code"
    AGENCY_ID = "agency_id"


class Asked(BaseModel):
    """Base of parameter sets: unknown names are refused, an empty form field is no answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        trimmed = {name: _trimmed(value) for name, value in values.items()}
        return {name: value for name, value in trimmed.items() if value not in ("", [])}


def _several(description: str, **more: Any) -> Any:
    return Field(default_factory=list, max_length=MAX_VALUES, description=description, **more)


class Criteria(Asked):
    """Which listings are wanted. A listing whose field is unknown never matches a bound on that field."""

    q: Words = Field(
        default=None,
        description='Words of title and text, all of them, 20 at most; "a phrase", -word for none of it.',
        examples=['"vue mer" terrasse -viager'],
    )
    transaction: Transaction | None = Field(
        default=None, description="Sale, rent…; all of them when left out.", examples=["sale"]
    )
    property_type: list[PropertyType] = _several(
        "Kind of dwelling; repeat the parameter for several.", examples=[["apartment", "house"]]
    )

    postal_code: list[PostalCode] = _several("Five digits; repeat it for several.", examples=[["69003"]])
    postal_code_not: list[PostalCode] = _several("Postal codes to leave out.", examples=[["69009"]])
    insee_code: list[InseeCode] = _several(
        "INSEE codes of communes or arrondissements; a whole city's means all of its.", examples=[["69383"]]
    )
    insee_code_not: list[InseeCode] = _several("INSEE codes to leave out.", examples=[["69389"]])
    department: list[Department] = _several("Départements, by number.", examples=[["69", "2A"]])
    department_not: list[Department] = _several("Départements to leave out.", examples=[["01"]])
    city: Names | None = Field(
        default=None,
        description="Communes, arrondissements, postal codes, départements or regions in any usual spelling, "
        "with commas between several.",
        examples=["Lyon 3e, Villeurbanne", "Saint-Denis (Réunion)", "Île-de-France"],
    )
    lat: float | None = Field(
        default=None,
        ge=-90,
        le=90,
        allow_inf_nan=False,
        description="Degrees, with `lng` and `radius`.",
        examples=[45.757],
    )
    lng: float | None = Field(
        default=None,
        ge=-180,
        le=180,
        allow_inf_nan=False,
        description="Degrees, with `lat` and `radius`.",
        examples=[4.846],
    )
    radius: float | None = Field(
        default=None,
        gt=0,
        le=MAX_RADIUS,
        allow_inf_nan=False,
        description="Metres around `lat`, `lng`.",
        examples=[800],
    )
    bbox: BoxText | None = Field(
        default=None, description="west,south,east,north, degrees.", examples=["4.8,45.7,4.9,45.8"]
    )
    polygon: PolygonText | None = Field(
        default=None,
        description="Corners, lng,lat;lng,lat;…, degrees.",
        examples=["4.83,45.75;4.87,45.75;4.87,45.78"],
    )

    price_min: Price | None = Field(default=None, description=_EUROS, examples=[150000])
    price_max: Price | None = Field(default=None, description=_EUROS, examples=[350000])
    price_per_sqm_min: Price | None = Field(
        default=None, description="Euros per m² of living area.", examples=[2500]
    )
    price_per_sqm_max: Price | None = Field(
        default=None, description="Euros per m² of living area.", examples=[5000]
    )
    surface_min: Surface | None = Field(default=None, description="Living area, m².", examples=[40])
    surface_max: Surface | None = Field(default=None, description="Living area, m².", examples=[120])
    land_surface_min: Surface | None = Field(default=None, description="The plot, m².", examples=[300])
    land_surface_max: Surface | None = Field(default=None, description="The plot, m².", examples=[2000])
    rooms: Rooms | None = Field(
        default=None, description="Exactly so many main rooms (T3 is 3).", examples=[3]
    )
    rooms_min: Rooms | None = Field(default=None, description="At least so many main rooms.", examples=[2])
    rooms_max: Rooms | None = Field(default=None, description="At most so many main rooms.", examples=[5])
    bedrooms_min: Rooms | None = Field(default=None, description="At least so many bedrooms.", examples=[2])
    bedrooms_max: Rooms | None = Field(default=None, description="At most so many bedrooms.", examples=[4])
    floor_min: Floor | None = Field(default=None, description="0 is the ground floor.", examples=[1])
    floor_max: Floor | None = Field(default=None, description="0 is the ground floor.", examples=[4])
    construction_year_min: Year | None = Field(
        default=None, description="Built in that year or later.", examples=[1990]
    )
    construction_year_max: Year | None = Field(
        default=None, description="Built in that year or before.", examples=[2020]
    )
    charges_max: Price | None = Field(
        default=None, description="Euros, as the advert tells them.", examples=[150]
    )
    dpe_best: Letter | None = Field(
        default=None, description="Energy letter, no better than this one.", examples=["A"]
    )
    dpe_worst: Letter | None = Field(
        default=None, description="Energy letter, no worse than this one.", examples=["D"]
    )
    ges_best: Letter | None = Field(
        default=None, description="Emission letter, no better than this one.", examples=["A"]
    )
    ges_worst: Letter | None = Field(
        default=None, description="Emission letter, no worse than this one.", examples=["D"]
    )
    furnished: bool | None = Field(
        default=None, description="Furnished or not, where the advert says so.", examples=[True]
    )
    feature: list[Feature] = _several("Features that the advert says are there.", examples=[["lift"]])
    feature_not: list[Feature] = _several(
        "Features that the advert says are not there.", examples=[["needs_work"]]
    )
    feature_unknown: list[Feature] = _several(
        "Features that the advert says nothing of.", examples=[["cellar"]]
    )

    agency_id: list[RowId] = _several("These agencies' listings only.", examples=[[1]])
    agency_id_not: list[RowId] = _several("Agencies to leave out.", examples=[[7]])
    first_seen_since: Moment | None = Field(
        default=None,
        description="Seen for the first time then or later; UTC unless it says otherwise.",
        examples=["2026-03-01T00:00:00Z"],
    )
    days_on_market_min: Days | None = Field(
        default=None, description="First seen so many days ago or more.", examples=[30]
    )
    days_on_market_max: Days | None = Field(
        default=None, description="First seen so many days ago or less.", examples=[90]
    )
    price_drop_min: float | None = Field(
        default=None,
        ge=0,
        le=100,
        allow_inf_nan=False,
        description="The latest change of price was a cut of so many per cent or more; 0 for any cut.",
        examples=[5],
    )
    price_drop_since: Moment | None = Field(
        default=None,
        description="The latest change of price was a cut, then or later.",
        examples=["2026-03-01T00:00:00Z"],
    )
    adverts_min: Rooms | None = Field(
        default=None, description="The dwelling has at least so many live adverts.", examples=[2]
    )
    adverts_max: Rooms | None = Field(
        default=None, description="The dwelling has at most so many of them.", examples=[5]
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for low, high in _ORDERED:
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise PydanticCustomError(
                    "bounds", "must not exceed {other}", {"parameter": low, "other": high}
                )
        return self

    @model_validator(mode="after")
    def _centred(self) -> Self:
        missing = [name for name in ("lat", "lng", "radius") if getattr(self, name) is None]
        if 0 < len(missing) < 3:
            raise PydanticCustomError(
                "centre", "is needed beside the other two of lat, lng, radius", {"parameter": missing[0]}
            )
        return self


_ORDERED = tuple(
    (f"{name}_{low}", f"{name}_{high}")
    for low, high in (("min", "max"), ("best", "worst"))
    for name in sorted({field.rsplit("_", 1)[0] for field in Criteria.model_fields})
    if {f"{name}_{low}", f"{name}_{high}"} <= Criteria.model_fields.keys()
)


class Sorted(Criteria):
    """Criteria, and the order of what satisfies them."""

    sort: Sort = Field(default=Sort.NEWEST, description="Order of the results.", examples=["price_asc"])

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        if self.sort is Sort.DISTANCE and self.lat is None:
            raise PydanticCustomError("distance", "needs lat, lng and radius", {"parameter": "sort"})
        if self.sort is Sort.RELEVANCE and not self.q:
            raise PydanticCustomError("relevance", "needs words in q", {"parameter": "sort"})
        return self


class SearchQuery(Sorted):
    """Criteria, and which page of them is wanted."""

    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="`next_cursor` of the page before; only for the same `sort`.",
        examples=["WyJuZXdlc3QiLCIyMDI2LTAzLTAxVDAwOjAwOjAwKzAwOjAwIiwxMDQyXQ"],
    )
    limit: int = Field(default=20, ge=1, le=100, description="Listings on a page.", examples=[20])
    facet: list[Facet] = _several(
        "Fields whose values are counted among all that is found; repeat it for several.",
        examples=[["property_type", "rooms"]],
    )

    @model_validator(mode="after")
    def _one_market(self) -> Self:
        if Facet.PRICE in self.facet and self.transaction is None:
            raise PydanticCustomError(
                "price_facet", "price needs a transaction: rents and prices never mix", {"parameter": "facet"}
            )
        return self


class NearbyQuery(SearchQuery):
    """A search around a point, nearest first unless asked otherwise."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees.", examples=[45.757])
    lng: float = Field(ge=-180, le=180, allow_inf_nan=False, description="Degrees.", examples=[4.846])
    radius: float = Field(
        default=1_000, gt=0, le=MAX_RADIUS, allow_inf_nan=False, description="Metres.", examples=[800]
    )
    sort: Sort = Field(default=Sort.DISTANCE, description="Order of the results.", examples=["distance"])


class EventQuery(Asked):
    """Which events are wanted, and from where on."""

    kind: list[EventKind] = _several("What happened; repeat it for several.", examples=[["price"]])
    listing_id: list[RowId] = _several("Of these listings only.", examples=[[1042]])
    property_id: list[RowId] = _several("Of these dwellings' listings only.", examples=[[981]])
    since: Moment | None = Field(
        default=None, description="That happened then or later; UTC.", examples=["2026-03-01T00:00:00Z"]
    )
    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="`next_cursor` of the page before, however old.",
        examples=["WyJldmVudHMiLDEwNDIsMTdd"],
    )
    limit: int = Field(default=100, ge=1, le=1_000, description="Events on a page.", examples=[100])


class PlaceQuery(Asked):
    """Which places are wanted, by what somebody typed of their names."""

    q: Annotated[str, Field(max_length=100), AfterValidator(plain_text)] = Field(
        description="The beginning of a name, a word of it or a code, accents aside.", examples=["saint-den"]
    )


class AgencyQuery(Asked):
    """Which agencies are wanted, by name."""

    name: Name | None = Field(
        default=None, description="Part of the agency's name, accents aside.", examples=["beffroi"]
    )
    postal_code: PostalCode | None = Field(
        default=None, description="Where the office is, five digits.", examples=["69003"]
    )
    #: An agency's name of 200 characters, four bytes each at most, in base64.
    cursor: str | None = Field(
        default=None,
        max_length=1_200,
        description="`next_cursor` of the page before.",
        examples=["WyJhZ2VuY3kiLCJhZ2VuY2UgZHUgYmVmZnJvaSIsN10"],
    )
    limit: int = Field(default=50, ge=1, le=100, description="Agencies on a page.", examples=[50])


def _trimmed(value: Any) -> Any:
    if isinstance(value, list):
        return [item for item in map(_trimmed, value) if item != ""]
    return value.strip() if isinstance(value, str) else value
