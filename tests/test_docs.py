"""The documents keep up with the code: every setting is documented, with the default it really has."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cluster.cli import command
from crawl.robots import FRESH_FOR, STALE_FOR
from crawl.robots_rules import LONGEST_DELAY, read_rules
from extract.wishes import read_wishes
from models.settings import Settings

ROOT = Path(__file__).parents[1]
ROWS = {
    cells[0].strip("` "): cells[1].strip("` ")
    for line in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
    for cells in [line.strip("|").split("|")]
}
NAMES = sorted(name.upper() for name in Settings.model_fields)


def _commands(group: Any, name: str = "pignon") -> Iterator[tuple[str, Any]]:
    for word, child in group.commands.items():
        if hasattr(child, "commands"):
            yield from _commands(child, f"{name} {word}")
        else:
            yield f"{name} {word}", child


COMMANDS = dict(_commands(command()))
SECTIONS = {
    title: text
    for part in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8").split("\n## ")[1:]
    for title, _, text in [part.partition("\n")]
}


def _shown(default: Any) -> str:
    """A default as the document shows it; a dash for none."""
    if default is None or default == "":
        return "–"
    return (
        str(default).lower()
        if isinstance(default, bool)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_documented_with_its_default_and_shown_in_the_example(name: str) -> None:
    assert ROWS[name] == _shown(Settings.model_fields[name.lower()].default)
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert re.search(rf"^{name}=$", example, re.MULTILINE)


def test_no_setting_is_documented_that_does_not_exist() -> None:
    assert sorted(ROWS) == NAMES


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_is_documented_with_an_example_and_all_its_options(name: str) -> None:
    text = SECTIONS[name]
    assert f"$ {name}" in text
    for parameter in COMMANDS[name].params:
        for option in parameter.opts:
            assert not option.startswith("--") or option == "--help" or f"`{option}" in text, option


def test_no_command_is_documented_that_does_not_exist() -> None:
    assert sorted(SECTIONS) == sorted(COMMANDS)
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    known = {
        option for command in COMMANDS.values() for parameter in command.params for option in parameter.opts
    }
    ray_and_all = {"--help", "--head", "--runtime-env-json"}
    assert set(re.findall(r"--[a-z][a-z-]+", text)) <= known | ray_and_all


def test_a_decision_is_short_numbered_and_says_when_to_look_again() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert decisions
    assert [path.name[:3] for path in decisions] == [
        f"{number:03}" for number in range(1, len(decisions) + 1)
    ]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) < 40, path.name
        assert text.startswith(f"# {path.name[:3]}: "), path.name
        for part in ("**Rule.**", "**Context.**", "**Alternatives.**", "**Revisit**"):
            assert part in text, (path.name, part)


CRAWLING = (ROOT / "docs" / "crawling.md").read_text(encoding="utf-8")


def _examples(kind: str) -> list[tuple[list[str], str]]:
    """The blocks of one kind: the words behind it on the fence, and their text."""
    found = re.findall(rf"^```{kind}([^\n]*)\n(.*?)^```$", CRAWLING, re.MULTILINE | re.DOTALL)
    assert found
    return [(words.split(), text) for words, text in found]


def test_an_owner_is_shown_the_name_that_we_really_send() -> None:
    name = Settings(_env_file=None).user_agent
    assert [text.strip() for _, text in _examples("user-agent")] == [name]
    assert CRAWLING.count(name) == 2, "in French and in English"


def test_what_an_owner_is_told_to_write_does_what_it_says() -> None:
    for words, text in _examples("robots"):
        rules = read_rules(text)
        told = dict(zip(words[1::2], words[::2], strict=False))
        assert all(
            rules.allows(f"https://agence.example{path}") is (said == "yes") for path, said in told.items()
        )
        assert told or rules.crawl_delay == float(words[0])
    for words, text in _examples("x-robots-tag"):
        assert all(getattr(read_wishes(text), word) for word in words)


def test_an_owner_is_told_the_times_that_are_kept() -> None:
    default = Settings(_env_file=None).min_delay_between_requests
    for text in (f"au moins {default:g} secondes", f"at least {default:g} seconds"):
        assert text in CRAWLING
    hours, days = FRESH_FOR.total_seconds() / 3600, STALE_FOR.days
    for text in (f"toutes les {hours:g} heures", f"every {hours:g} hours", f"{days} jours", f"{days} days"):
        assert text in CRAWLING
    assert LONGEST_DELAY == 3600, "up to an hour"


def test_the_changelog_knows_the_version_of_the_distribution() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_is_the_one_that_the_distribution_names() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
