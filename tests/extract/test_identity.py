"""An agency's identity, from legal notices in the town's own words."""

import pytest

from extract import identity
from models.places import Places

NOTICE = """Mentions légales
Agence des Quais, SARL au capital de 8 000 €
12, rue des Tanneurs
33000 Bordeaux
Tél. : 05 56 00 11 22 - contact@agence-des-quais.example
RCS Bordeaux 732 829 320 - SIRET 732 829 320 00074
Carte professionnelle CPI 3301 2018 000 012 345 délivrée par la CCI de Bordeaux

Hébergeur : Nuages SAS, 2 rue du Serveur 59100 Roubaix, 03 20 00 00 00, RCS Lille 552 100 554

Médiateur : 5 rue du Conseil 75009 Paris
"""


def test_a_legal_notice_tells_registers_card_contacts_and_place() -> None:
    read = identity.read(NOTICE, Places.sample())
    assert (read.siren, read.siret, read.rcs) == ("732829320", "73282932000074", "Bordeaux")
    assert read.cpi == "33012018000012345"
    assert (read.phone, read.email) == ("+33556001122", "contact@agence-des-quais.example")
    assert (read.address, read.postal_code, read.city) == ("12, rue des Tanneurs", "33000", "Bordeaux")


def test_the_host_of_the_site_is_not_the_agency() -> None:
    host_first = "Hébergement : Nuages SAS, RCS Lille 552 100 554, 59100 Roubaix\n\n" + NOTICE
    assert identity.read(host_first, Places.sample()).siren == "732829320"


@pytest.mark.parametrize(
    "text", ["", "RCS Bordeaux 732 829 321", "SIREN 000 000 000", "Nos biens à Bordeaux"]
)
def test_a_number_whose_key_is_wrong_is_no_siren(text: str) -> None:
    assert identity.read(text, Places.sample()).siren is None


def test_gaps_are_filled_from_another_page_and_nothing_is_overwritten() -> None:
    first = identity.AgencyIdentity(siren="732829320")
    second = identity.AgencyIdentity(siren="552100554", phone="+33556001122")
    assert first.merged(second) == identity.AgencyIdentity(siren="732829320", phone="+33556001122")


@pytest.mark.parametrize(
    "text", ["05 56 00 11 22", "05.56.00.11.22", "+33 5 56 00 11 22", "+33 (0)5 56 00 11 22", "0033556001122"]
)
def test_a_phone_has_one_form(text: str) -> None:
    assert identity.phone_number(text) == "+33556001122"
