"""A search's criteria as they are kept: the search's own parameters, in one form whatever the way they came.

    >>> canonical(SavedCriteria(city="Lyon ", rooms_min="3", postal_code=["69007", "69003", "69007"]))
    {'city': 'Lyon', 'postal_code': ['69003', '69007'], 'rooms_min': 3}

Equal searches are equal in the table; what is kept is understood by the search again.
"""

from datetime import UTC, datetime
from typing import Any, Final, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from serve.criteria import Criteria
from serve.values import Box, Polygon

#: Parameters that may be repeated.
SEVERAL: Final = frozenset(
    name for name, field in Criteria.model_fields.items() if field.default_factory is list
)


class SavedCriteria(Criteria):
    """The search's criteria, one at least; of a parameter that may be repeated, one value will do."""

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {
            name: [value] if name in SEVERAL and isinstance(value, str | int) else value
            for name, value in values.items()
        }

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not canonical(self):
            raise PydanticCustomError("criteria", "must say something of what is looked for")
        return self


def canonical(criteria: Criteria) -> dict[str, Any]:
    """What was said, by name; repeated values once and in order; shapes as the search takes them."""
    told = criteria.model_dump(mode="json", exclude_defaults=True, include=set(Criteria.model_fields))
    for name in sorted(told):
        value = getattr(criteria, name)
        if name in SEVERAL:
            told[name] = sorted(set(told[name]))
        elif isinstance(value, Box):
            told[name] = _joined((value.west, value.south, value.east, value.north))
        elif isinstance(value, Polygon):
            told[name] = ";".join(map(_joined, value.corners))
        elif isinstance(value, datetime):
            told[name] = _utc(value)
    return {name: told[name] for name in sorted(told)}


def _joined(numbers: tuple[float, ...]) -> str:
    return ",".join(map(repr, numbers))


def _utc(at: datetime) -> str:
    try:
        return at.astimezone(UTC).isoformat()
    except OverflowError:  # the first and the last day there are, in another zone
        return at.isoformat()
