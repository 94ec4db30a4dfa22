"""The command line as people mistype it: one clear line, the right exit code, no traceback, nothing lost."""

import json
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.cli import command
from cluster.console import run
from models.listing import LISTING_FIELDS
from tests.cluster.command import Pignon, Ran, free_port

COMMANDS = [
    *((name,) for name, sub in command().commands.items() if not hasattr(sub, "commands")),
    *((name, leaf) for name, sub in command().commands.items() for leaf in getattr(sub, "commands", {})),
]

PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Product",
"name": "{title}", "offers": {{"@type": "Offer", "price": {price}, "priceCurrency": "EUR"}}}}</script>
</head><body><h1>{title}</h1><p class="price">{price} €</p>
<p>À vendre à Rennes (35000), appartement de 3 pièces, 62 m², deux chambres, troisième étage.</p>
</body></html>"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Three saved pages, one of them in a folder below, and a file that is no page."""
    folder = tmp_path / "pages"
    (folder / "below").mkdir(parents=True)
    for at, name in enumerate(["b.html", "a.html", "below/c.htm"]):
        text = PAGE.format(title=f"Appartement 3 pièces n° {at}", price=201_000 + at)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "notes.txt").write_text("not a page")
    return folder


@pytest.fixture
def here(
    pignon: Pignon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Pignon]:
    """As `pignon`, in this very process: for the many mistakes that are told before any work begins."""

    class Here(Pignon):
        def __call__(self, *arguments: str, timeout: float = 0, **variables: str) -> Ran:
            monkeypatch.chdir(self.folder())
            for name, value in self.environment(variables).items():
                monkeypatch.setenv(name, value)
            code = run(command, arguments)
            return Ran(code, *capsys.readouterr())

    handlers = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)]
    yield Here(pignon.home, pignon.variables)
    for number, handler in handlers:
        signal.signal(number, handler)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


# Help and typing mistakes --------------------------------------------------------------------


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_shows_an_example_of_it(words: tuple[str, ...]) -> None:
    shown = command()
    for word in words:
        shown = shown.commands[word]
    with shown.make_context(" ".join(("pignon", *words)), [], resilient_parsing=True) as context:
        assert f"Example: pignon {' '.join(words)}" in shown.get_help(context)


def test_help_exits_with_0_and_needs_neither_ray_nor_a_database(pignon: Pignon) -> None:
    ran = pignon("crawl", "--help", PYTHONPROFILEIMPORTTIME="1")
    assert ran.code == 0
    assert "Example: pignon crawl https://" in ran.out
    assert re.search(r"\| +typer$", ran.err, re.MULTILINE)
    assert not re.search(r"\| +(ray|sqlalchemy|selectolax)$", ran.err, re.MULTILINE)
    assert not pignon.home.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("crawl --xyz", "pignon crawl: No such option: --xyz. Try: pignon crawl --help"),
        ("crowl", "pignon: No such command 'crowl'. Did you mean 'crawl'? Try: pignon --help"),
        ("extract", "pignon extract: Missing argument 'FILE|DIR|URL'. Try: pignon extract --help"),
        ("serve --port 70000", "--port"),
        ("demo --days many", "--days"),
        ("places fnid Paris", "No such command 'fnid'"),
        ("crawl", "pignon: Name a site to visit, or say --due or --postal-code 75015."),
        ("crawl htp:/x", "“htp:/x” is no web address; it should look like https://agence.example."),
        ("crawl agence", "“agence” is no web address"),
        ("crawl https://agence.example http//typo", "“http//typo” is no web address"),
        ("crawl http://127.0.0.1/", "pignon: “http://127.0.0.1/”"),
        ("crawl https://agence.example --out nowhere/x.jsonl", "nowhere"),
        ("dedup --in x.jsonl", "--in and --out go together"),
        ("dedup --pairs x.jsonl", "--pairs goes with --in and --out"),
        ("dedup --in x.jsonl --out y.jsonl", "Cannot read x.jsonl"),
        ("evaluate nowhere", "nowhere has no labels.jsonl"),
        ("extract nowhere.html", "There is no file, folder or web address 'nowhere.html'."),
        ("places import nowhere.csv", "Cannot read nowhere.csv"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_line_and_exit_2(
    here: Pignon, pignon: Pignon, words: str, said: str
) -> None:
    ran = here(*words.split())
    assert ran.code == 2
    assert said in ran.error
    assert ran.out == ""
    assert not (pignon.home / "postgres").exists(), "a database was made for nothing"


# Ports, databases, settings ------------------------------------------------------------------


@pytest.mark.parametrize("command", ["serve", "demo", "town", "town --mean", "town --fleet 5"])
def test_a_taken_port_is_told_before_anything_is_started(
    pignon: Pignon, taken_port: int, command: str
) -> None:
    ran = pignon(*command.split(), "--port", str(taken_port))
    assert ran.code == 1
    assert str(taken_port) in ran.error
    assert "in use" in ran.error
    assert not pignon.home.exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://someone:kept-secret@127.0.0.1:{port}/x", "does not answer"),
        ("mysql://someone:kept-secret@127.0.0.1/x", "DATABASE_URL names mysql; Pignon needs PostgreSQL."),
        ("kept-secret", "DATABASE_URL cannot be read"),
    ],
)
@pytest.mark.parametrize("words", ["crawl https://agence.example", "db upgrade"])
def test_a_wrong_database_url_is_told_without_its_password(
    here: Pignon, address: str, said: str, words: str
) -> None:
    ran = here(*words.split(), DATABASE_URL=address.format(port=free_port()))
    assert ran.code == 1
    assert said in ran.error
    assert "kept-secret" not in ran.error


