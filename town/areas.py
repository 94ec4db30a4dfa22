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

    @property
    def sea(self) -> bool:
        """Whether one may see the sea from there."""
        return self.near is _SEA


@dataclass(frozen=True, slots=True)
class Area:
    """A group of communes that the same agencies share. `phone` begins a fictitious French number."""

    name: str
    phone: str
    court: str
    chamber: str
    communes: tuple[Commune, ...]


CITY, TOWN, VILLAGE = Density.CITY, Density.TOWN, Density.VILLAGE
_METRO = ("du métro", "des commerces de la rue piétonne", "de la place du marché", "des écoles")
_TRAM = ("du tramway", "des commerces", "de la gare", "du groupe scolaire", "des facultés")
_SEA = ("des plages", "du port", "du marché couvert", "des sentiers côtiers")
_BOURG = ("du bourg", "de l'école", "de la boulangerie", "de l'arrêt de car", "du stade")


def _commune(
    code: str, city: str, where: tuple[float, float], prices: tuple[int, float], density: Density,
    *, near: tuple[str, ...],
) -> Commune:  # fmt: skip
    insee, postal = code.split()
    return Commune(Place(insee, postal, city, *where), *prices, density, near)


AREAS: tuple[Area, ...] = (
    Area("Paris et sa petite couronne", "01 99 00", "Paris", "7501", (
        _commune("75111 75011", "Paris 11e", (48.859, 2.380), (9900, 31), CITY, near=_METRO),
        _commune("75115 75015", "Paris 15e", (48.840, 2.293), (9600, 30), CITY, near=_METRO),
        _commune("93048 93100", "Montreuil", (48.863, 2.448), (6300, 23), CITY, near=_METRO),
        _commune("94080 94300", "Vincennes", (48.847, 2.438), (8600, 27), CITY, near=_METRO),
        _commune("93066 93200", "Saint-Denis", (48.930, 2.359), (3900, 19), CITY, near=_METRO),
    )),
    Area("Lyon", "04 65 71", "Lyon", "6901", (
        _commune("69383 69003", "Lyon 3e", (45.753, 4.869), (4700, 16.5), CITY, near=_METRO),
        _commune("69386 69006", "Lyon 6e", (45.773, 4.852), (5600, 17.5), CITY, near=_METRO),
        _commune("69387 69007", "Lyon 7e", (45.733, 4.838), (4600, 16.5), CITY, near=_METRO),
        _commune("69266 69100", "Villeurbanne", (45.771, 4.889), (3600, 15), TOWN, near=_TRAM),
    )),
    Area("la Bretagne", "02 61 91", "Saint-Malo", "3502", (
        _commune("35288 35400", "Saint-Malo", (48.640, -1.981), (4600, 14), TOWN, near=_SEA),
        _commune("56260 56000", "Vannes", (47.660, -2.757), (4100, 13.5), TOWN, near=_SEA),
        _commune("56121 56100", "Lorient", (47.750, -3.378), (3000, 12), TOWN, near=_SEA),
        _commune("35238 35000", "Rennes", (48.112, -1.682), (3900, 14.5), CITY, near=_METRO),
    )),
    Area("Marseille et le pays d'Aix", "04 65 71", "Marseille", "1310", (
        _commune("13208 13008", "Marseille 8e", (43.250, 5.385), (4700, 16.5), CITY, near=_SEA),
        _commune("13001 13100", "Aix-en-Provence", (43.536, 5.398), (5500, 18), TOWN, near=_TRAM),
        _commune("13109 13100", "Le Tholonet", (43.522, 5.512), (6100, 18), VILLAGE, near=_BOURG),
        _commune("13095 13100", "Saint-Marc-Jaumegarde", (43.547, 5.522), (5900, 17), VILLAGE, near=_BOURG),
    )),
    Area("Bordeaux et le Bassin", "05 36 49", "Bordeaux", "3302", (
        _commune("33063 33000", "Bordeaux", (44.857, -0.574), (4500, 16.5), CITY, near=_TRAM),
        _commune("33281 33700", "Mérignac", (44.843, -0.678), (3600, 14), TOWN, near=_TRAM),
        _commune("33009 33120", "Arcachon", (44.653, -1.174), (8200, 19), TOWN, near=_SEA),
    )),
    Area("la métropole lilloise", "03 53 01", "Lille Métropole", "5910", (
        _commune("59350 59000", "Lille", (50.631, 3.047), (3500, 15.5), CITY, near=_METRO),
        _commune("59512 59100", "Roubaix", (50.688, 3.182), (1700, 11.5), TOWN, near=_METRO),
        _commune("59009 59650", "Villeneuve-d'Ascq", (50.632, 3.153), (2600, 13), TOWN, near=_METRO),
        _commune("59346 59260", "Lezennes", (50.614, 3.114), (2700, 13), VILLAGE, near=_BOURG),
    )),
    Area("la Corse", "04 65 71", "Ajaccio", "2001", (
        _commune("2A004 20000", "Ajaccio", (41.926, 8.734), (3800, 14.5), TOWN, near=_SEA),
        _commune("2A001 20167", "Afa", (41.981, 8.799), (3300, 13), VILLAGE, near=_BOURG),
        _commune("2A006 20167", "Alata", (41.974, 8.736), (3400, 13), VILLAGE, near=_BOURG),
        _commune("2B033 20200", "Bastia", (42.693, 9.446), (3000, 12.5), TOWN, near=_SEA),
        _commune("2B353 20200", "Ville-di-Pietrabugno", (42.717, 9.448), (3100, 12.5), VILLAGE, near=_SEA),
    )),
    Area("l'Ain", "04 65 71", "Bourg-en-Bresse", "0101", (
        _commune("01053 01000", "Bourg-en-Bresse", (46.205, 5.246), (2100, 10.5), TOWN, near=_BOURG),
        _commune("01283 01100", "Oyonnax", (46.257, 5.655), (1450, 9.5), TOWN, near=_BOURG),
        _commune("01014 01100", "Arbent", (46.283, 5.680), (1700, 9.5), VILLAGE, near=_BOURG),
        _commune("01031 01100", "Bellignat", (46.243, 5.632), (1600, 9.5), VILLAGE, near=_BOURG),
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
