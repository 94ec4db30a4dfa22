"""docs/privacy.md lists every column that holds anything of a person, and no other."""

import re
from pathlib import Path

from sqlalchemy import Engine

from models.settings import Settings
from models.tables import Base
from serve.personal.belongings import is_secret
from serve.personal.dormant import GRACE, MOST
from tests.serve.personal.belongings import personal_tables

DOCS = (Path(__file__).parents[3] / "docs" / "privacy.md").read_text("utf-8")
SECTIONS = {
    title.partition(":")[0]: text
    for part in DOCS.split("\n## ")[1:]
    for title, _, text in [part.partition("\n")]
    if ": " in title
}


def _told(section: str) -> list[tuple[str, bool]]:
    """The columns of a section's table, and whether an export keeps them back."""
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [(name, bool(mark)) for cell in cells for name, mark in re.findall(r"`(\w+)`( †)?", cell)]


def test_every_table_that_refers_to_users_is_told_with_every_column(engine: Engine) -> None:
    assert set(SECTIONS) == set(personal_tables(engine))
    for name, section in SECTIONS.items():
        columns = [(column.name, is_secret(column)) for column in Base.metadata.tables[name].columns]
        assert sorted(_told(section)) == sorted(columns), name


def test_the_times_that_are_told_are_the_settings_defaults() -> None:
    told = dict(re.findall(r"`(\w+_RETENTION_DAYS)`, (\d+)", DOCS))
    assert told == {
        name.upper(): str(field.default)
        for name, field in Settings.model_fields.items()
        if name.endswith("_retention_days")
    }
    months = Settings.model_fields["dormant_after_months"].default
    assert f"After `DORMANT_AFTER_MONTHS`, {months}, without" in DOCS
    assert f"erased {GRACE.days} days after it was sent" in DOCS
    assert f"{MOST} accounts at a time" in DOCS
