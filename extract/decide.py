"""From candidates to one Listing: agreement of independent sources, sense checks, null rather than wrong.

Knows neither HTML nor where a candidate was read beyond its source's name. `page` calls it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from extract import calibration
from extract.candidates import Candidate
from extract.fields import energy
from extract.text import mask_contacts
from models.listing import LISTING_FIELDS, Evidence, Listing, PropertyType, Transaction
from models.places import Place, Places

#: A value needs this much agreement to be told.
FLOORS = {
    "price": 0.3,
    "postal_code": 0.25,
    "city": 0.25,
    "address": 0.3,
    "transaction": 0.25,
    "property_type": 0.2,
}
FLOOR = 0.25
#: Euros per square metre: below and above, price or surface is misread.
SALE_PER_M2 = (40, 60_000)
RENT_PER_M2 = (1, 400)
#: Currencies in which those bounds hold as well as in euros.
_LIKE_EUROS = frozenset({"EUR", "GBP", "USD", "CHF"})

#: A commune's name: a few capitalised words, no figure; two capitals alone are a state.
_CITY = re.compile(
    r"(?!(?:[A-Z]{2}|USA|UK)$)(?:L['’]|D['’])?[A-ZÀ-Ý][\w'’.-]*(?:[ /-]+(?:[A-ZÀ-Ýd-l0-9(][\w'’.)-]*)){0,6}"
)
#: The trained reader's name as a source, and how much of its word counts beside the others'.
CLASSIFIER = "classifier"
BACKING = 0.3
Decided = dict[str, tuple[Any, Evidence]]


def decide(candidates: Iterable[Candidate], places: Places) -> tuple[Listing, dict[str, Evidence]]:
    """The Listing that the candidates support, and each field's evidence."""
    by_field: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        if one.value is not None and (one.field != "city" or _CITY.fullmatch(str(one.value))):
            by_field[one.field].append(one)
    trained = _apart(by_field)
    told, all_in = by_field.pop("period", []), by_field.pop("all_in", [])
    decided: Decided = {}
    _price(decided, by_field, told, {one.value for one in all_in})
    _offer(by_field)
    for field, rivals in by_field.items():
        if field not in LISTING_FIELDS or field in decided:
            continue
        best = elect(rivals)
        if best is not None and is_told(field, best, rivals):
            decided[field] = best
    _transaction(decided)  # before the classifier, which knows no amount's size
    for one in trained:
        if one.field in LISTING_FIELDS and one.field not in decided:
            decided[one.field] = (one.value, Evidence(one.source, one.raw, round(one.confidence, 3)))
    make_sense(decided, by_field, places)
    values = {field: value for field, (value, _) in decided.items()}
    # Whatever reader found a text, no person's phone or e-mail leaves with it.
    values |= {field: mask_contacts(values[field]) for field in ("title", "description") if field in values}
    return Listing(**values), {field: _told(proof) for field, (_, proof) in decided.items()}


def _told(proof: Evidence) -> Evidence:
    """Evidence as it leaves: without contacts, and with how often such a value is right."""
    confidence = round(calibration.shipped()(proof.confidence), 3)
    return replace(proof, raw=mask_contacts(proof.raw), confidence=confidence)


def _apart(by_field: dict[str, list[Candidate]]) -> list[Candidate]:
    """The trained classifier's candidates, taken out; what they back of the others' values stays.

    Where it and the others differed, on sites that neither had seen, the others were right 14 times and
    it 3: it speaks alone where they tell nothing.
    """
    trained = []
    for field, rivals in by_field.items():
        found = {same_value(one.value) for one in rivals if one.source != CLASSIFIER}
        said = [one for one in rivals if one.source == CLASSIFIER]
        trained += said
        backing = [
            replace(one, confidence=BACKING * one.confidence)
            for one in said
            if same_value(one.value) in found
        ]
        by_field[field] = [one for one in rivals if one.source != CLASSIFIER] + backing
    return trained


#: What an amount per month, week or night tells of the offer; in euros a week is a holiday's.
PERIODS = {"month": Transaction.RENT, "week": Transaction.RENT, "night": Transaction.SEASONAL}
_HOLIDAY = {"week": Transaction.SEASONAL}


