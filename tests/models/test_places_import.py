"""The official postal directory is read in both its styles; a bad file changes nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models import places_import
from models.errors import InputError, ServiceError
from models.place_names import display_name
from models.places import DIRECTORY, Places
from models.places_import import import_places

NEW = """"code_commune_insee","nom_de_la_commune","code_postal","libelle_d_acheminement","ligne_5","_geopoint"
"01344","ST DENIS LES BOURG","01000","ST DENIS LES BOURG",,"46.2096863,5.1824741"
"01053","BOURG EN BRESSE","01000","BOURG EN BRESSE",,"46.20270155,5.2469113"
"01053","BOURG EN BRESSE","01000","BOURG EN BRESSE","BROU","46.20270155,5.2469113"
"75115","PARIS 15","75015","PARIS",,"48.84,2.29"
"2A004","AJACCIO","20000","AJACCIO",,"41.92,8.70"
"85212","STE FLORENCE","85140","STE FLORENCE",,
"85212","STE FLORENCE","85140","STE FLORENCE",,
"""
OLD = """Code_commune_INSEE;Nom_commune;Code_postal;Ligne_5;Libellé_d_acheminement;coordonnees_gps\r
1344;ST DENIS LES BOURG;1000;;ST DENIS LES BOURG;46.2096863, 5.1824741\r
01053;BOURG EN BRESSE;01000;;BOURG EN BRESSE;46.20270155, 5.2469113\r
2B033;BASTIA;20200;;BASTIA;42.68, 9.43\r
59009;VILLENEUVE D ASCQ;59650;;VILLENEUVE D ASCQ;50.63, 3.15\r
"""


def test_the_present_style_is_read(tmp_path: Path) -> None:
    (tmp_path / "official.csv").write_text(NEW, encoding="utf-8")
    report = import_places(tmp_path / "official.csv", tmp_path / "home")
    assert (report.rows, report.skipped, report.communes, report.postal_codes) == (7, 0, 5, 4)
    assert report.without_coordinates == 1
    places = Places.load(tmp_path / "home")
    assert places.names("01000") == ("Saint-Denis-les-Bourg", "Bourg-en-Bresse")
    paris = places.resolve("Paris 15e")
    assert paris is not None
    assert (paris.insee_code, paris.city, paris.latitude) == ("75115", "Paris", 48.84)
    assert paris.population == Places.shipped().by_insee("75115")[0].population
    brou = places.resolve("Brou", "01000")
    assert brou is not None
    assert brou.insee_code == "01053"
    florence = places.resolve("Sainte Florence")
    assert florence is not None
    assert florence.latitude is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_the_older_style_is_read_in_its_encodings_with_eaten_zeros(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "official.csv").write_bytes(OLD.encode(encoding))
    assert import_places(str(tmp_path / "official.csv"), tmp_path).communes == 4
    places = Places.load(tmp_path)
    assert [place.insee_code for place in places.by_postal_code("01000")] == ["01344", "01053"]
    ascq = places.resolve("villeneuve d'ascq")
    assert ascq is not None
    assert ascq.city == "Villeneuve-d'Ascq"
    assert ascq.longitude == 3.15


def test_broken_rows_are_skipped_and_counted(tmp_path: Path) -> None:
    broken = '"","NOWHERE","01000"\n"01999","","01000"\n"01998","SHORT"\n"XX","Y","Z"\n'
    broken += '"01997","BAD POINT","01500","","","north"\n'
    (tmp_path / "official.csv").write_text(NEW + broken, encoding="utf-8")
    report = import_places(tmp_path / "official.csv", tmp_path)
    assert (report.rows, report.skipped, report.communes) == (12, 4, 6)
    assert Places.load(tmp_path).by_insee("01997")[0].latitude is None


@pytest.mark.parametrize("content", ["", "<html>Not found</html>", "a,b\n1,2\n", NEW.split("\n", 1)[0]])
def test_a_file_that_is_no_directory_is_refused_and_the_old_one_kept(tmp_path: Path, content: str) -> None:
    (tmp_path / "official.csv").write_text(NEW, encoding="utf-8")
    import_places(tmp_path / "official.csv", tmp_path)
    before = (tmp_path / DIRECTORY).read_bytes()
    (tmp_path / "official.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        import_places(tmp_path / "official.csv", tmp_path)
    assert (tmp_path / DIRECTORY).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["official.csv", DIRECTORY])


def test_a_missing_file_or_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        import_places(tmp_path / "nowhere.csv", tmp_path)
    (tmp_path / "official.csv").write_text(NEW, encoding="utf-8")
    with pytest.raises(ServiceError, match="Cannot write"):
        import_places(tmp_path / "official.csv", tmp_path / "official.csv" / "below")


@pytest.fixture
def publisher() -> Iterator[str]:
    """A web server that publishes the directory at /official.csv and nothing else."""

    class Publisher(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/official.csv"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(NEW.encode() if found else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_directory_is_downloaded_from_its_publisher(
    tmp_path: Path, publisher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places_import, "OFFICIAL_ADDRESS", f"{publisher}/official.csv")
    assert import_places(None, tmp_path).communes == 5


def test_a_publisher_that_fails_is_one_clear_line_with_the_way_out(tmp_path: Path, publisher: str) -> None:
    with pytest.raises(ServiceError, match="pignon places import FILE"):
        import_places(f"{publisher}/gone.csv", tmp_path)
    with pytest.raises(ServiceError, match="pignon places import FILE"):
        import_places("http://127.0.0.1:9/official.csv", tmp_path)
    assert not (tmp_path / DIRECTORY).exists()


def test_a_source_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places_import, "MAX_BYTES", 100)
    (tmp_path / "official.csv").write_text(NEW, encoding="utf-8")
    with pytest.raises(InputError, match="larger"):
        import_places(tmp_path / "official.csv", tmp_path)


@pytest.mark.parametrize(
    ("official", "shown"),
    [
        ("ST DENIS", "Saint-Denis"),
        ("LE HAVRE", "Le Havre"),
        ("L HAY LES ROSES", "L'Hay-les-Roses"),
        ("VILLENEUVE D ASCQ", "Villeneuve-d'Ascq"),
        ("ST ETIENNE", "Saint-Étienne"),
        ("STE FOY LES LYON", "Sainte-Foy-les-Lyon"),
        ("NOISY LE GRAND", "Noisy-le-Grand"),
        ("LES SABLES D OLONNE", "Les Sables-d'Olonne"),
        ("PARIS", "Paris"),
        ("Évry-Courcouronnes", "Évry-Courcouronnes"),
    ],
)
def test_official_capitals_become_a_readable_name(official: str, shown: str) -> None:
    assert display_name(official) == shown
