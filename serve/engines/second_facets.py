"""Facets in the search engine: of all that matches, how many have each value of a field."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from serve.criteria import Facet
from serve.engines.contract import FACET_VALUES, FacetValue, Search, price_edges

#: Values that are asked for: of those that are equally frequent at the end of the list, PostgreSQL tells the
#: first by their letters.
_ASKED: Final = 2 * FACET_VALUES


def aggregations(search: Search) -> dict[str, Any]:
    """What is to be counted."""
    told: dict[str, Any] = {}
    for facet in search.query.facet:
        field = _field(facet)
        if facet is Facet.PRICE:
            edges = price_edges(search.query.transaction)
            bands = [{"key": _band(low, high), "from": low, "to": high} for low, high in pairwise(edges)]
            last = {"key": _band(edges[-1], None), "from": edges[-1]}
            told[facet.value] = {"range": {"field": field, "ranges": [*bands, last]}}
        else:
            told[facet.value] = {"terms": {"field": field, "size": _ASKED}}
        if facet is not Facet.FEATURE:
            told[f"{facet.value}?"] = {"missing": {"field": field}}
    return told


def counted(search: Search, told: Mapping[str, Any]) -> dict[Facet, Sequence[FacetValue]]:
    """Each facet's values, most frequent first, from the answer to `aggregations`."""
    return {facet: _ordered(_values(facet, told)) for facet in search.query.facet}


def _values(facet: Facet, told: Mapping[str, Any]) -> Iterable[FacetValue]:
    for bucket in told[facet.value]["buckets"]:
        yield FacetValue(str(bucket.get("key_as_string", bucket["key"])), bucket["doc_count"])
    if facet is not Facet.FEATURE:
        yield FacetValue(None, told[f"{facet.value}?"]["doc_count"])


def _ordered(values: Iterable[FacetValue]) -> list[FacetValue]:
    there = [told for told in values if told.number]
    there.sort(key=lambda told: (-told.number, told.value is None, told.value))
    return there[:FACET_VALUES]


def _band(low: int, high: int | None) -> str:
    return f"{low}-{'' if high is None else high}"


def _field(facet: Facet) -> str:
    return "features_yes" if facet is Facet.FEATURE else facet.value
