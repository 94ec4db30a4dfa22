"""Titles and descriptions, cleaned and without anybody's phone or e-mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import description, title
from extract.text import mask_contacts
from tests.extract.fields.spelled import after, before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Appartement T3 | Agence du Port", "Appartement T3"),
        ("Maison 5 pièces - Nantes - Immobilière des Quais", "Maison 5 pièces - Nantes"),
        ("Agence du Port : Villa avec piscine", "Villa avec piscine"),
        ("Vente&nbsp;appartement  3 pièces", "Vente appartement 3 pièces"),
        ("Belle longère – 120 m²", "Belle longère – 120 m²"),
        ("Les Toits Bleus", None),
        ("Accueil", None),
        ("Erreur 404", None),
        ("Nos annonces", None),
        ("", None),
        ("---", None),
    ],
)
def test_a_title_loses_the_sites_name_and_a_generic_one_is_none(text: str, expected: str | None) -> None:
    assert title.parse(text, site_name="Les Toits Bleus") == expected


def test_a_part_that_is_the_given_site_name_is_cut() -> None:
    assert title.clean("T2 au calme | Les Toits Bleus", "Les Toits bleus") == "T2 au calme"


def test_a_description_keeps_its_paragraphs_and_loses_its_tags() -> None:
    assert description.parse("Bel&nbsp;appartement<br/>au   calme.<p>Cave</p>et parking") == (
        "Bel appartement\nau calme. Cave\net parking"
    )


def test_phones_and_e_mails_in_a_description_are_masked() -> None:
    text = "Contactez Anne au 06.12.34.56.78, +33 6 12 34 56 78 ou anne.b@exemple.fr pour visiter."
    assert description.parse(text) == "Contactez Anne au [téléphone], [téléphone] ou [courriel] pour visiter."


def test_prices_surfaces_and_dates_are_no_phone_numbers() -> None:
    text = "Prix 1 250 000 €, 65 m², réf 0612, libre le 01/02/2026, 44 000 habitants"
    assert description.clean(text) == text


def test_too_short_a_text_is_no_description() -> None:
    assert description.parse("  Voir plus ") is None


PHONES = ("{}{}", "{} {}", "{}.{}", "{}-{}", "{} . {}", "{}_{}", "{}/{}", "{}\u00a0{}", "{}\u202f{}")


@given(
    pairs=st.lists(st.integers(0, 99), min_size=4, max_size=4),
    first=st.integers(1, 9),
    form=st.sampled_from(PHONES),
    lead=before,
    tail=after,
    prefix=st.sampled_from(["0", "+33 ", "+33", "0033 ", "+33 (0)"]),
)
def test_a_phone_is_masked_however_it_is_spelled(
    pairs: list[int], first: int, form: str, lead: str, tail: str, prefix: str
) -> None:
    phone = f"{prefix}{first}"
    for pair in pairs:
        phone = form.format(phone, f"{pair:02d}")
    masked = mask_contacts(f"{lead}Appelez le {phone}{tail}")
    assert masked == f"{lead}Appelez le [téléphone]{tail}"


@given(
    name=st.from_regex(r"[a-z]{2,9}(\.[a-z]{2,9})?", fullmatch=True),
    host=st.from_regex(r"[a-z]{3,12}", fullmatch=True),
    domain=st.sampled_from(["fr", "com", "net"]),
    form=st.sampled_from(
        [
            "{}@{}.{}",
            "{} @ {}.{}",
            "{}(at){}.{}",
            "{} [at] {}.{}",
            "{} (arobase) {}.{}",
            "{} [at] {} (dot) {}",
            "{} at {} point {}",
            "{} arobase {} point {}",
            "{}@{} . {}",
        ]
    ),
    lead=before,
    tail=after,
)
def test_an_e_mail_is_masked_however_it_is_spelled(
    name: str, host: str, domain: str, form: str, lead: str, tail: str
) -> None:
    text = f"{lead}Écrivez à : {form.format(name, host, domain)}{tail}"
    assert mask_contacts(text) == f"{lead}Écrivez à : [courriel]{tail}"


@pytest.mark.parametrize(
    "phone",
    [
        "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
        "O6 12 34 56 78",
        "06 123 456 78",
        "0612 345 678",
        "0 6 1 2 3 4 5 6 7 8",
        "zéro six, 12, 34, 56, 78",
    ],
)
def test_a_phone_in_words_or_odd_groups_is_masked(phone: str) -> None:
    assert mask_contacts(f"Appelez le {phone} !") == "Appelez le [téléphone] !"


@pytest.mark.parametrize(
    "text",
    [
        "le 01/02/2026 à 10 h 30",
        "libre au 01.02.2026 10:30",
        "lots 01 02 03",
        "SIREN 123 456 789",
        "350 000 €",
        "zéro travaux, deux chambres",
        "zéro vis-à-vis, un jardin",
        "situé (a) 5 min",
        "Réf 0612345",
    ],
)
def test_dates_lots_and_prices_are_left_alone(text: str) -> None:
    assert mask_contacts(text) == text


@given(text=st.text(max_size=300))
def test_masking_twice_changes_nothing_and_a_description_is_clean(text: str) -> None:
    assert mask_contacts(mask_contacts(text)) == mask_contacts(text)
    cleaned = description.parse(text)
    assert cleaned is None or (len(cleaned) >= 20 and cleaned == cleaned.strip())
