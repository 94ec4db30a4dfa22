"""What the value of a parameter may be: places, numbers in their bounds, moments, boxes and polygons.

Each type reads what people write in an address and tells in words what is wrong with it.
"""

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from models.features import FEATURES
from models.place_names import split_list

#: Whole euros; above it a number is a mistake, not a budget.
MAX_PRICE = 1_000_000_000
#: Square metres.
MAX_SURFACE = 1_000_000.0
MAX_ROOMS = 200
#: PostgreSQL's bigint.
MAX_ID = 2**63 - 1
#: Values of one parameter that may be repeated.
MAX_VALUES = 50
#: Places in one field, and its characters.
MAX_PLACES = 20
MAX_NAMES = 300
#: Metres.
MAX_RADIUS = 100_000
MAX_CORNERS = 500
#: A request's address must hold them all.
MAX_POLYGON = 20_000

_POSTAL_CODE: Final = "[0-9]{5}"
_INSEE_CODE: Final = "[0-9][0-9ABab][0-9]{3}"
_DEPARTMENT: Final = "0[1-9]|1[0-9]|2[1-9ABab]|[3-8][0-9]|9[0-5]|97[1-8]"
_DEGREES: Final = r"-?[0-9]{1,3}(\.[0-9]{1,15})?"
#: What French typography puts within numbers and quotes, so that it comes with whatever is copied.
_SPACES: Final = {ord(space): " " for space in "\u00a0\u2009\u202f"}
#: pydantic takes a number for seconds since 1970, which nobody means here.
_DATED: Final = re.compile("[0-9]{4}-")


def plain_text(text: str) -> str:
    """`text` trimmed, its spaces plain; refused when it holds control characters, which no name has."""
    text = text.translate(_SPACES)
    if not text.isprintable():
        raise PydanticCustomError("text", "must be plain text, without control characters")
    return text.strip()


def _place_names(text: str) -> str:
    text = plain_text(text)
    if len(split_list(text)) > MAX_PLACES:
        raise PydanticCustomError("places", "must be {most} places at most", {"most": MAX_PLACES})
    return text


def _told(text: str | None) -> str | None:
    return None if text is None else plain_text(text)


def _postal_code(text: str) -> str:
    if not re.fullmatch(_POSTAL_CODE, text):
        raise PydanticCustomError("postal_code", "must be five digits, such as 75011")
    return text


def _insee_code(text: str) -> str:
    if not re.fullmatch(_INSEE_CODE, text):
        raise PydanticCustomError("insee_code", "must be an INSEE code, such as 69383 or 2A004")
    return text.upper()


def _department(text: str) -> str:
    if not re.fullmatch(_DEPARTMENT, text):
        raise PydanticCustomError("department", "must be a département's number, such as 07, 2A or 974")
    return text.upper()


def _feature(text: str) -> str:
    if text not in FEATURES:
        raise PydanticCustomError("feature", "must be a feature's name, such as lift or balcony")
    return text


def _dated(told: Any) -> Any:
    if not isinstance(told, date) and not (isinstance(told, str) and _DATED.match(told.strip())):
        raise PydanticCustomError("moment", "must be a date or a time, such as 2026-03-01")
    return told


def _moment(at: datetime) -> datetime:
    """A time without a zone is UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Box(BaseModel):
    """Degrees. West may not lie past east: no French commune lies on the date line."""

    model_config = ConfigDict(frozen=True)

    west: float
    south: float
    east: float
    north: float


def _box(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    told = _degrees(value.split(","))
    if len(told) != 4 or not _on_earth([(told[0], told[1]), (told[2], told[3])]):
        raise PydanticCustomError(
            "bbox", "must be west,south,east,north in degrees, such as 4.8,45.7,4.9,45.8"
        )
    west, south, east, north = told
    if west > east or south > north:
        raise PydanticCustomError("bbox", "must begin with west and south: 4.8,45.7,4.9,45.8")
    return Box(west=west, south=south, east=east, north=north)


class Polygon(BaseModel):
    """Corners as longitude and latitude, degrees; the last one is joined to the first."""

    model_config = ConfigDict(frozen=True)

    corners: tuple[tuple[float, float], ...]


def _polygon(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if len(value) > MAX_POLYGON:
        raise PydanticCustomError("polygon", "must have at most {most} corners", {"most": MAX_CORNERS})
    corners = [tuple(_degrees(corner.split(","))) for corner in value.split(";")]
    if len(corners) > MAX_CORNERS:
        raise PydanticCustomError("polygon", "must have at most {most} corners", {"most": MAX_CORNERS})
    if len(corners) < 3 or any(len(corner) != 2 for corner in corners) or not _on_earth(corners):
        raise PydanticCustomError("polygon", "must be lng,lat;lng,lat;… in degrees, three corners at least")
    return Polygon(corners=corners)


def _degrees(parts: Iterable[str]) -> list[float]:
    """The numbers, or none at all."""
    try:
        told = [float(part) for part in parts]
    except ValueError:
        return []
    return told if all(map(math.isfinite, told)) else []


def _on_earth(corners: Iterable[tuple[float, ...]]) -> bool:
    return all(abs(longitude) <= 180 and abs(latitude) <= 90 for longitude, latitude in corners)


Words = Annotated[str | None, Field(max_length=200), AfterValidator(_told)]
Name = Annotated[str, Field(max_length=120), AfterValidator(plain_text)]
Names = Annotated[str, Field(max_length=MAX_NAMES), AfterValidator(_place_names)]


def _shaped(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


PostalCode = Annotated[str, AfterValidator(_postal_code), _shaped(_POSTAL_CODE)]
InseeCode = Annotated[str, AfterValidator(_insee_code), _shaped(_INSEE_CODE)]
Department = Annotated[str, AfterValidator(_department), _shaped(_DEPARTMENT)]
Feature = Annotated[str, AfterValidator(_feature), WithJsonSchema({"type": "string", "enum": list(FEATURES)})]
Letter = Literal["A", "B", "C", "D", "E", "F", "G"]
Price = Annotated[int, Field(ge=0, le=MAX_PRICE)]
Surface = Annotated[float, Field(ge=0, le=MAX_SURFACE, allow_inf_nan=False)]
Rooms = Annotated[int, Field(ge=1, le=MAX_ROOMS)]
Floor = Annotated[int, Field(ge=-5, le=100)]
Year = Annotated[int, Field(ge=1000, le=2100)]
Days = Annotated[int, Field(ge=0, le=36_500)]
RowId = Annotated[int, Field(ge=1, le=MAX_ID)]
Moment = Annotated[datetime, BeforeValidator(_dated), AfterValidator(_moment)]
BoxText = Annotated[Box, BeforeValidator(_box), _shaped(f"{_DEGREES}(,{_DEGREES}){{3}}")]
PolygonText = Annotated[
    Polygon, BeforeValidator(_polygon), _shaped(f"{_DEGREES},{_DEGREES}(;{_DEGREES},{_DEGREES}){{2,499}}")
]
