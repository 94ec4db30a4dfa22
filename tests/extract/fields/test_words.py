"""Kind, transaction, furnished, mandate, availability, year and reference: fields told by words."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import availability, exclusive, furnished, kind, reference, transaction, year
from extract.fields.match import best
from extract.text import PHONE
from models.listing import PropertyType, Transaction
from tests.extract.fields.spelled import NOTHING, after, before

MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Appartement", PropertyType.APARTMENT),
        ("Maison avec garage et jardin", PropertyType.HOUSE),
        ("Villa", PropertyType.HOUSE),
        ("Studio meublé", PropertyType.STUDIO),
        ("Terrain à bâtir", PropertyType.LAND),
        ("Vente parking sous-sol", PropertyType.PARKING),
        ("Local commercial", PropertyType.COMMERCIAL),
        ("Bureaux", PropertyType.COMMERCIAL),
        ("Immeuble de rapport", PropertyType.BUILDING),
        ("Appartement dans un immeuble ancien avec cave", PropertyType.APARTMENT),
        ("T3 lumineux", PropertyType.APARTMENT),
        ("Péniche", PropertyType.OTHER),
        ("Einfamilienhaus", PropertyType.HOUSE),
        ("Eigentumswohnung", PropertyType.APARTMENT),
        ("Piso en venta", PropertyType.APARTMENT),
        ("Appartamento trilocale", PropertyType.APARTMENT),
        ("Woonhuis", PropertyType.HOUSE),
        ("Moradia", PropertyType.HOUSE),
        ("https://schema.org/SingleFamilyResidence", PropertyType.HOUSE),
    ],
)
def test_the_kind_of_property_is_read_in_seven_languages(text: str, expected: PropertyType) -> None:
    assert kind.parse(text) == expected


def test_surroundings_and_annexes_score_below_the_dwelling() -> None:
    found = kind.find("Proche des commerces, dans un immeuble récent avec parking, bel appartement et cave")
    sure = best(found)
    assert sure is not None
    assert sure.value == PropertyType.APARTMENT
    assert [match.value for match in found if match.score > 0.5] == [PropertyType.APARTMENT]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("À vendre", Transaction.SALE),
        ("Vente appartement", Transaction.SALE),
        ("Location", Transaction.RENT),
        ("À louer", Transaction.RENT),
        ("Location saisonnière", Transaction.SEASONAL),
        ("Vente en viager", Transaction.LIFE_ANNUITY),
        ("Vente aux enchères", Transaction.AUCTION),
        ("for_rent", Transaction.RENT),
        ("Zu verkaufen", Transaction.SALE),
        ("En alquiler", Transaction.RENT),
        ("In vendita", Transaction.SALE),
        ("Te huur", Transaction.RENT),
        ("Achat / Location", None),
        ("Appartement", None),
        ("", None),
    ],
)
def test_the_transaction_is_read_and_both_at_once_is_none(text: str, expected: Transaction | None) -> None:
    assert transaction.parse(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://agence.example/vente/appartement-lyon-12", Transaction.SALE),
        ("https://www.location-du-port.example/a-vendre/maison", Transaction.SALE),
        ("/annonces/location_studio.html", Transaction.RENT),
        ("https://agence.example/fr/location-saisonniere/3", Transaction.SEASONAL),
        ("https://agence.example/annonce?type=location", Transaction.RENT),
        ("https://agence.example/annonce/12", None),
    ],
)
def test_the_words_of_an_address_tell_the_transaction_and_the_host_does_not(
    url: str, expected: Transaction
) -> None:
    assert transaction.from_url(url) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Meublé", True),
        ("oui", True),
        ("Non meublé", False),
        ("vide", False),
        ("furnished", True),
        ("NC", None),
        ("", None),
    ],
)
def test_furnished_is_yes_no_or_unknown(text: str, expected: bool | None) -> None:
    assert furnished.parse(text) is expected


def test_a_furnished_kitchen_does_not_furnish_the_flat() -> None:
    assert all(match.score < 0.5 for match in furnished.find("cuisine meublée et équipée"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Exclusivité", True), ("Mandat exclusif", True), ("Mandat simple", False), ("oui", True), ("", None)],
)
def test_the_mandate_is_exclusive_or_not(text: str, expected: bool | None) -> None:
    assert exclusive.parse(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Disponible immédiatement", "now"),
        ("de suite", "now"),
        ("Libre le 01/02/2026", "2026-02-01"),
        ("1er mars 2026", "2026-03-01"),
        ("à partir du 15 août 2026", "2026-08-15"),
        ("2026-02-01T00:00:00", "2026-02-01"),
        ("mars 2026", "2026-03-01"),
        ("31/02/2026", None),
        ("99/99/2026", None),
        ("prochainement", None),
        ("", None),
    ],
)
def test_availability_is_an_iso_date_or_now(text: str, expected: str | None) -> None:
    assert availability.parse(text) == expected


def test_availability_is_found_in_prose_after_its_word_only() -> None:
    prose = "Publié le 03/01/2026. Studio libre le 01/02/2026, visites de suite."
    assert [match.value for match in availability.find(prose)] == ["2026-02-01"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1975", 1975),
        ("Construit en 1975", 1975),
        ("1975-01-01", 1975),
        ("années 70", None),
        ("XIXe siècle", None),
        ("9999", None),
        ("1 975 €", None),
        ("", None),
        ("NaN", None),
        ("0", None),
        ("1930 à 1950", None),
    ],
)
def test_the_year_of_construction_is_a_plausible_year(text: str, expected: int | None) -> None:
    assert year.parse(text) == expected


def test_the_year_of_renovation_is_not_the_year_of_construction() -> None:
    assert [match.value for match in year.find("Immeuble de 1930, rénové en 2015")] == [1930]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Réf : VA1234", "VA1234"),
        ("Référence 12-A/3", "12-A/3"),
        ("Réf. agence : L 0452", "L 0452"),
        ("Mandat n° 4521", "4521"),
        ("VA-1234", "VA-1234"),
        ("VILLAROSE", "VILLAROSE"),
        ("Référence du bien", None),
        ("bien", None),
        ("Appartement 3 pièces", None),
        ("250 000 €", None),
        ("", None),
    ],
)
def test_a_reference_is_a_code_and_never_a_word(text: str, expected: str | None) -> None:
    assert reference.parse(text) == expected


KINDS = {
    PropertyType.APARTMENT: (
        "appartement",
        "loft",
        "duplex",
        "triplex",
        "rez-de-jardin",
        "penthouse",
        "T3",
        "appart",
        "souplex",
        "atelier d'artiste",
        "villa sur toit",
    ),
    PropertyType.HOUSE: (
        "maison",
        "villa",
        "mas",
        "longère",
        "pavillon",
        "chalet",
        "ferme",
        "château",
        "bastide",
        "hôtel particulier",
        "maison de ville",
        "corps de ferme",
        "gîte",
        "moulin",
        "grange",
    ),
    PropertyType.STUDIO: ("studio", "studette", "chambre de bonne"),
    PropertyType.LAND: ("terrain", "terrain à bâtir", "parcelle", "terrain agricole"),
    PropertyType.PARKING: ("parking", "box", "garage", "place de stationnement"),
    PropertyType.COMMERCIAL: (
        "fonds de commerce",
        "bureaux",
        "local commercial",
        "entrepôt",
        "boutique",
        "hôtel",
        "murs commerciaux",
        "local d'activité",
        "droit au bail",
        "boulangerie",
    ),
    PropertyType.BUILDING: ("immeuble", "immeuble de rapport", "ensemble immobilier"),
    PropertyType.OTHER: ("péniche", "cave", "programme neuf", "mobil-home", "divers"),
}


@given(
    drawn=st.sampled_from([(k, word) for k, words in KINDS.items() for word in words]),
    shape=st.sampled_from([str, str.upper, str.capitalize]),
    tail=st.sampled_from(["", " à Lyon", " 65 m²"]),
)
def test_every_word_for_a_kind_tells_it_in_any_letters(
    drawn: tuple[PropertyType, str], shape: Callable[[str], str], tail: str
) -> None:
    expected, word = drawn
    assert kind.parse(shape(word)) == expected
    assert word == "divers" or kind.parse(f"Vente {shape(word)}{tail}") == expected


OFFERS = {
    Transaction.SALE: ("à vendre", "vente", "achat", "for sale", "en venta", "te koop", "cession"),
    Transaction.RENT: ("à louer", "location", "location meublée", "colocation", "zur Miete", "to let"),
    Transaction.SEASONAL: (
        "location saisonnière",
        "location de vacances",
        "location à la semaine",
        "450 € par semaine",
        "saisonnier",
    ),
    Transaction.LIFE_ANNUITY: (
        "viager occupé",
        "viager libre",
        "vente en viager",
        "bouquet + rente",
        "Bouquet 50 000 € et rente de 600 €",
        "rente viagère",
    ),
    Transaction.AUCTION: (
        "vente aux enchères",
        "vente notariale interactive",
        "mise à prix",
        "adjudication",
        "immo-interactif",
        "vente judiciaire",
        "36h immo",
    ),
}


@given(
    drawn=st.sampled_from([(offer, word) for offer, words in OFFERS.items() for word in words]),
    shape=st.sampled_from([str, str.upper, str.capitalize]),
    lead=before,
    tail=after,
)
def test_every_word_for_an_offer_tells_it_whatever_stands_around(
    drawn: tuple[Transaction, str], shape: Callable[[str], str], lead: str, tail: str
) -> None:
    assert transaction.parse(f"{lead}{shape(drawn[1])}{tail}") == drawn[0]


@given(
    day=st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    lead=before,
    tail=after,
    form=st.sampled_from(["{0:%d/%m/%Y}", "{0:%Y-%m-%d}", "{0:%d.%m.%Y}", "{0.day} {1} {0.year}"]),
)
def test_every_date_reads_back(day: date, lead: str, tail: str, form: str) -> None:
    text = form.format(day, MONTHS[day.month - 1])
    assert availability.parse(text) == day.isoformat()
    assert [m.value for m in availability.find(f"{lead}Disponible le {text}{tail}")] == [day.isoformat()]


@given(year_=st.integers(1100, 2040), lead=before, tail=after)
def test_every_year_after_a_word_for_building_reads_back(year_: int, lead: str, tail: str) -> None:
    assert year.parse(str(year_)) == year_
    assert [m.value for m in year.find(f"{lead}Construite en {year_}{tail}")] == [year_]


@given(
    century=st.integers(10, 21),
    decade=st.integers(0, 9),
    form=st.sampled_from(
        [
            "{0}e siècle",
            "{0}ème",
            "années {1}0",
            "avant 19{1}9",
            "vers 18{1}0",
            "19{1}0-19{1}5",
            "début 19{1}0",
            "après 20{1}0",
        ]
    ),
)
def test_centuries_decades_and_bounds_are_no_year(century: int, decade: int, form: str) -> None:
    assert year.parse(form.format(century, decade)) is None
    assert year.find("Construit " + form.format(century, decade)) == []


@given(
    code=st.from_regex(r"[A-Z]{0,4}[0-9]{2,6}([-_/][A-Z0-9]{1,4})?", fullmatch=True).filter(
        lambda code: not PHONE.match(code)
    ),
    tail=after,
    label=st.sampled_from(
        ["Réf : ", "Référence : ", "Réf. ", "N° de mandat : ", "Ref annonce : ", "Réf n° "]
    ),
)
def test_every_code_after_its_label_is_the_reference(code: str, tail: str, label: str) -> None:
    assert [match.value for match in reference.find(f"{label}{code}{tail}")] == [code]


def test_a_phone_is_no_reference() -> None:
    assert reference.find("Réf 06 12 34 56 78") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("semi-meublé", None), ("meublé ou vide", None), ("Location vide", False), ("non-meublée", False)],
)
def test_half_or_either_is_not_furnished(text: str, expected: bool | None) -> None:
    assert furnished.parse(text) is expected


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_nothing_tells_no_word(text: str) -> None:
    for field in (kind, transaction, availability, year):
        assert field.parse(text) is None, field.__name__


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Doppelhaushälfte mit Garten", PropertyType.HOUSE),
        ("Jugendstilvilla am See", PropertyType.HOUSE),
        ("8-Familienhaus als Kapitalanlage", PropertyType.BUILDING),
        ("Baugrundstück in Ortsrandlage", PropertyType.LAND),
        ("Garaje en venta", PropertyType.PARKING),
        ("Plaza de garaje", PropertyType.PARKING),
        ("Rijwoning met tuin", PropertyType.HOUSE),
        ("Mieszkanie na sprzedaż", PropertyType.APARTMENT),
        ("Dom na sprzedaż", PropertyType.HOUSE),
        ("Działka budowlana", PropertyType.LAND),
        ("Kawalerka w centrum", PropertyType.STUDIO),
        ("2 BHK in a gated community", PropertyType.APARTMENT),
        ("Mid-terrace with a yard", PropertyType.HOUSE),
        ("Lots/Land", PropertyType.LAND),
        ("Home Report, first floor flat", PropertyType.APARTMENT),
    ],
)
def test_a_kind_is_named_abroad(text: str, expected: PropertyType) -> None:
    assert kind.parse(text) is expected


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("Offers over", Transaction.SALE),
        ("Tenure: Freehold", Transaction.SALE),
        ("Mieszkanie na wynajem", Transaction.RENT),
        ("Dom na sprzedaż", Transaction.SALE),
        ("Nuda proprietà: bilocale", Transaction.LIFE_ANNUITY),
        ("Nuda propiedad", Transaction.LIFE_ANNUITY),
    ],
)
def test_an_offer_is_named_abroad(text: str, offer: Transaction) -> None:
    assert transaction.parse(text) is offer


def test_a_house_with_a_lodge_is_no_holiday_let() -> None:
    with_lodge, lodge = transaction.find("Bâtisse avec gîte")[0], transaction.find("Gîte de 6 personnes")[0]
    assert with_lodge.score < 0.2 < lodge.score


def test_what_a_dwelling_has_or_is_made_of_scores_below_it() -> None:
    scores = {match.raw: match.score for match in kind.find("Bâtisse de 1934, extension bois, étage cave")}
    assert scores["Bâtisse"] > 0.5 and max(scores["bois"], scores["cave"]) <= 0.2
    assert [match.score for match in kind.find("Cave à vendre")] == [0.7]
