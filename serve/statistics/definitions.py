"""What each figure means, in a sentence, French and English; docs/statistics.md has the formulas."""

from typing import Final

from serve.statistics.answers import Definition
from serve.statistics.bounds import GREATEST_CUT, PRICES, PRICES_PER_SQM
from serve.statistics.cells import FEWEST

_SALE, _RENT = PRICES["sale"], PRICES["rent"]
_SALE_SQM, _RENT_SQM = PRICES_PER_SQM["sale"], PRICES_PER_SQM["rent"]
_CUT: Final = round(GREATEST_CUT * 100)

DEFINITIONS: Final = tuple(
    Definition(name=name, fr=fr, en=en)
    for name, fr, en in (
        (
            "dwelling",
            "Un logement compte une fois, quel que soit le nombre de ses annonces ; vente et location ne se "
            "mélangent jamais. Son prix est le plus bas de ses annonces en ligne ; son type, ses pièces, sa "
            "surface et son lieu sont ceux que dit la plus ancienne de ses annonces en ligne qui les dise.",
            "A dwelling counts once, however many adverts it has; sale and rent never mix. Its price is the "
            "lowest of its live adverts; its type, rooms, surface and place are what the oldest of its live "
            "adverts that tells them says.",
        ),
        (
            "total",
            "Logements vus au moins une fois à cet endroit, en ligne ou retirés.",
            "Dwellings ever seen there, on the market or withdrawn.",
        ),
        (
            "active",
            "Logements dont au moins une annonce est en ligne. Sans type demandé : appartements, maisons et "
            "studios ensemble ; un logement de type inconnu n’est compté nulle part.",
            "Dwellings with at least one live advert. Where no type is asked: apartments, houses and studios "
            "together; a dwelling of unknown type is counted nowhere.",
        ),
        (
            "apartments",
            "Parmi les actifs, ceux de ce type ; de même houses (maisons) et studios.",
            "Of the active, those of this type; so are houses and studios.",
        ),
        (
            "added",
            "Logements vus pour la première fois ce jour, cette semaine (dès lundi) ou ce mois, à l’heure de "
            "Paris. Une remise en ligne par la même agence n’ajoute rien ; un logement qui revient plus tard "
            "chez une autre est compté comme nouveau.",
            "Dwellings first seen on this day, in this week (from Monday) or this month, by Paris time. "
            "A republication by the same agency adds nothing; a dwelling that comes back later at another "
            "one counts as new.",
        ),
        (
            "withdrawn",
            "Logements dont la dernière annonce en ligne a été retirée et qui ne sont pas revenus. Le départ "
            "d’une agence qui refuse d’être visitée n’est pas un retrait.",
            "Dwellings whose last live advert was withdrawn and that have not come back. An agency's opting "
            "out is no withdrawal.",
        ),
        (
            "price",
            f"Moyenne, quartiles, minimum et maximum des prix des logements actifs. Un logement en "
            "vente hors "
            f"de {_SALE[0]} à {_SALE[1]} €, ou en location hors de {_RENT[0]} à {_RENT[1]} € par mois, est "
            "compté mais son prix n’entre dans aucun chiffre ; les francs du Pacifique comptent à leur "
            "parité légale, aucune autre monnaie n’entre. La moyenne est tue là où, comparée à celles "
            f"des types ou des pièces, elle trahirait moins de {FEWEST} logements.",
            f"Average, quartiles, least and most of the active dwellings' prices. A home for sale outside "
            f"{_SALE[0]} to {_SALE[1]} €, or for rent outside {_RENT[0]} to {_RENT[1]} € a month, "
            "is counted, "
            "but its price enters no figure; francs of the Pacific count by their legal parity, no other "
            "currency does. The average is not told where, beside those of types or rooms, "
            f"it would betray fewer than {FEWEST} dwellings.",
        ),
        (
            "price_per_sqm",
            f"De même du prix divisé par la surface habitable, chaque logement pesant autant. Hors de "
            f"{_SALE_SQM[0]} à {_SALE_SQM[1]} €/m² (vente) ou de {_RENT_SQM[0]} à {_RENT_SQM[1]} €/m² par "
            "mois (location), il n’entre dans aucun chiffre.",
            f"The same of the price over the living area, each dwelling weighing alike. Outside "
            f"{_SALE_SQM[0]} to {_SALE_SQM[1]} €/m² (sale) or {_RENT_SQM[0]} to {_RENT_SQM[1]} €/m² a month "
            "(rent) it enters no figure.",
        ),
        (
            "age_days",
            "Jours depuis la première vue de chaque logement actif ; une remise en ligne ne la change pas.",
            "Days since each active dwelling was first seen; a republication does not restart it.",
        ),
        (
            "price_cuts",
            f"Logements dont une annonce a baissé son propre prix, faisant baisser celui du logement ; leur "
            f"part de ceux en offre, et la baisse médiane (la dernière de chacun). Au-delà de "
            f"{_CUT} %, c’est "
            "une erreur de lecture, pas une baisse.",
            f"Dwellings an advert of which lowered its own price and so the dwelling's; their share of those "
            f"on offer, and the median cut (each one's latest). Beyond {_CUT} % it is a "
            "misreading, not a cut.",
        ),
        (
            "days_to_withdrawal",
            "Jours entre la première vue et le retrait des logements retirés (de l’endroit, ou de "
            "la période).",
            "Days from first seen to withdrawal of the dwellings withdrawn (of the place, or of the period).",
        ),
        (
            "rent_per_sqm",
            "Loyer mensuel médian par m² des logements à louer, même endroit, même type, mêmes pièces.",
            "Median monthly rent per m² of the dwellings for rent, same place, same type, same rooms.",
        ),
        (
            "rent_number",
            "Logements à louer derrière rent_per_sqm : ceux dont le loyer et la surface sont connus.",
            "Dwellings for rent behind rent_per_sqm: those whose rent and surface are known.",
        ),
        (
            "gross_yield",
            "Douze loyers mensuels médians par m² divisés par le prix de vente médian par m², même endroit, "
            "même type, mêmes pièces. Brut : ni charges, ni impôts, ni vacance. Jamais tous types mêlés.",
            "Twelve median monthly rents per m² over the median sale price per m², same place, type and "
            "rooms. Gross: no charges, taxes or vacancy. Never of all types together.",
        ),
        (
            "history",
            "Semaines (dès lundi) ou mois de Paris, tels que connus à leur fin : une fusion ou "
            "une séparation "
            "d’annonces compte à partir du jour où elle est faite, et un passé clos ne change plus. Le stock "
            f"est celui de la fin. Une période qui offre moins de {FEWEST} logements est omise ; la moyenne "
            "n’y est pas dite.",
            "Weeks (from Monday) or months of Paris, as known at their end: merging or splitting adverts "
            "counts from the day it is done, and what has ended changes no more. The stock is that of the "
            f"end. A period that offers fewer than {FEWEST} dwellings is left out; averages are not told.",
        ),
        (
            "number",
            f"Logements derrière chaque chiffre. À moins de {FEWEST}, le chiffre est null.",
            f"Dwellings behind each figure. Below {FEWEST} the figure is null.",
        ),
        (
            "agencies",
            "Annonces en ligne de l’agence à l’endroit demandé : logements, jours en ligne (médiane), part "
            "des prix baissés, part des logements que nulle autre n’offre (exclusive_share), nouvelles "
            "annonces par mois, sans les remises en ligne, et les agences qui offrent les mêmes logements "
            "(overlap). D’une seule transaction, la vente à moins que la location soit demandée ; à moins de "
            f"{FEWEST} annonces ou logements, une médiane ou une part est null.",
            "The agency's live adverts in the area asked for: dwellings, median days on the market, share of "
            "prices cut, share of dwellings that no other offers (exclusive_share), new adverts by month "
            "without those put on line again, and the agencies that offer the same dwellings (overlap). "
            "Of one transaction, sale unless rent is asked for; a median or a share that fewer than "
            f"{FEWEST} adverts or dwellings would tell is null.",
        ),
        (
            "distribution",
            "Logements qui satisfont aux critères, chacun par son annonce la moins chère qui y satisfait ; "
            "au-delà d’un plafond, ceux des annonces les plus récentes (is_complete est faux).",
            "Dwellings that satisfy the criteria, each by its cheapest advert that does; beyond a limit, "
            "those of the newest adverts (is_complete is false).",
        ),
    )
)