def test_a_wrong_setting_is_told_by_its_name(here: Pignon) -> None:
    ran = here("crawl", "--due", MAX_CONCURRENT_REQUESTS="lots")
    assert ran.code == 2
    assert "MAX_CONCURRENT_REQUESTS" in ran.error


def test_a_home_that_cannot_be_made_is_told(here: Pignon, pignon: Pignon) -> None:
    pignon.home.write_text("a file")
    ran = here("db", "upgrade")
    assert ran.code == 1
    assert str(pignon.home) in ran.error


def test_the_database_is_upgraded_and_a_second_time_changes_nothing(pignon: Pignon) -> None:
    for _ in range(2):
        ran = pignon("db", "upgrade")
        assert (ran.code, ran.out, ran.err) == (0, "The database is up to date.\n", "")


# Reading pages -------------------------------------------------------------------------------


def test_extract_prints_one_object_per_page_in_the_documented_format_and_input_order(
    pignon: Pignon, pages: Path
) -> None:
    lone = str(pages / "below" / "c.htm")
    ran = pignon("extract", lone, str(pages), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert [row["file"] for row in ran.rows] == [
        lone,
        *(str(pages / name) for name in ("a.html", "b.html", "below/c.htm")),
    ]
    for row in ran.rows:
        assert list(row) == [
            *("file", "url", "kind", "reason", "platform"),
            *("listing", "links", "next", "evidence", "seconds"),
        ]
        assert row["kind"] == "detail"
        assert set(row["listing"]) == set(LISTING_FIELDS)
        assert set(row["evidence"]["price"]) == {"source", "raw", "confidence"}
        assert row["url"] == f"https://page.invalid/{Path(row['file']).name}"
    assert [row["listing"]["price"] for row in ran.rows] == [201_002, 201_001, 201_000, 201_002]


def test_extract_takes_the_address_of_a_lone_file_and_of_no_more(pignon: Pignon, pages: Path) -> None:
    address = "https://agence.example/bien/12"
    ran = pignon("extract", str(pages / "a.html"), "--url", address, "--json")
    assert [row["url"] for row in ran.rows] == [address]
    ran = pignon("extract", str(pages), "--url", address)
    assert ran.code == 2
    assert "--url" in ran.error


def test_extract_takes_the_address_that_a_saved_page_gives_itself(pignon: Pignon, tmp_path: Path) -> None:
    own = "https://agence.example/bien/12"
    head = {"a": f'<link href="{own}" rel="canonical">', "b": f"<meta property=og:url content={own}>"}
    for name, tag in head.items():
        (tmp_path / f"{name}.html").write_text(f"<html><head>{tag}</head><body><h1>Bien</h1></body></html>")
    ran = pignon("extract", str(tmp_path), "--json")
    assert [row["url"] for row in ran.rows] == [own, own]


def test_extract_goes_on_past_a_page_that_cannot_be_read_and_says_so(pignon: Pignon, pages: Path) -> None:
    ran = pignon("extract", "http://127.0.0.1:1/", str(pages / "a.html"), "--json")
    assert [Path(row["file"]).name for row in ran.rows] == ["a.html"]
    assert ran.code == 2
    assert "http://127.0.0.1:1/ gave no page" in ran.err


def test_extract_tells_a_folder_without_pages_from_one_that_was_read(pignon: Pignon, tmp_path: Path) -> None:
    ran = pignon("extract", str(tmp_path), "--json")
    assert ran.code == 2
    assert str(tmp_path) in ran.error


def test_extract_shows_a_person_what_it_read(pignon: Pignon, pages: Path) -> None:
    ran = pignon("extract", str(pages / "a.html"))
    assert ran.code == 0
    assert re.search(r"price +201001 +json_ld", ran.out.replace("-", "_"))


def test_a_reader_that_leaves_early_hears_no_complaint(pignon: Pignon, pages: Path) -> None:
    for number in range(200):
        shutil.copy(pages / "a.html", pages / f"z{number}.html")
    line = f"{' '.join(pignon.line(('extract', str(pages), '--json')))} | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        env=pignon.environment({}),
        cwd=pignon.folder(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["file"].endswith("a.html")


# Places and properties -----------------------------------------------------------------------


def test_a_place_is_found_under_its_spelling_and_a_strange_one_is_null(pignon: Pignon) -> None:
    ran = pignon("places", "find", "Paris 15e", "--json")
    assert ran.code == 0
    assert ran.rows[0]["insee_code"] == "75115"
    ran = pignon("places", "find", "Zzyzx", "--json")
    assert ran.out == "null\n"
    assert (ran.code, "Zzyzx" in ran.error) == (2, True)


def test_an_imported_directory_is_what_find_reads(pignon: Pignon, tmp_path: Path) -> None:
    file = tmp_path / "official.csv"
    file.write_text(
        "code_commune_insee;nom_de_la_commune;code_postal;libelle_d_acheminement;ligne_5;_geopoint\n"
        "01002;L ABERGEMENT DE VAREY;01640;L ABERGEMENT DE VAREY;;46.0091, 5.4287\n",
        encoding="utf-8",
    )
    ran = pignon("places", "import", str(file))
    assert ran.code == 0
    assert ran.out.startswith("1 communes with 1 postal codes imported")
    assert pignon("places", "find", "01640").out == "01640 L'Abergement-de-Varey, INSEE 01002\n"


def test_dedup_reads_anyones_file_and_tells_what_it_left_out(pignon: Pignon, tmp_path: Path) -> None:
    flat = {
        "transaction": "sale",
        "property_type": "apartment",
        "price": "200 000",
        "surface": "62.4",
        "rooms": 3,
        "postal_code": "35000",
        "city": "Rennes",
        "description": "Au troisième étage d'une petite copropriété de la rue Saint-Hélier, appartement "
        "traversant de trois pièces avec balcon plein sud, cave et garage fermé en sous-sol.",
    }
    rows = [
        flat | {"id": "one", "agency": "a", "price": 200_000},
        flat | {"id": "two", "agency": "b", "price": 200_000},
        {"id": "other", "agency": "a", "price": 90_000, "surface": 20, "postal_code": "75015"},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join([*map(json.dumps, rows), "{broken"]), encoding="utf-8")
    names = {name: str(tmp_path / f"{name}.jsonl") for name in ("in", "out", "pairs")}
    ran = pignon("dedup", "--in", names["in"], "--out", names["out"], "--pairs", names["pairs"], "--json")
    assert ran.code == 0
    assert ran.error.startswith("left out, line 4")
    assert ran.rows[0]["listings"] == 3
    out = [json.loads(line) for line in Path(names["out"]).read_text().splitlines()]
    assert [row["id"] for row in out] == ["one", "two", "other"]
    assert out[0]["property_id"] == out[1]["property_id"] != out[2]["property_id"]
    pairs = [json.loads(line) for line in Path(names["pairs"]).read_text().splitlines()]
    assert {"a", "b", "probability", "reasons"} == set(pairs[0])
