"""Areas as the figures name them: `fr`, `dep:69`, `insee:69383`, `cp:69003`."""

from models.places import Places
from serve.answers import ParameterProblem
from serve.location import located
from serve.statistics.answers import Area
from serve.statistics.criteria import AreaQuery

#: Cities whose arrondissements have codes of their own: by the code of any of them, the city's name.
_WHOLE = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}


def areas_of(query: AreaQuery, places: Places) -> list[str] | ParameterProblem:
    """The areas asked for, each once; the problem of a city that is none, or several."""
    found = [f"cp:{code}" for code in query.postal_code]
    found += [f"insee:{code}" for code in query.insee_code]
    found += [f"dep:{code}" for code in query.department]
    if query.city:
        told = _commune(query.city, places)
        if isinstance(told, ParameterProblem):
            return told
        found.append(f"insee:{told}")
    return list(dict.fromkeys(found)) or ["fr"]


def area_of(key: str, places: Places) -> Area:
    """An area with its name, where it is known."""
    kind, _, code = key.partition(":")
    if kind == "fr":
        return Area(kind="country", code="FR", name="France")
    if kind == "dep":
        return Area(kind="department", code=code, name=None)
    if kind == "cp":
        return Area(kind="postal_code", code=code, name=", ".join(places.names(code)) or None)
    named = places.by_insee(code)
    return Area(kind="commune", code=code, name=_WHOLE.get(code) or (named[0].city if named else None))


def _commune(city: str, places: Places) -> str | ParameterProblem:
    there = located(places, city)
    codes = {code for commune in there.communes for code in commune.insee_codes}
    codes |= {place.insee_code for code in there.postal_codes for place in places.by_postal_code(code)}
    whole = codes & _WHOLE.keys()
    is_one = len(there.communes) + len(there.postal_codes) == 1
    if is_one and (len(codes) == 1 or len(whole) == 1):
        return (whole or codes).pop()
    line = "is several communes; tell its postal code too, or insee_code" if codes else "is no known commune"
    return ParameterProblem(parameter="city", message=line)
