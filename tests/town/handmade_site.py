"""A small site written by hand, so that families are tested without the town's seed."""

from dataclasses import replace

from models.listing import FeesPayer, PropertyType, Transaction
from town.model import Advert, Agency, Article, Dwelling, Place, Site, Withdrawal

NANTES = Place("44109", "44000", "Nantes", 47.2184, -1.5536)
REZE = Place("44143", "44400", "Rezé", 47.1815, -1.5497)

AGENCY = Agency(
    slug="clos-marin",
    name="Clos & Marin Immobilier",
    family="",
    address="7 quai des Cordiers",
    place=NANTES,
    phone="02 40 00 00 17",
    email="contact@clos-marin.localhost",
    siren="900000017",
    siret="90000001700012",
    rcs="Nantes B 900 000 017",
    cpi="CPI 4401 2019 000 000 017",
    manager="Hélène Clos",
    slogan="L'immobilier à visage humain",
)


def dwelling(number: int, transaction: Transaction) -> Dwelling:
    """The `number`-th dwelling; every third one is a house with land."""
    house = number % 3 == 0
    return Dwelling(
        id=number,
        property_type=PropertyType.HOUSE if house else PropertyType.APARTMENT,
        transaction=transaction,
        place=REZE,
        address=f"{number} rue des Mouettes",
        latitude=47.18 + number / 1000,
        longitude=-1.55 - number / 1000,
        surface=40.5 + number,
        land_surface=600.0 + number if house else None,
        rooms=3,
        bedrooms=2,
        bathrooms=1,
        floor=None if house else number % 4,
        construction_year=1950 + number,
        dpe="D",
        dpe_value=187,
        ges="B",
        ges_value=9,
        net_price=200_000 + 1_111 * number,
        charges=85,
        furnished=False,
        features={"lift": False, "cellar": True, "balcony": True},
        photo_count=5,
    )


def advert(number: int, transaction: Transaction = Transaction.SALE) -> Advert:
    """The `number`-th advert, with every field told."""
    rent = transaction is Transaction.RENT
    home = dwelling(number, transaction)
    return Advert(
        id=number,
        agency=AGENCY.slug,
        dwelling=home,
        reference=f"CM{4100 + number}",
        title=f"{'Maison' if home.land_surface else 'Appartement'} 3 pièces n° {number}",
        description="Au calme, une belle adresse <lumineuse> & rare.\nÀ visiter vite !",
        price=640 + number if rent else 213_450 + 1_111 * number,
        charges_included=rent,
        fees=410 if rent else 12_340,
        fees_payer=FeesPayer.TENANT if rent else FeesPayer.BUYER,
        deposit=555 if rent else None,
        surface=home.surface,
        exclusive=number % 2 == 0,
        availability="2026-03-01" if rent else None,
        photos=tuple(f"/photos/{number}/{n}.jpg" for n in range(1, 6)),
        first_day=3,
    )


def site(base_url: str = "http://clos-marin.localhost:8123") -> Site:
    """Eleven flats and houses for sale, ten to let, five withdrawn in the five ways, one article."""
    sales = tuple(advert(n) for n in range(1, 12))
    rents = tuple(advert(n, Transaction.RENT) for n in range(21, 31))
    gone = tuple(replace(advert(40 + n), withdrawn=way) for n, way in enumerate(Withdrawal))
    article = Article(
        "bien-vendre", "Bien vendre en 2026", ("Un T3 se vend 198 500 € en moyenne.", "Estimez juste."), 4
    )
    return Site(AGENCY, base_url, 10, sales + rents, gone, (article,), frozenset(), frozenset())
