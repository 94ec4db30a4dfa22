"""Jinja for the page families: one cached environment per family, with French filters.

Templates live in `templates/<family>/`; those in `templates/shared/` are boilerplate text only.
Knows no family; what a family prints is its templates' business.
"""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from town.families import words
from town.model import date_of

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(name: str) -> Environment:
    """The environment of one family: autoescape on, undefined names are errors."""
    env = Environment(
        loader=FileSystemLoader([TEMPLATES / name, TEMPLATES / "shared"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.policies["json.dumps_kwargs"] = {"sort_keys": False, "ensure_ascii": False}
    env.filters.update(
        number=words.number,
        euros=words.euros,
        m2=words.m2,
        slug=words.slug,
        hashed=words.hashed,
        date_fr=words.date_fr,
        date_short=words.date_short,
        type_fr=words.type_of,
    )
    env.globals.update(date_of=date_of, feature_words=words.FEATURE_WORDS, feature_list=words.feature_list)
    return env


def render(name: str, template: str, **context: Any) -> str:
    """`template` of the family `name`, filled. Raises `jinja2.UndefinedError` on a missing name."""
    return environment(name).get_template(template).render(**context)
