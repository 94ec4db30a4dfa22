"""The agencies' standing prose: about, fees, legal notice, loan figures. Plain text without markup.

Every euro written here is a decoy: a schedule of fees, a capital, a fine, a monthly repayment.
"""

from dataclasses import dataclass

from models.listing import Transaction
from town.families.words import euros
from town.model import Advert, Agency

HOSTS = (
    "Nuage du Ponant SAS, 4 quai des Indes, 56100 Lorient",
    "Hébergeurs Associés SARL, 18 rue du Réseau, 59000 Lille",
    "Serveurs d'Oc SA, 231 avenue des Fibres, 34000 Montpellier",
)
GUARANTORS = ("Caisse de Garantie du Patrimoine", "Compagnie des Cautions Réunies", "Mutuelle Foncière")


@dataclass(frozen=True, slots=True)
class Loan:
    """What the simulator beside an advert shows, in euros."""

    deposit: int
    borrowed: int
    years: int
    rate: float
    monthly: int
    income: int


def loan(advert: Advert, years: int = 20, rate: float = 3.45) -> Loan:
    """A repayment for a sale; for a rent, the income that the landlord expects."""
    if advert.dwelling.transaction is Transaction.RENT:
        return Loan(0, 0, years, rate, advert.price, advert.price * 3)
    deposit = advert.price // 10
    borrowed = advert.price - deposit
    step = rate / 1200
    monthly = round(borrowed * step / (1 - (1 + step) ** (-12 * years)))
    return Loan(deposit, borrowed, years, rate, monthly, monthly * 3)


def _pick(agency: Agency, count: int) -> int:
    return int(agency.siren[-3:]) % count


def about(agency: Agency) -> tuple[str, ...]:
    """The agency's page: its story, in three paragraphs."""
    since = 1968 + _pick(agency, 48)
    return (
        f"Fondée en {since}, l'agence {agency.name} accompagne vendeurs, acquéreurs et locataires à "
        f"{agency.place.city} et dans les communes voisines. {agency.slogan}",
        f"Notre équipe de {3 + _pick(agency, 7)} personnes, réunie autour de {agency.manager}, estime, "
        f"photographie et fait visiter chaque bien comme s'il était le sien. L'an dernier, "
        f"{120 + _pick(agency, 300)} familles nous ont confié leur projet.",
        f"Nous vous recevons du lundi au samedi au {agency.address}, {agency.place.postal_code} "
        f"{agency.place.city}. Estimation offerte sous 48 heures, sans engagement.",
    )


def fee_schedule(agency: Agency) -> tuple[tuple[str, str], ...]:
    """The schedule for sales: a bracket of prices and the fee, both in words."""
    extra = 500 * _pick(agency, 5)
    return (
        (f"Jusqu'à {euros(50_000)}", f"{euros(5_000 + extra)} TTC (forfait)"),
        (f"De {euros(50_001)} à {euros(150_000)}", f"{euros(8_000 + extra)} TTC (forfait)"),
        (f"De {euros(150_001)} à {euros(300_000)}", "5 % TTC"),
        (f"De {euros(300_001)} à {euros(600_000)}", "4,5 % TTC"),
        (f"Au-delà de {euros(600_000)}", "4 % TTC"),
        ("Garage, parking, cave", f"{euros(2_500 + extra)} TTC"),
    )


def rent_fees(agency: Agency) -> tuple[str, ...]:
    """The schedule for rents, as the law caps it per square metre."""
    return (
        "Visite, constitution du dossier et rédaction du bail : 8 à 12 €/m² selon la zone, "
        "à la charge du locataire.",
        "État des lieux d'entrée : 3 €/m², à la charge du locataire.",
        f"Entremise et négociation, à la charge du bailleur : {euros(150 + 10 * _pick(agency, 20))} TTC.",
        "Gestion locative : 7,2 % TTC des sommes encaissées.",
    )


def legal(agency: Agency) -> tuple[tuple[str, str], ...]:
    """The legal notice as headed paragraphs: publisher, professional card, host, data."""
    where = f"{agency.address}, {agency.place.postal_code} {agency.place.city}"
    guaranty = euros(110_000 + 10_000 * _pick(agency, 9))
    return (
        (
            "Éditeur du site",
            f"{agency.name}, SARL au capital de {euros(1_000 * (1 + _pick(agency, 20)))}, "
            f"dont le siège est situé {where}. "
            f"Téléphone : {agency.phone}. Courriel : {agency.email}.",
        ),
        (
            "Immatriculation",
            f"SIREN {agency.siren}, SIRET {agency.siret}, {agency.rcs}. "
            f"Directeur de la publication : {agency.manager}.",
        ),
        (
            "Carte professionnelle",
            f"Carte n° {agency.cpi}, transactions et gestion, délivrée par la chambre de commerce. "
            f"Garantie financière de {guaranty} "
            f"auprès de {GUARANTORS[_pick(agency, len(GUARANTORS))]}. Sans détention de fonds.",
        ),
        ("Hébergement", f"{HOSTS[_pick(agency, len(HOSTS))]}."),
        (
            "Données personnelles",
            "Les informations envoyées par le formulaire de contact servent à vous répondre et sont "
            "gardées trois ans. Tout manquement est puni d'une amende pouvant aller jusqu'à "
            f"{euros(75_000)}.",
        ),
    )
