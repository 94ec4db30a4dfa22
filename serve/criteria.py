"""What may be asked of the market: one set of names and bounds for the API, the pages and saved searches.

    >>> SearchQuery.model_validate({"city": "Lyon", "rooms_min": "3", "sort": "price_asc"})

Knows no SQL (`serve.search`) and no place (`serve.location`).
"""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from models.listing import PropertyType, Transaction

#: Whole euros; above it a number is a mistake, not a budget.
MAX_PRICE = 1_000_000_000
#: Square metres.
MAX_SURFACE = 1_000_000.0
MAX_ROOMS = 200
#: PostgreSQL's bigint.
MAX_ID = 2**63 - 1


def plain_text(text: str) -> str:
    """`text` trimmed; refused when it holds control characters, which no name has."""
    if not text.isprintable():
        raise PydanticCustomError("text", "must be plain text, without control characters")
    return text.strip()


def _postal_code(text: str) -> str:
    if len(text) != 5 or not (text.isascii() and text.isdigit()):
        raise PydanticCustomError("postal_code", "must be five digits, such as 75011")
    return text


Name = Annotated[str, Field(max_length=120), AfterValidator(plain_text)]
PostalCode = Annotated[str, AfterValidator(_postal_code)]
Price = Annotated[int, Field(ge=0, le=MAX_PRICE)]
Surface = Annotated[float, Field(ge=0, le=MAX_SURFACE, allow_inf_nan=False)]
Rooms = Annotated[int, Field(ge=1, le=MAX_ROOMS)]
RowId = Annotated[int, Field(ge=1, le=MAX_ID)]


class Sort(StrEnum):
    """The order of results. Listings that lack the sorted value come last, newest first."""

    NEWEST = "newest"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    SURFACE_ASC = "surface_asc"
    SURFACE_DESC = "surface_desc"
    PRICE_PER_SQM_ASC = "price_per_sqm_asc"
    PRICE_PER_SQM_DESC = "price_per_sqm_desc"


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


class Criteria(Asked):
    """Which listings are wanted. A listing whose field is unknown never matches a bound on that field."""

    transaction: Transaction | None = Field(
        default=None, description="Sale, rent…; all of them when left out.", examples=["sale"]
    )
    property_type: list[PropertyType] = Field(
        default_factory=list,
        max_length=len(PropertyType),
        description="Kind of dwelling; repeat the parameter for several.",
        examples=[["apartment", "house"]],
    )
    postal_code: PostalCode | None = Field(default=None, description="Five digits.", examples=["69003"])
    city: Name | None = Field(
        default=None,
        description="A commune in any usual spelling; an arrondissement or a postal code may be part of it.",
        examples=["Lyon 3e"],
    )
    price_min: Price | None = Field(default=None, description="Euros; per month for rent.", examples=[150000])
    price_max: Price | None = Field(default=None, description="Euros; per month for rent.", examples=[350000])
    surface_min: Surface | None = Field(default=None, description="Living area, m².", examples=[40])
    surface_max: Surface | None = Field(default=None, description="Living area, m².", examples=[120])
    rooms: Rooms | None = Field(
        default=None, description="Exactly so many main rooms (T3 is 3).", examples=[3]
    )
    rooms_min: Rooms | None = Field(default=None, description="At least so many main rooms.", examples=[2])
    rooms_max: Rooms | None = Field(default=None, description="At most so many main rooms.", examples=[5])
    agency_id: RowId | None = Field(default=None, description="One agency's listings only.", examples=[1])

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for low, high in (
            ("price_min", "price_max"),
            ("surface_min", "surface_max"),
            ("rooms_min", "rooms_max"),
        ):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise PydanticCustomError(
                    "bounds", "must not exceed {other}", {"parameter": low, "other": high}
                )
        return self


class SearchQuery(Criteria):
    """Criteria, and which page of them is wanted."""

    sort: Sort = Field(default=Sort.NEWEST, description="Order of the results.", examples=["price_asc"])
    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="`next_cursor` of the page before; only for the same `sort`.",
    )
    limit: int = Field(default=20, ge=1, le=100, description="Listings on a page.", examples=[20])


class AgencyQuery(Asked):
    """Which agencies are wanted, by name."""

    name: Name | None = Field(default=None, description="Part of the agency's name.")
    postal_code: PostalCode | None = Field(default=None, description="Where the office is, five digits.")
    #: An agency's name of 200 characters, four bytes each at most, in base64.
    cursor: str | None = Field(
        default=None, max_length=1_200, description="`next_cursor` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=100, description="Agencies on a page.")


def _trimmed(value: Any) -> Any:
    if isinstance(value, list):
        return [item for item in map(_trimmed, value) if item != ""]
    return value.strip() if isinstance(value, str) else value
