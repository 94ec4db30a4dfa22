"""What people may write: notes, zones, times. Refused in one line where it cannot be meant or kept."""

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Final
from unicodedata import category
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

HOME_ZONE: Final = "Europe/Paris"
MAX_NOTE: Final = 4_000
_LAYOUT: Final = frozenset("\n\t")
#: Controls and halves of pairs; not all that is unseen: French has narrow spaces, emoji have joiners.
_REFUSED: Final = frozenset({"Cc", "Cs"})
_YEARS: Final = range(2000, 2101)


class Form(BaseModel):
    """Base of what is sent as JSON: unknown names are refused, and kept apart are null and nothing said."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def written(text: str) -> str:
    """Text of several lines. Nothing that PostgreSQL or a terminal would choke on."""
    told = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(category(character) in _REFUSED and character not in _LAYOUT for character in told):
        raise PydanticCustomError("text", "must be plain text, without control characters")
    return told


def zone(name: str) -> str:
    """An IANA zone's name."""
    if name not in _zones():
        raise PydanticCustomError("zone", "must be a time zone's name, such as Europe/Paris")
    return name


def instant(told: datetime, zone_name: str) -> datetime:
    """`told` as UTC. A time without an offset is the zone's own; one that its clocks skip is refused."""
    local = told if told.tzinfo else told.replace(tzinfo=ZoneInfo(zone_name))
    if local.year not in _YEARS:
        raise PydanticCustomError("visit_at", "must lie between 2000 and 2100", {"parameter": "visit_at"})
    at = local.astimezone(UTC)
    if told.tzinfo is None and at.astimezone(local.tzinfo).replace(tzinfo=None) != told:
        raise PydanticCustomError(
            "visit_at", "does not exist there: clocks go forward then", {"parameter": "visit_at"}
        )
    return at


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _note(text: str | None) -> str | None:
    return (written(text) or None) if text is not None else None


def _named(text: str) -> str:
    name = " ".join(written(text).split())
    if not name:
        raise PydanticCustomError("name", "must not be empty")
    return name


Note = Annotated[str | None, Field(max_length=MAX_NOTE), AfterValidator(_note)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(zone)]
Named = Annotated[str, Field(max_length=120), AfterValidator(_named)]


def told(form: BaseModel) -> dict[str, Any]:
    """The fields that a form names, null among them."""
    return {name: getattr(form, name) for name in form.model_fields_set}