def _price(
    decided: Decided, by_field: dict[str, list[Candidate]], periods: list[Candidate], all_in: set[int]
) -> None:
    """The price first: only its own period tells a rent, charges are per month in a sale too."""
    rivals = _without_rents(by_field.get("price", []), periods, by_field.get("transaction", []))
    best = elect(rivals)
    if best is None:
        return
    sold = _not_its_rent(best, rivals)
    if any(_RENT_OF.search(one.raw) and one.value * DEAR <= sold[0] for one in rivals):
        offers = by_field["transaction"]
        by_field["transaction"] = [one for one in offers if not _RENT_OF.search(one.raw)]
    best = _with_charges(sold, rivals, all_in)
    if not is_told("price", best, rivals):
        return
    decided["price"] = best
    euros = (elect(by_field.get("currency", [])) or ("EUR",))[0] == "EUR"
    for one in periods:
        amount, _, period = str(one.value).partition(" ")
        if amount == str(best[0]) and period in PERIODS:
            offer = (PERIODS | _HOLIDAY if euros else PERIODS)[period]
            by_field["transaction"].append(
                replace(one, field="transaction", value=offer, source="period", confidence=0.6)
            )


#: A lone value is believed at less: nothing else on the page could be it.
ALONE = {"price": 0.2, "property_type": 0.1, "transaction": 0.2}
#: A sale's price is so many of the months' rents that it pays or brings.
DEAR = 50
_RENT_OF = re.compile(r"\bloyer|\brent\b|\bmiete", re.I)
_PRICE_OF = re.compile(r"\bprix|\bprice|cession|kaufpreis|vente", re.I)


def is_told(field: str, best: tuple[Any, Evidence], rivals: list[Candidate]) -> bool:
    """Whether a value has the agreement that its field asks for, or is alone: no other has half of it."""
    sure = best[1].confidence
    if sure >= FLOORS.get(field, FLOOR):
        return True
    if sure < ALONE.get(field, 1.0) or best[0] is PropertyType.PARKING:  # houses have garages
        return False
    others = elect([one for one in rivals if same_value(one.value) != same_value(best[0])])
    return others is None or others[1].confidence * 2 <= sure


def _with_charges(
    best: tuple[Any, Evidence], rivals: list[Candidate], all_in: set[int]
) -> tuple[Any, Evidence]:
    """A rent told with and without its charges is the one with them."""
    told = {amount for amount in all_in if best[0] < amount <= best[0] * 1.6 and best[0] < 15_000}
    if not told:
        return best
    return elect([one for one in rivals if one.value == min(told)]) or best


def _without_rents(
    rivals: list[Candidate], periods: list[Candidate], offers: list[Candidate]
) -> list[Candidate]:
    """What may be the price of a sale: no amount per month, which is a loan's or a tenant's."""
    said = [one for one in offers if one.source not in {"url", "crumbs"}]
    sale, rent = (_support(said, offer) for offer in (Transaction.SALE, Transaction.RENT))
    if sale < 0.4 or sale < rent + 0.1:
        return rivals
    spans = (str(one.value).partition(" ") for one in periods)
    monthly = {int(amount) for amount, _, period in spans if period in {"month", "week"}}
    return [one for one in rivals if one.value not in monthly or one.value > 15_000]


def _support(rivals: list[Candidate], value: Any) -> float:
    """How well one value is supported."""
    found = elect([one for one in rivals if one.value is value])
    return found[1].confidence if found else 0.0


def _not_its_rent(best: tuple[Any, Evidence], rivals: list[Candidate]) -> tuple[Any, Evidence]:
    """The price of a business or of a let house, not the rent that it pays or brings."""
    if not _RENT_OF.search(best[1].raw):
        return best
    dear = [one for one in rivals if one.value >= best[0] * DEAR and _PRICE_OF.search(one.raw)]
    sale = elect([one for one in rivals if any(one.value == other.value for other in dear)])
    return sale if sale is not None and sale[1].confidence >= 0.4 else best


def _offer(by_field: dict[str, list[Candidate]]) -> None:
    """A deposit is asked of tenants alone, of holiday guests where anything tells of holidays."""
    deposits = by_field.get("deposit", [])
    if any(one.confidence >= 0.5 for one in deposits):
        sure = max(deposits, key=lambda one: one.confidence)
        holidays = any(one.value == Transaction.SEASONAL for one in by_field["transaction"])
        value = Transaction.SEASONAL if holidays else Transaction.RENT
        by_field["transaction"].append(
            replace(sure, field="transaction", value=value, source="deposit", confidence=0.4)
        )


