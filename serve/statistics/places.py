"""Areas as the figures name them: `fr`, `dep:69`, `insee:69383`, `cp:69003`."""

from models.place_areas import DEPARTMENTS
from models.places import Places
from serve.answers import ParameterProblem
from serve.location import Location, called, located
from serve.statistics.answers import Area
from serve.statistics.criteria import AreaQuery

#: Cities whose arrondissements have codes of their own: by the code of any of them, the city's name.
_WHOLE = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}


def areas_of(query: AreaQuery, places: Places) -> list[str] | ParameterProblem:
    """The areas asked for, each once; the problem of a city that is unknown, or several of one name."""
    found = [f"cp:{code}" for code in query.postal_code]
    found += [f"insee:{code}" for code in query.insee_code]
    found += [f"dep:{code}" for code in query.department]
    if query.city:
        there = located(places, query.city)
        communes = [_code(commune) for commune in there.communes]
        if None in communes:
            known = all(commune.insee_codes for commune in there.communes)
            line = "is several communes; tell its postal code too, or insee_code"
            return ParameterProblem(parameter="city", message=line if known else "is no known place")
        found += [f"insee:{code}" for code in communes]
        found += [f"cp:{code}" for code in there.postal_codes]
        found += [f"dep:{code}" for code in there.departments]
    return list(dict.fromkeys(found)) or ["fr"]


def area_of(key: str, places: Places) -> Area:
    """An area with its name, where it is known."""
    kind, _, code = key.partition(":")
    if kind == "fr":
        return Area(kind="country", code="FR", name="France")
    if kind == "dep":
        return Area(kind="department", code=code, name=DEPARTMENTS.get(code))
    if kind == "cp":
        return Area(kind="postal_code", code=code, name=", ".join(places.names(code)) or None)
    named = places.by_insee(code)
    return Area(kind="commune", code=code, name=_WHOLE.get(code) or (called(named[0]) if named else None))


def _code(commune: Location) -> str | None:
    """Its INSEE code, of Paris, Lyon and Marseille the whole city's; None when it is none or several."""
    codes = set(commune.insee_codes)
    either = codes if len(codes) == 1 else codes & _WHOLE.keys()
    return either.pop() if len(either) == 1 else None
