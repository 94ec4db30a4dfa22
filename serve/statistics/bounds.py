"""What no home costs: prices beyond these are mistakes of a page or of its reading, and enter no figure.

Wide on purpose. Of 44 labelled pages, homes for sale ask 272 to 21,282 €/m² and homes to rent 11 to 45 €/m²
a month, but for a rent that its page calls a sale (30 €/m²); ruins in the cheapest départements are sold
near 100 €/m², and no address in France reaches 60,000.
"""

from typing import Final

#: Kinds of property that are homes: what is told of all types together is told of these.
HOMES: Final = ("apartment", "house", "studio")
#: Euros: the least and the most that a home may cost, by transaction; of all else, `OTHER_PRICES`.
PRICES: Final = {
    "sale": (5_000, 50_000_000),
    "rent": (50, 50_000),
    "seasonal": (20, 100_000),
    "life_annuity": (1_000, 50_000_000),
    "auction": (1_000, 50_000_000),
}
OTHER_PRICES: Final = (10, 100_000_000)
#: Euros per m² of a home, by transaction. Beyond them the price counts, its price per m² does not.
PRICES_PER_SQM: Final = {
    "sale": (100, 60_000),
    "rent": (1, 200),
    "seasonal": (1, 2_000),
    "life_annuity": (20, 60_000),
    "auction": (20, 60_000),
}
#: A price that falls by more was misread before or after.
GREATEST_CUT: Final = 0.5
#: Rooms are told apart up to so many; the last class is that many and more.
MOST_ROOMS: Final = 5


def price_in_bounds() -> str:
    """SQL: whether `price` in a row with transaction and property_type is to be believed."""
    homes = _cases(PRICES, "price")
    return f"case when property_type in {HOMES} then {homes} else {_between('price', OTHER_PRICES)} end"


def price_per_sqm_in_bounds() -> str:
    """SQL: whether price over surface is to be believed; never of what is no home."""
    return f"property_type in {HOMES} and surface > 0 and {_cases(PRICES_PER_SQM, 'price / surface')}"


def was_cut(listing: str) -> str:
    """SQL: whether the advert of this id ever lowered its price, in the currency that it has now and by no
    more than is to be believed.
    """
    numbers = "jsonb_typeof(h.old_value) = 'number' and jsonb_typeof(h.new_value) = 'number'"
    return f"""exists (
        select from listing_history h where h.listing_id = {listing} and h.kind = 'price'
            and case when {numbers} then h.new_value < h.old_value
                and h.new_value::numeric >= {1 - GREATEST_CUT} * h.old_value::numeric
                and coalesce(h.occurred_at > currency_changed(h.listing_id), true) end)"""


def _cases(bounds: dict[str, tuple[int, int]], value: str) -> str:
    whens = " ".join(f"when '{name}' then {_between(value, pair)}" for name, pair in bounds.items())
    return f"case transaction {whens} else false end"


def _between(value: str, pair: tuple[int, int]) -> str:
    return f"{value} between {pair[0]} and {pair[1]}"
