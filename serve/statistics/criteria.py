"""What may be asked of the statistics: areas, what is offered there, and how much of the past."""

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from models.listing import PropertyType, Transaction
from serve.criteria import Asked, Criteria
from serve.values import Department, InseeCode, Name, PostalCode, RowId

#: Areas and cells of one answer.
MAX_AREAS: Final = 20
MAX_CELLS: Final = 200
#: Cells of one answer times the periods told of each.
MAX_POINTS: Final = 5_000

RoomsClass = Annotated[int, Field(ge=1, le=5)]


def _several(description: str, most: int = MAX_AREAS, **more: Any) -> Any:
    return Field(default_factory=list, max_length=most, description=description, **more)


class AreaQuery(Asked):
    """Areas by code; the whole country where none is told."""

    postal_code: list[PostalCode] = _several("Five digits; repeat it for several.", examples=[["69003"]])
    insee_code: list[InseeCode] = _several(
        "INSEE codes of communes or arrondissements; 75056, 69123, 13055: Paris, Lyon, Marseille whole.",
        examples=[["69383"]],
    )
    department: list[Department] = _several("Départements, by number.", examples=[["69", "2A"]])
    city: Name | None = Field(
        default=None,
        description="Places as people write them, an area each: communes, postal codes, départements.",
        examples=["Lyon, Nantes"],
    )


class MarketQuery(AreaQuery):
    """Which cells of the market: each area with each transaction, type and number of rooms."""

    transaction: list[Transaction] = Field(
        default=[Transaction.SALE, Transaction.RENT],
        max_length=5,
        description="Sale and rent, each for itself, when left out.",
        examples=[["sale"]],
    )
    property_type: list[PropertyType] = _several(
        "One answer for each; apartments, houses and studios together when left out.",
        examples=[["apartment", "house"]],
    )
    rooms: list[RoomsClass] = _several(
        "Main rooms, one answer for each; 5 is five and more; any when left out.", most=5, examples=[[2, 3]]
    )
    history: Literal["week", "month"] | None = Field(
        default=None, description="Tell the past by week or by month.", examples=["month"]
    )
    periods: int = Field(default=12, ge=1, le=120, description="How many, the last included.", examples=[24])
    until: date | None = Field(
        default=None,
        ge=date(2000, 1, 1),
        le=date(2100, 1, 1),
        description="A day that the last one holds; today when left out.",
        examples=["2026-03-01"],
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        areas = len(self.postal_code) + len(self.insee_code) + len(self.department) + bool(self.city)
        cells = max(areas, 1) * max(len(self.transaction), 1)
        cells *= max(len(self.property_type), 1) * max(len(self.rooms), 1)
        if cells > MAX_CELLS:
            raise PydanticCustomError(
                "cells",
                "asks for more than {most} markets at once",
                {"parameter": "query", "most": MAX_CELLS},
            )
        if self.history and cells * self.periods > MAX_POINTS:
            raise PydanticCustomError(
                "points",
                "must be less: {most} at most, times the markets asked for",
                {"parameter": "periods", "most": MAX_POINTS},
            )
        return self


class StockQuery(Asked):
    """What of an agency's stock is asked for."""

    transaction: Transaction = Field(
        default=Transaction.SALE, description="What all figures are of; they never mix.", examples=["sale"]
    )


class AgenciesQuery(StockQuery):
    """Agencies by id, or those with most dwellings on offer in an area."""

    agency_id: list[RowId] = _several("These agencies.", examples=[[7]])
    postal_code: list[PostalCode] = _several("Their stock under these postal codes.", examples=[["69003"]])
    insee_code: list[InseeCode] = _several(
        "Their stock in these communes or arrondissements.", examples=[["69383"]]
    )
    limit: int = Field(
        default=20, ge=1, le=50, description="Agencies told, those with most dwellings first.", examples=[10]
    )

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.agency_id or self.postal_code or self.insee_code):
            raise PydanticCustomError(
                "area", "is required, or insee_code, or agency_id", {"parameter": "postal_code"}
            )
        return self


class DistributionQuery(Criteria):
    """The search's own criteria; of one transaction, as sale and rent never mix."""

    transaction: Transaction = Field(
        default=Transaction.SALE, description="One of them; they never mix.", examples=["sale"]
    )
