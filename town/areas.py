"""Where the town's agencies work: real communes with their usual prices, and fictitious streets.

Prices are orders of magnitude, euros per square metre, so that figures and maps look right.
"""

from dataclasses import dataclass
from enum import StrEnum

from town.model import Place


class Density(StrEnum):
    """What is built there."""

    CITY = "city"
    TOWN = "town"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class Commune:
    """A place, its prices per m² (sale, monthly rent), and what people say is near."""

    place: Place
    sale: int
    rent: float
    density: Density
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A group of communes that the same agencies share. `phone` begins a fictitious French number."""

    name: str
    phone: str
    court: str
    chamber: str
    communes: tuple[Commune, ...]
    sea: bool = False


def _commune(
    code: str, city: str, where: tuple[float, float], prices: tuple[int, float], density: Density,
    *near: str,
) -> Commune:  # fmt: skip
    insee, postal = code.split()
    return Commune(Place(insee, postal, city, *where), *prices, density, near)


CITY, TOWN, VILLAGE = Density.CITY, Density.TOWN, Density.VILLAGE
_METRO = ("du métro", "des commerces de la rue piétonne", "de la place du marché", "des écoles")
_TRAM = ("du tramway", "des commerces", "de la gare", "du groupe scolaire", "des facultés")
_SEA = ("des plages", "du port", "du marché couvert", "des sentiers côtiers")
_BOURG = ("du bourg", "de l'école", "de la boulangerie", "de l'arrêt de car", "du stade")

AREAS: tuple[Area, ...] = (
    Area("Paris et sa petite couronne", "01 99 00", "Paris", "7501", (
        _commune("75111 75011", "Paris 11e", (48.8594, 2.3765), (9900, 31), CITY, *_METRO),
        _commune("75115 75015", "Paris 15e", (48.8417, 2.3003), (9600, 30), CITY, *_METRO),
        _commune("93048 93100", "Montreuil", (48.8638, 2.4485), (6300, 23), CITY, *_METRO),
        _commune("94080 94300", "Vincennes", (48.8474, 2.4390), (8600, 27), CITY, *_METRO),
        _commune("93066 93200", "Saint-Denis", (48.9362, 2.3574), (3900, 19), CITY, *_METRO),
    )),
    Area("Lyon", "04 65 71", "Lyon", "6901", (
        _commune("69383 69003", "Lyon 3e", (45.7597, 4.8500), (4700, 16.5), CITY, *_METRO),
        _commune("69387 69007", "Lyon 7e", (45.7454, 4.8418), (4600, 16.5), CITY, *_METRO),
        _commune("69266 69100", "Villeurbanne", (45.7719, 4.8902), (3600, 15), CITY, *_TRAM),
        _commune("69034 69300", "Caluire-et-Cuire", (45.7953, 4.8472), (4200, 14.5), TOWN, *_TRAM),
    )),
    Area("la Côte d'Émeraude", "02 61 91", "Saint-Malo", "3502", (
        _commune("35288 35400", "Saint-Malo", (48.6493, -2.0067), (4600, 14), TOWN, *_SEA),
        _commune("35093 35800", "Dinard", (48.6311, -2.0587), (5200, 14.5), TOWN, *_SEA),
        _commune("35263 35350", "Saint-Coulomb", (48.6750, -1.9110), (4000, 12), VILLAGE, *_BOURG),
        _commune("35299 35350", "Saint-Méloir-des-Ondes", (48.6383, -1.9008), (3100, 11.5), VILLAGE, *_BOURG),
    ), sea=True),
    Area("Marseille et le pays d'Aix", "04 65 71", "Marseille", "1310", (
        _commune("13208 13008", "Marseille 8e", (43.2700, 5.3850), (4700, 16.5), CITY, *_SEA),
        _commune("13001 13100", "Aix-en-Provence", (43.5297, 5.4474), (5500, 18), TOWN, *_TRAM),
        _commune("13022 13260", "Cassis", (43.2140, 5.5396), (6800, 19), VILLAGE, *_SEA),
    ), sea=True),
    Area("Bordeaux et le Bassin", "05 36 49", "Bordeaux", "3302", (
        _commune("33063 33000", "Bordeaux", (44.8378, -0.5792), (4500, 16.5), CITY, *_TRAM),
        _commune("33281 33700", "Mérignac", (44.8386, -0.6436), (3600, 14), TOWN, *_TRAM),
        _commune("33009 33120", "Arcachon", (44.6560, -1.1681), (8200, 19), TOWN, *_SEA),
    )),
    Area("la métropole lilloise", "03 53 01", "Lille Métropole", "5910", (
        _commune("59350 59000", "Lille", (50.6293, 3.0572), (3500, 15.5), CITY, *_METRO),
        _commune("59512 59100", "Roubaix", (50.6927, 3.1778), (1700, 11.5), CITY, *_METRO),
        _commune("59163 59170", "Croix", (50.6783, 3.1500), (2600, 12.5), TOWN, *_TRAM),
    )),
    Area("la Corse", "04 65 71", "Ajaccio", "2001", (
        _commune("2A004 20000", "Ajaccio", (41.9272, 8.7346), (3800, 14.5), TOWN, *_SEA),
        _commune("2A247 20137", "Porto-Vecchio", (41.5911, 9.2795), (4900, 15.5), TOWN, *_SEA),
        _commune("2B033 20200", "Bastia", (42.6973, 9.4503), (3000, 12.5), TOWN, *_SEA),
    ), sea=True),
    Area("le pays de Brive", "05 36 49", "Brive", "1901", (
        _commune("19031 19100", "Brive-la-Gaillarde", (45.1592, 1.5333), (1550, 9), TOWN, *_BOURG),
        _commune("19272 19000", "Tulle", (45.2667, 1.7667), (1150, 8), TOWN, *_BOURG),
        _commune("19072 19270", "Donzenac", (45.2260, 1.5250), (1450, 8.5), VILLAGE, *_BOURG),
        _commune("19274 19270", "Ussac", (45.1960, 1.5120), (1500, 8.5), VILLAGE, *_BOURG),
    )),
)  # fmt: skip

STREETS: tuple[str, ...] = (
    "rue des Tilleuls", "rue du Four-Banal", "avenue des Acacias", "rue de la Fontaine-Verte",
    "place du Vieux-Puits", "allée des Mésanges", "rue des Trois-Cailloux", "boulevard des Platanes",
    "rue du Moulin-Brûlé", "impasse des Lavandières", "rue de l'Horloge", "chemin des Amandiers",
    "rue Jeanne-Lavigne", "rue Paul-Estève", "avenue Marcel-Rouvière", "rue des Tanneurs",
    "quai des Bateliers", "rue du Chapeau-Rouge", "rue des Orfèvres", "cours des Marronniers",
    "rue Émile-Castelnau", "villa des Glycines", "rue du Puits-Neuf", "chemin de la Garenne",
)  # fmt: skip