def elect(rivals: list[Candidate]) -> tuple[Any, Evidence] | None:
    """The value with the most support: sources add up, one source counts once per value."""
    support: dict[Any, dict[str, Candidate]] = {}
    for one in rivals:
        sources = support.setdefault(same_value(one.value), {})
        known = sources.get(one.source)
        if known is None or one.confidence > known.confidence:
            sources[one.source] = one
    if not support:
        return None
    winner = max(support.values(), key=_together)
    first = max(winner.values(), key=lambda one: one.confidence)
    return first.value, Evidence(first.source, first.raw, round(_together(winner), 3))


def _together(sources: Mapping[str, Candidate]) -> float:
    doubt = 1.0
    for one in sources.values():
        doubt *= 1.0 - min(0.97, max(0.0, one.confidence))
    return 1.0 - doubt


def same_value(value: Any) -> Any:
    """What counts as the same value: 45.2 and 45 m², "PARIS" and "Paris", texts that begin alike."""
    if isinstance(value, float):
        return round(value)
    if isinstance(value, str) and len(value) > 80:
        return "".join(char for char in value[:120].casefold() if char.isalnum())[:60]
    if isinstance(value, str):
        return " ".join(value.casefold().replace("-", " ").split())
    return value if isinstance(value, (int, bool)) else str(value)


def make_sense(decided: Decided, by_field: Mapping[str, list[Candidate]], places: Places) -> None:
    """Drops what contradicts surer evidence."""
    _transaction(decided)
    _place(decided, by_field, places)
    _street(decided)
    _land(decided)
    _rooms(decided)
    _ratio(decided)
    _fees(decided)
    _far(decided, places)
    _letters(decided)


def _street(decided: Decided) -> None:
    """A street line that only repeats the commune is none."""
    street, city = _value(decided, "address"), _value(decided, "city")
    if street and city and re.sub(r"[\W\d]+", "", street.casefold()) == re.sub(r"\W+", "", city.casefold()):
        del decided["address"]


def _land(decided: Decided) -> None:
    """Bare land has a plot and no living area: the one area told is the plot's."""
    if _value(decided, "property_type") is PropertyType.LAND and "surface" in decided:
        area = decided.pop("surface")
        decided.setdefault("land_surface", area)


def _value(decided: Decided, field: str) -> Any:
    return decided[field][0] if field in decided else None


#: No monthly rent of the kind is as high; of an unknown kind, where it is euros.
_SOLD_ABOVE = {
    PropertyType.APARTMENT: 30_000,
    PropertyType.HOUSE: 30_000,
    PropertyType.STUDIO: 30_000,
    PropertyType.LAND: 10_000,
    PropertyType.PARKING: 4_000,
    PropertyType.BUILDING: 50_000,
    PropertyType.COMMERCIAL: 50_000,
}


#: No stay costs as much in euros or the like.
NO_STAY = 100_000


def _transaction(decided: Decided) -> None:
    """A price alone tells rent from sale where no word does."""
    price = _value(decided, "price")
    sure = decided["transaction"][1].confidence if "transaction" in decided else 0.0
    offer = _value(decided, "transaction")
    like_euros = _value(decided, "currency") in _LIKE_EUROS
    if offer is Transaction.SEASONAL and like_euros and price is not None and price >= NO_STAY:
        sure = 0.0  # A house with a gîte is sold; no word of a let outweighs the price.
    elif offer not in {None, Transaction.RENT}:
        return
    if price is None or sure >= 0.5:
        return
    unknown = 50_000 if _value(decided, "currency") == "EUR" else 1e12
    if price >= _SOLD_ABOVE.get(_value(decided, "property_type"), unknown):
        evidence = decided["price"][1]
        decided["transaction"] = (Transaction.SALE, Evidence("price", evidence.raw, 0.5))


