"""The index: which fields it has and how words are read. No text is stored, as cards are PostgreSQL's.

Words are read as PostgreSQL reads them (migrations 0011 and 0025): hyphens, slashes and T3 are spelt out,
French stop words are left out, what is left is stemmed by Snowball's French rules, as it is spelt (`words`)
and without accents (`words.plain`), so that `securise`, `sécurisée` and `SECURISEES` find each other.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

#: PostgreSQL's own list. Of any other, words would mean something else on each engine.
STOP_WORDS: Final = tuple(
    word
    for line in (
        "au aux avec ce ces dans de des du elle en et eux il je la le leur lui ma mais me même mes moi",
        "mon ne nos notre nous on ou par pas pour qu que qui sa se ses son sur ta te tes toi ton tu un",
        "une vos votre vous c d j l à m n s t y été étée étées étés étant étante étants étantes suis es",
        "est sommes êtes sont serai seras sera serons serez seront serais serait serions seriez seraient",
        "étais était étions étiez étaient fus fut fûmes fûtes furent sois soit soyons soyez soient fusse",
        "fusses fût fussions fussiez fussent ayant ayante ayantes ayants eu eue eues eus ai as avons avez",
        "ont aurai auras aura aurons aurez auront aurais aurait aurions auriez auraient avais avait",
        "avions aviez avaient eut eûmes eûtes eurent aie aies ait ayons ayez aient eusse eusses eût",
        "eussions eussiez eussent",
    )
    for word in line.split()
)


def _spelt_out(pattern: str) -> dict[str, str]:
    """A number of rooms, however it is written, as PostgreSQL's `spelt` writes it."""
    apart = r"(?<![\p{L}\p{N}_])" + pattern + r"(?![\p{L}\p{N}_])"
    return {"type": "pattern_replace", "pattern": apart, "replacement": "$1 pièces"}


def _analyzer(*filters: str, spelling: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "type": "custom",
        "char_filter": list(spelling),
        "tokenizer": "standard",
        "filter": ["lowercase", *filters],
    }


_SPELT: Final = "french_stop", "french_stem", "asciifolding"
_PLAIN: Final = "asciifolding", "french_stop", "french_stem"
#: Documents come spelt out by PostgreSQL (`serve.engines.documents`); what is asked does not.
_SPELLING: Final = "spaces", "rooms", "pieces"
_ANALYSIS: Final[dict[str, Any]] = {
    "char_filter": {
        "spaces": {
            "type": "mapping",
            # The engines' tokenizer takes 3,5 and a:b for one word, PostgreSQL for two.
            "mappings": [*(f"{sign} => \\u0020" for sign in "-/.'’,;:_"), "œ => oe", "Œ => oe"],
        },
        "rooms": _spelt_out("[tTfF] ?([1-9])(?:[bB][iI][sS])?"),
        "pieces": _spelt_out("([1-9]) ?(?:[pP]|[pP][cC][sS]|[pP][cC][eE][sS])"),
    },
    "filter": {
        "french_stop": {"type": "stop", "stopwords": STOP_WORDS},
        "french_stem": {"type": "snowball", "language": "French"},
    },
    "analyzer": {
        "spelt": _analyzer(*_SPELT),
        "plain": _analyzer(*_PLAIN),
        "asked_spelt": _analyzer(*_SPELT, spelling=_SPELLING),
        "asked_plain": _analyzer(*_PLAIN, spelling=_SPELLING),
    },
}

_KEYWORDS: Final = (
    "transaction", "property_type", "dpe", "ges", "department", "postal_code", "insee_code", "city_key",
    "features_yes", "features_no",
)  # fmt: skip
#: Times are microseconds since 1970, as PostgreSQL keeps them: engines' own dates end at milliseconds.
_LONGS: Final = (
    "id", "property_id", "agency_id", "price", "price_per_sqm", "charges", "first_seen", "repriced_at",
)  # fmt: skip
_INTEGERS: Final = ("rooms", "bedrooms", "floor", "construction_year", "adverts")
_DOUBLES: Final = ("surface", "land_surface", "latitude", "longitude", "price_drop")

#: As they are spelt, and without accents.
_WORDS: Final[dict[str, Any]] = {
    "type": "text",
    "analyzer": "spelt",
    "fields": {"plain": {"type": "text", "analyzer": "plain"}},
}

_PROPERTIES: Final[dict[str, Any]] = {
    **{name: {"type": "keyword"} for name in _KEYWORDS},
    **{name: {"type": "long"} for name in _LONGS},
    **{name: {"type": "integer"} for name in _INTEGERS},
    **{name: {"type": "double"} for name in _DOUBLES},
    "furnished": {"type": "boolean"},
    "place": {"type": "geo_point"},
    "title": _WORDS,
    "words": _WORDS,
}

#: What an index is created with.
INDEX: Final[dict[str, Any]] = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1", "analysis": _ANALYSIS},
    "mappings": {"dynamic": "strict", "_source": {"enabled": False}, "properties": _PROPERTIES},
}


def version_of(*parts: Any) -> str:
    """Eight characters that change whenever what documents are made of does."""
    told = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:8]
