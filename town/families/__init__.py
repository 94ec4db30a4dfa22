"""The page families of the town, found by name: `families()["wp_habitat"]`."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from town.family import Family


def family_classes() -> Iterator[type[Family]]:
    """Every class under this package that names a family, each once."""
    for info in iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        for value in vars(module).values():
            here = isinstance(value, type) and value.__module__ == module.__name__
            if here and issubclass(value, Family) and "name" in vars(value):
                yield value


def families() -> dict[str, Family]:
    """One instance of every family, by its name, sorted."""
    return {cls.name: cls() for cls in sorted(family_classes(), key=lambda cls: cls.name)}
