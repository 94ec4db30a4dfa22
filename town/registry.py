"""The page families there are: every `Family` defined in a module of `town.families`, by name."""

import importlib
import inspect
import pkgutil
from functools import cache

import town.families
from town.family import Family


@cache
def families() -> tuple[Family, ...]:
    """One instance of each family, sorted by name."""
    found: dict[str, Family] = {}
    for module in pkgutil.iter_modules(town.families.__path__):
        contents = vars(importlib.import_module(f"town.families.{module.name}"))
        for kind in contents.values():
            if inspect.isclass(kind) and issubclass(kind, Family) and "name" in vars(kind):
                found[kind.name] = kind()
    return tuple(found[name] for name in sorted(found))


def family_named(name: str) -> Family:
    """The family of that name; KeyError when there is none."""
    return {family.name: family for family in families()}[name]