def _place(decided: Decided, by_field: Mapping[str, list[Candidate]], places: Places) -> None:
    """Postal code, commune and INSEE code as one place of the directory, where it knows them."""
    decided.pop("insee_code", None)
    code = _value(decided, "postal_code")
    here = places.by_postal_code(code) if code else ()
    names = [one.value for one in sorted(by_field.get("city", ()), key=lambda one: -one.confidence)]
    for name in names[:12] if len(here) > 1 else ():
        place = places.resolve(name, code)
        if place is not None and any(place.insee_code == other.insee_code for other in here):
            here = (place,)
            break
    if here and _elsewhere(decided, here, places):
        del decided["postal_code"]
        code, here = None, ()
    if len(here) == 1:
        evidence = decided["postal_code"][1]
        decided["city"] = (here[0].city, decided["city"][1] if "city" in decided else evidence)
        decided["insee_code"] = (here[0].insee_code, evidence)
        return
    city = _value(decided, "city")
    place = places.resolve(city, code) if city else None
    if place is not None and (code is None or place.postal_code == code):
        decided["city"] = (place.city, decided["city"][1])
        decided["insee_code"] = (place.insee_code, decided["city"][1])


def _elsewhere(decided: Decided, here: tuple[Place, ...], places: Places) -> bool:
    """Whether a surer commune lies under another postal code: the code is the agency's."""
    code_sure = decided["postal_code"][1].confidence
    if "city" not in decided or code_sure >= 0.45 or decided["city"][1].confidence < code_sure + 0.1:
        return False
    known = {place.insee_code for place in places.by_name(str(decided["city"][0]))}
    return bool(known) and not known & {place.insee_code for place in here}


def _rooms(decided: Decided) -> None:
    if _value(decided, "property_type") in {PropertyType.LAND, PropertyType.PARKING}:
        for field in ("rooms", "bedrooms", "bathrooms"):
            decided.pop(field, None)
    rooms, bedrooms = _value(decided, "rooms"), _value(decided, "bedrooms")
    if rooms is not None and bedrooms is not None and bedrooms > rooms:
        weaker = min(("rooms", "bedrooms"), key=lambda f: decided[f][1].confidence)
        del decided[weaker]


def _ratio(decided: Decided) -> None:
    """Euros (or the like) per square metre outside any market: the less sure of price and surface goes."""
    price, surface = _value(decided, "price"), _value(decided, "surface")
    if not price or not surface:
        return
    if _value(decided, "currency") not in {None, *_LIKE_EUROS}:
        return
    offer = _value(decided, "transaction")
    lets = offer in {Transaction.RENT, Transaction.SEASONAL}
    low, high = RENT_PER_M2 if lets else SALE_PER_M2
    low = RENT_PER_M2[0] if offer is None else low
    if not low <= price / surface <= high:
        weaker = min(("price", "surface"), key=lambda f: decided[f][1].confidence)
        del decided[weaker]


def _fees(decided: Decided) -> None:
    """Fees of more than a third of a price are a price: the law's tables go to 15 %."""
    price, fees = _value(decided, "price"), _value(decided, "fees")
    sold = _value(decided, "transaction") is not Transaction.RENT
    if price and fees and sold and price >= 10_000 and fees > price / 3:
        del decided["fees"]


#: Degrees from a commune's middle to its farthest house, generously: 39 km north, 35 km east.
REACH = (0.35, 0.5)


def _far(decided: Decided, places: Places) -> None:
    """Coordinates away from the commune are a map's default or somebody's office."""
    here = places.by_insee(_value(decided, "insee_code") or "")[:1]
    latitude, longitude = _value(decided, "latitude"), _value(decided, "longitude")
    if latitude is None or longitude is None or not here:
        return
    middle = here[0].latitude, here[0].longitude
    if middle[0] is None or middle[1] is None:
        return
    if abs(latitude - middle[0]) > REACH[0] or abs(longitude - middle[1]) > REACH[1]:
        del decided["latitude"], decided["longitude"]


#: Square metres up to which gentler thresholds hold since July 2024: values alone tell no letter there.
SMALL = 40


def _letters(decided: Decided) -> None:
    """The letters that both values make together, where the page shows no letter."""
    surface = _value(decided, "surface")
    used, emitted = _value(decided, "dpe_value"), _value(decided, "ges_value")
    if surface is None or surface <= SMALL or used is None or emitted is None:
        return
    proof = Evidence("thresholds", decided["dpe_value"][1].raw, 0.5)
    decided.setdefault("dpe", (energy.letter_for(used, emitted), proof))
    decided.setdefault("ges", (energy.ges_letter_for(emitted), proof))
