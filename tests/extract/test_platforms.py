"""Platforms: every mark tells its own maker, where the maker leaves it, and no common word does."""

import pytest

from extract import platforms
from extract.document import Document

FIRST = "<!doctype html><html lang='fr'><head><title>Agence du Test</title>"
#: What a page looks like that bears one mark and nothing else.
SAMPLES = {
    "host": FIRST + '<script src="https://cdn.{}/app.js"></script></head><body><p>Bonjour</p></body></html>',
    "asset": FIRST + '<link rel="stylesheet" href="{}style.css"></head><body><p>Bonjour</p></body></html>',
    "meta": FIRST + '<meta name="generator" content="{} 4.2"></head><body><p>Bonjour</p></body></html>',
    "root": '<!doctype html><html lang="fr" {}="1"><head></head><body><p>Bonjour</p></body></html>',
    "class": FIRST + '</head><body><div class="wide {}">Bonjour</div></body></html>',
    "script": FIRST + "<script>{} = {{}};</script></head><body><p>Bonjour</p></body></html>",
    "comment": FIRST + "<!-- {}. --></head><body><p>Bonjour</p></body></html>",
    "credit": FIRST + "</head><body><p>Bonjour</p><footer><p>© Agence. {}</p></footer></body></html>",
}
MARKS = [
    (platform.name, where, mark)
    for platform in platforms.fingerprints()
    for where, marks in platform.marks.items()
    for mark in marks
]


def recognise(html: str) -> str | None:
    return platforms.recognise(Document(html, "https://www.agence.example/vente/12"))


def test_a_page_without_marks_has_no_platform() -> None:
    assert {recognise(sample.format("neutre")) for sample in SAMPLES.values()} == {None}


@pytest.mark.parametrize(("name", "where", "mark"), MARKS)
def test_a_mark_tells_its_own_platform(name: str, where: str, mark: str) -> None:
    assert recognise(SAMPLES[where].format(mark)) == name


def test_every_platform_has_one_name_its_evidence_and_marks_that_stand_somewhere() -> None:
    names = [platform.name for platform in platforms.fingerprints()]
    assert len(names) == len(set(names))
    assert len(MARKS) == len({(where, mark) for _, where, mark in MARKS})
    for platform in platforms.fingerprints():
        assert len(platform.evidence) > 10
        assert platform.marks
        assert platform.marks.keys() <= platforms.WHERE.keys()


def test_marks_are_anchored_and_in_small_letters() -> None:
    for name, where, mark in MARKS:
        assert mark == mark.lower(), name
        assert where != "asset" or mark.startswith("/"), name
        assert where != "host" or "." in mark, name


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://graphics.fr/a.js"></script>',
        '<script src="https://electrics.fr.example/a.js"></script>',
        '<link href="https://www.jennetty.fr/a.css">',
        '<img src="https://photos.mon-apimo.com.example/a.jpg">',
        "<p>Hektor, Netty, Jalis, Apimo et Twix visitent l'appartement.</p>" + "<p>Paragraphe</p>" * 40,
        "<p>Lisez notre article sur <a href='https://www.apimo.com/'>Apimo</a></p>" + "<p>Mot</p>" * 40,
        "<p>Un immeuble drupal, un wordpress, un joomla dans le texte</p>",
        "<footer>" + "".join(f"<a href='https://{n}.example/'>Partenaire</a><br>" for n in range(12))
        + "<a href='https://www.ics.fr/'>Partenaire</a></footer>",
        '<img src="https://autre.example/wp-content/uploads/a.jpg">',
        '<div class="hero houzez"></div>',
        "<script>var a = 'prestashop';</script>",
    ],
)  # fmt: skip
def test_what_only_resembles_a_mark_tells_nothing(html: str) -> None:
    assert recognise(f"{FIRST}</head><body>{html}</body></html>") is None


def test_a_themes_marks_win_over_wordpress() -> None:
    html = FIRST + '<link href="/wp-content/themes/houzez/style.css"></head><body></body></html>'
    assert recognise(html) == "WordPress: Houzez"


def test_a_makers_link_in_the_last_lines_signs_the_page() -> None:
    html = (
        FIRST
        + "</head><body><footer>Site réalisé par <a href='https://www.jalis.fr/'>eux</a></footer></body>"
    )
    assert recognise(html) == "Jalis"
