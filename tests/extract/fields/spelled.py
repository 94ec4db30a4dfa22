"""How people spell values, and what they write around them: strategies for the fields' property tests."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

#: Plain, no-break, narrow no-break, thin and figure spaces.
SPACES = (" ", "\u00a0", "\u202f", "\u2009", "\u2007")
space = st.sampled_from(SPACES)
#: Words of an advert that tell no field, with breaks and marks of direction.
before = st.sampled_from(
    ["", "Au calme. ", "Belle affaire, ", "Vue dégagée\n", "\u200fLumineux ! ", "À voir vite - ", "• "]
)
after = st.sampled_from(
    ["", ". Au calme", ", proche des écoles", "\nVisites sur rendez-vous", " - à voir", " \u202c", " !"]
)


@st.composite
def amount(draw: st.DrawFn, least: int, most: int) -> tuple[int, str]:
    """A whole amount and one of its spellings: grouped by any space, a point or an apostrophe, or not."""
    value = draw(st.integers(least, most))
    group = draw(st.sampled_from([*SPACES, ".", "'", "’", ""]))
    cents = draw(st.sampled_from(["", "", ",00"]))
    return value, f"{value:,}".replace(",", group) + cents


def decimal(least: int, most: int) -> SearchStrategy[tuple[float, str]]:
    """A number of hundredths and its spelling with a comma or a point."""
    return st.tuples(st.integers(least, most), st.sampled_from([",", "."])).map(
        lambda drawn: (drawn[0] / 100, f"{drawn[0] / 100:.2f}".replace(".", drawn[1]))
    )


#: What is no value of any field, whatever the label in front.
NOTHING = (
    "", "NC", "N/A", "-", "—", "?", "NaN", "inf", "-inf", "1e308", "-1", "0", "à définir", "nous consulter",
    "\u202e\u202c", "\x00", "�", "null", "undefined", "[object Object]", "{{ valeur }}", "%s",
)  # fmt: skip
