"""A Candidate: one value that one reader found for one field, with what it read and how sure it is.

Readers make them, `decide` turns them into a Listing. Knows no HTML.
"""

from dataclasses import dataclass
from typing import Any

RAW_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """`field` is a Listing field; `value` already has its type; confidence is 0 to 1."""

    field: str
    value: Any
    raw: str
    source: str
    confidence: float


def candidate(field: str, value: Any, raw: object, source: str, confidence: float) -> Candidate:
    """A Candidate whose raw text is bounded and on one line."""
    return Candidate(
        field, value, " ".join(str(raw)[: RAW_LENGTH * 2].split())[:RAW_LENGTH], source, confidence
    )
