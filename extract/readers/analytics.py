"""What a page's measuring scripts say of the advert: `dataLayer`, `utag_data`, ad targeting, `digitalData`.

Scripts that are no JSON: keys and plain values are read wherever one stands beside the other. A key told
with two values in a page is a list's, and tells nothing.
"""

import re
from collections.abc import Iterator

from extract.candidates import Candidate
from extract.document import Document
from extract.readers.json_ld import typed
from extract.readers.state_json import field_of
from models.places import Places

SOURCE = "analytics"
MAX_SCRIPT = 60_000
_MEASURING = ("datalayer", "digitaldata", "utag_data", "tc_vars", "settargeting", "_gaq", "gtag(")
# Led by a character and possessive: no word is tried from its middle nor given back.
_PAIR = re.compile(
    r"([A-Za-z](?<!\w[A-Za-z])[\w-]{1,30}+)[\"']?\s*[:,]\s*"
    r"(?:\"([^\"\n]{1,60})\"|'([^'\n]{1,60})'|(\d[\d.]{0,12})\b)"
)
#: Field: how much a script's word counts.
TRUST = {"price": 0.4, "postal_code": 0.4, "city": 0.4, "surface": 0.35, "rooms": 0.35, "bedrooms": 0.35,
         "property_type": 0.3, "transaction": 0.35, "reference": 0.27}  # fmt: skip


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """Fields that the measuring scripts tell with one value alone."""
    told: dict[str, dict[str, Candidate]] = {}
    seen: set[tuple[str, str]] = set()
    for kind, _, text in document.scripts:
        lower = "" if "json" in kind else text[:MAX_SCRIPT].lower()
        if not any(mark in lower for mark in _MEASURING):
            continue
        for found in _PAIR.finditer(text[:MAX_SCRIPT]):
            field = field_of(found[1])
            if field in TRUST:
                value = (found[2] or found[3] or found[4]).strip()
                if (field, value) in seen:
                    continue
                seen.add((field, value))
                for one in typed(field, value, SOURCE, TRUST[field], places):
                    told.setdefault(one.field, {}).setdefault(str(one.value), one)
    shown = f"{document.title} {document.main_text}".casefold()
    for field, values in told.items():
        if len(values) == 1:
            (one,) = values.values()
            # A visitor's or an agency's town stands in such scripts too.
            if field not in {"city", "postal_code"} or str(one.value).casefold() in shown:
                yield one
