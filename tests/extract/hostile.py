"""Pages that break readers: each a function that makes its bytes. Nothing of it is stored.

`test_hostile` holds every one of them to its reading, its seconds and its memory; alone, it prints them:

    python -m tests.extract.hostile [NAME…]
"""

# ruff: noqa: E501 (markup reads better unbroken)

import codecs
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from extract.page import read_page
from models.places import Places

HTML = "<!doctype html><html lang=fr><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{body}</body></html>"
HOME = "<h1>Maison 5 pièces 120 m² à vendre</h1><p>250 000 €</p><p>Surface : 120 m²</p><p>33000 Bordeaux</p>"
CARD = "<li><a href='/bien/{n}'>Appartement {n}</a><p>3 pièces 65 m²</p><p>{n} 000 €</p><img src='/p/{n}.jpg'></li>"

CASES: dict[str, Callable[[], bytes]] = {}


def case(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Adds a page to the cases by its function's name."""
    CASES[make.__name__] = make
    return make


def page(body: str = "", head: str = "", title: str = "Maison") -> bytes:
    return HTML.format(title=title, head=head, body=body).encode()


def ld(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


@case
def nothing() -> bytes:
    return b""


@case
def blanks() -> bytes:
    return b" \r\n\t" * 100_000


@case
def cut_in_a_tag() -> bytes:
    return page(HOME)[:-60] + b"<div class='price"


@case
def cut_in_a_letter() -> bytes:
    return page(HOME + "<p>é").rpartition(b"\xa9")[0]


@case
def cut_in_a_script() -> bytes:
    return page(HOME + "<script>var a = {")[:-14]


@case
def thirty_megabytes_of_homes() -> bytes:
    return page(HOME * 220_000)


@case
def thirty_megabytes_of_links() -> bytes:
    return page("<a href='/bien/1'>3 pièces 100 000 € 50 m²</a>" * 600_000)


@case
def eight_megabytes_of_spaces_in_a_price() -> bytes:
    return page("<p>250" + " " * 8_000_000 + "000 €</p>")


@case
def nested_a_hundred_thousand_times() -> bytes:
    return page("<div>" * 100_000 + HOME)


@case
def nested_and_closed() -> bytes:
    return page("<div>" * 100_000 + HOME + "</div>" * 100_000)


@case
def nested_inline() -> bytes:
    return page("<b><i><font>" * 60_000 + HOME)


@case
def nested_tables() -> bytes:
    return page("<table><tr><td>" * 40_000 + HOME)


@case
def nested_lists() -> bytes:
    return page("<ul><li>" * 60_000 + HOME)


@case
def nested_links() -> bytes:
    return page("<a href=/bien/1><span>65 m² 250 000 €" * 60_000)


@case
def nested_forms_and_selects() -> bytes:
    return page("<form><select><option>" * 60_000 + HOME)


@case
def nested_drawings() -> bytes:
    return page("<svg><g><foreignObject><p>" * 30_000 + HOME)


@case
def unclosed_tags_of_all_kinds() -> bytes:
    names = (
        "p li dd dt td th tr option b i u a h1 h2 h3 span div section table ul dl form select button svg math"
    )
    return page("".join(f"<{name}>65 m² 250 000 €" for name in names.split()) * 4_000)


@case
def unclosed_angle_brackets() -> bytes:
    return page("<" * 4_000_000)


@case
def unclosed_tags() -> bytes:
    return page("<a " * 500_000)


@case
def unclosed_attributes() -> bytes:
    return page("<a href='" + "x" * 3_000_000)


@case
def unclosed_comment() -> bytes:
    return page(HOME + "<!--" + "- ->" * 1_500_000)


@case
def unclosed_script() -> bytes:
    return page(HOME + "<script>" + "<!--<script>" * 300_000)


@case
def misnested_formatting() -> bytes:
    return page("<b><p><i></b></p></i>65 m²" * 40_000)


@case
def misnested_tables() -> bytes:
    return page("<table><p>250 000 €<tr><div>65 m²<td><table></td>" * 30_000)


@case
def many_attributes_on_one_element() -> bytes:
    return page("<p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">" + HOME)


@case
def same_attribute_many_times() -> bytes:
    return page("<p " + "data-x=/api/v1/biens.json " * 200_000 + ">" + HOME)


@case
def one_class_of_a_megabyte() -> bytes:
    return page("<div class='" + "prix-" * 400_000 + "'>" + HOME + "</div>")


@case
def a_hundred_thousand_classes() -> bytes:
    return page("<div class='" + " ".join(f"c{n}" for n in range(100_000)) + "'>" + HOME + "</div>")


@case
def sixty_thousand_links() -> bytes:
    return page("".join(f"<a href='/bien/{n}'>Maison {n} m² {n} 000 €</a>" for n in range(60_000)))


@case
def sixty_thousand_cards() -> bytes:
    return page("<ul>" + "".join(CARD.format(n=n) for n in range(60_000)) + "</ul>")


@case
def twelve_thousand_cards() -> bytes:
    return page("<ul>" + "".join(CARD.format(n=n) for n in range(12_000)) + "</ul>")


@case
def cards_inside_cards() -> bytes:
    return page("".join(f"<div class=card><a href='/b/{n}'>{n} 000 € 65 m²</a>" for n in range(400)) * 20)


@case
def the_same_link_sixty_thousand_times() -> bytes:
    return page("<div><a href='/bien/1'><img src=a.jpg>Maison 65 m² 250 000 €</a></div>" * 60_000)


@case
def a_hundred_thousand_headings() -> bytes:
    return page("<h1>Maison 65 m²</h1><h2>Biens similaires</h2>" * 50_000 + HOME)


@case
def a_hundred_thousand_cells() -> bytes:
    return page("<table>" + "<tr><td>Surface<td>65 m²" * 50_000 + "</table>" + HOME)


@case
def a_hundred_thousand_labels() -> bytes:
    return page("<dl>" + "<dt>Prix</dt><dd>250 000 €</dd>" * 50_000 + "</dl>")


@case
def labels_alone() -> bytes:
    return page("<p>Prix :</p>" * 20_000 + HOME)


@case
def scales_without_end() -> bytes:
    return page("".join(f"<b>{letter}</b>" for letter in "ABCDEFG") * 8_000 + HOME)


@case
def breaks_alone() -> bytes:
    return page("65 m²<br>" * 100_000 + HOME)


@case
def one_text_of_eight_megabytes() -> bytes:
    return page("<p>" + "maison de 5 pièces à 250 000 € rue de la Paix " * 160_000 + "</p>")


@case
def one_word_of_five_megabytes() -> bytes:
    return page("<p>" + "a" * 5_000_000 + "</p>" + HOME)


@case
def one_number_of_five_megabytes() -> bytes:
    return page("<p>" + "9" * 5_000_000 + " €</p>" + HOME)


@case
def digits_and_spaces() -> bytes:
    return page("<p>" + "1 234 567 " * 500_000 + "€</p>" + HOME)


@case
def digits_and_points() -> bytes:
    return page("".join(f"<p>{'1.2,3-4/5 ' * 1_900}</p>" for _ in range(250)) + HOME)


@case
def phones_without_end() -> bytes:
    return page("".join(f"<p>{'01 23 45 67 8' * 1_500}</p>" for _ in range(250)) + HOME)


@case
def at_signs_without_end() -> bytes:
    return page("".join(f"<p>{'a.b-c@' * 3_300}</p>" for _ in range(200)) + HOME)


@case
def capitals_without_end() -> bytes:
    return page("".join(f"<p>12 {'Rue De La Paix ' * 1_300}</p>" for _ in range(200)) + HOME)


@case
def quotes_in_scripts() -> bytes:
    return page(HOME + "<script>" + "\"/api/'`.json" * 300_000 + "</script>")


@case
def assignments_in_scripts() -> bytes:
    return page(HOME + "<script>" + "window.a.b.c = {window." * 150_000 + "</script>")


@case
def pairs_in_measuring_scripts() -> bytes:
    return page(HOME + "<script>dataLayer=" + "'price':'" * 300_000 + "</script>")


@case
def pushes_without_end() -> bytes:
    return page(HOME + "<script>" + 'self.__next_f.push([1,"\\' * 150_000 + "</script>")


@case
def thousands_of_json_ld_blocks() -> bytes:
    block = ld(json.dumps({"@type": "Apartment", "name": "A", "offers": {"price": 250_000}}))
    return page(HOME, block * 5_000)


@case
def json_ld_nested() -> bytes:
    return page(HOME, ld('{"a":' * 100_000 + "1" + "}" * 100_000))


@case
def json_ld_of_lists() -> bytes:
    return page(HOME, ld("[" * 200_000 + "]" * 200_000))


@case
def json_ld_of_entities() -> bytes:
    return page(HOME, ld('{"@type":"House","description":"' + "&amp;&#x20AC;&eacute;" * 90_000 + '"}'))


@case
def json_ld_array_of_half_a_million() -> bytes:
    return page(HOME, ld(json.dumps({"@graph": [{"@type": "Offer", "price": n} for n in range(60_000)]})))


@case
def json_ld_in_bad_json() -> bytes:
    return page(HOME, ld('{"@type":"House",' + '"a":"\n\t",,' * 150_000))


@case
def json_ld_of_spaces_and_commas() -> bytes:
    return page(HOME, ld('{"@type":"House"' + "," + " " * 1_900_000))


@case
def json_ld_of_huge_numbers() -> bytes:
    return page(
        HOME,
        ld(
            '{"@type":"House","floorSize":1e308,"offers":{"price":NaN,"lowPrice":-Infinity},"x":'
            + "9" * 100_000
            + "}"
        ),
    )


@case
def json_state_of_seven_megabytes() -> bytes:
    rows = [{"id": n, "price": n, "surface": 65, "city": "Lyon", "url": f"/bien/{n}"} for n in range(90_000)]
    return page("", "<script id=__NEXT_DATA__ type=application/json>" + json.dumps(rows) + "</script>")


@case
def json_in_strings() -> bytes:
    data: object = {"price": 1}
    for _ in range(14):
        data = {"state": json.dumps(data), "pad": "x" * 300}
    return page(HOME, "<script type=application/json>" + json.dumps(data) + "</script>")


@case
def json_feed_nested() -> bytes:
    return b'[{"url":' * 300_000


@case
def json_feed_of_huge_numbers() -> bytes:
    return b'[{"url":"/a","price":' + b"9" * 100_000 + b"}]"


@case
def not_a_number_in_prices() -> bytes:
    return page(
        "<h1>Maison à vendre</h1><p>NaN €</p><p>1e308 €</p><p>Prix : Infinity €</p><p>Surface : 1e308 m²</p>"
    )


@case
def huge_prices() -> bytes:
    return page(
        f"<h1>Maison à vendre</h1><p>{'9' * 400} €</p><p>Prix : {'9' * 5_000} €</p><p>Loyer : -1 €</p>"
    )


@case
def digits_of_other_scripts() -> bytes:
    return page(
        "<h1>Maison à vendre</h1><p>٢٥٠٠٠٠ €</p><p>Surface : ²³¼ m²</p><p>Prix : ①② €</p><p>Pièces : ५</p>"
    )


@case
def right_to_left() -> bytes:
    return page(
        "<div dir=rtl><h1>\u202eشقة للبيع 120 m²\u202c</h1><p>\u2067250\u200f 000 €\u2069</p></div>" * 50
    )


@case
def marks_on_one_letter() -> bytes:
    return page("<p>e" + "\u0301" * 1_500_000 + "</p>" + HOME)


@case
def lone_surrogates_and_controls() -> bytes:
    return page(HOME) + b"\xed\xa0\x80\xed\xb0\x80\x00\x01\x1b&#xD800;&#0;&#x110000;&#99999999999;"


@case
def binary() -> bytes:
    return bytes(range(256)) * 20_000


@case
def picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4_000


@case
def zipped() -> bytes:
    return b"\x1f\x8b\x08\x00<html>" + bytes(range(255, -1, -1)) * 4_000


@case
def a_document_of_another_kind() -> bytes:
    return b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n" * 10_000


@case
def utf_16() -> bytes:
    return codecs.BOM_UTF16_LE + page(HOME).decode().encode("utf-16-le")


@case
def utf_16_cut() -> bytes:
    return (codecs.BOM_UTF16_BE + page(HOME).decode().encode("utf-16-be"))[:-1]


@case
def utf_7_declared() -> bytes:
    return page(HOME).replace(b"charset=utf-8", b"charset=utf-7")


@case
def charset_that_is_none() -> bytes:
    return page(HOME).replace(b"charset=utf-8", b"charset=" + b"x" * 100_000)


@case
def latin_declared_as_utf_8() -> bytes:
    return page(HOME.replace("²", "2").replace("€", "EUR") * 200).decode().encode("latin-1")


@case
def frameset() -> bytes:
    return b"<html><head><title>Agence</title></head><frameset><frame src=a.htm><frame src=b.htm></frameset></html>"


@case
def many_frames() -> bytes:
    return b"<html><frameset>" + b"<frame src=a.htm>" * 100_000 + b"</frameset></html>"


@case
def xhtml_with_cdata() -> bytes:
    return (
        b'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html [<!ENTITY prix "250">]>'
        b'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Maison</title>'
        b"<script type='text/javascript'>//<![CDATA[\nvar a = {};\n//]]></script></head>"
        + HTML.format(title="", head="", body="<![CDATA[ 1 ]]>" + HOME + "&prix;").encode()
    )


@case
def entities_that_grow() -> bytes:
    entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'haha'}'>" for n in range(10))
    return f"<!DOCTYPE x [{entities}]><html><body>&e9;{HOME}</body></html>".encode()


@case
def only_script() -> bytes:
    return b"<html><body><script>document.write('Maison 250 000 euros')</script></body></html>"


@case
def only_noscript_and_template() -> bytes:
    return page(f"<noscript>{HOME}</noscript><template>{HOME}</template>")


@case
def all_hidden() -> bytes:
    return page(f"<div style='display:none'>{HOME}</div>")


@case
def base_that_is_no_address() -> bytes:
    return page(
        HOME + "<a href='//['>a</a><a href='http://[::1'>b</a><a href='http://a:b:c/'>c</a>",
        "<base href='http://['>",
    )


@case
def addresses_of_a_megabyte() -> bytes:
    return page(
        HOME + f"<a href='/{'a/../' * 200_000}'>3 pièces 65 m² 1 €</a><img src='/{'x' * 500_000}.jpg'>" * 4
    )


@case
def srcset_without_end() -> bytes:
    return page(HOME + "<img srcset='" + "/a.jpg 1w, " * 300_000 + "'>")


@case
def photos_without_end() -> bytes:
    return page(HOME + "".join(f"<img src='/photos/{n}.jpg'>" for n in range(55_000)))


@case
def styles_without_end() -> bytes:
    return page(HOME + "".join(f"<i style='background : url( {' ' * 90}{n}'>" for n in range(20_000)))


@case
def one_style_of_two_megabytes() -> bytes:
    return page(HOME + "<i style='" + "background:url( " * 130_000 + "'></i>")


@case
def metas_without_end() -> bytes:
    return page(HOME, "".join(f"<meta property='og:image{n}' content='{n}'>" for n in range(50_000)))


@case
def titles_without_end() -> bytes:
    return page(HOME, "<title>" + "Maison 65 m² - " * 200_000 + "</title>", "T")


@case
def microdata_without_end() -> bytes:
    return page("<div itemscope itemtype=https://schema.org/House><b itemprop=price>250 000 €</b>" * 20_000)


@case
def similar_sections_without_end() -> bytes:
    return page(HOME + "<section><h2>Biens similaires</h2><div><p>65 m²</p></div></section>" * 12_000)


@case
def crumbs_without_end() -> bytes:
    return page("<nav class=breadcrumb>" + "<a href=/v>Vente</a> > " * 20_000 + "</nav>" + HOME)


@case
def registers_without_end() -> bytes:
    return page("<p>SIREN 123 456 789 RCS Paris " * 6_000 + "CPI 7501 2018 000 " * 6_000)


@case
def nested_behind_false_ends() -> bytes:
    return page("<div></span>" * 100_000 + HOME)


@case
def nested_behind_ends_in_comments() -> bytes:
    return page("<div><!-- </div> -->" * 60_000 + HOME)


@case
def nested_behind_ends_in_scripts() -> bytes:
    return page("<div><script></div></script>" * 60_000 + HOME)


@case
def nested_behind_ends_in_quotes() -> bytes:
    return page("<div a='</div>'>" * 60_000 + HOME)


@case
def nested_behind_a_stray_quote() -> bytes:
    return page('<div a">' + "<div>" * 100_000 + '">' + HOME)


@case
def nested_though_closed_in_themselves() -> bytes:
    return page("<div/>" * 100_000 + HOME)


@case
def nested_cells_in_a_drawing() -> bytes:
    return page("<svg>" + "<td><input>" * 50_000 + HOME)


@case
def nested_groups_of_options() -> bytes:
    return page("<optgroup><option>" * 60_000 + HOME)


@case
def sixty_thousand_options() -> bytes:
    return page("<select>" + "<option>Lyon 69003" * 60_000 + "</select>" + HOME)


@case
def formatting_that_every_block_repeats() -> bytes:
    return page("".join(f"<p><b id={n}>x" for n in range(20_000)) + HOME)


@case
def formatting_repeated_by_two_million_blocks() -> bytes:
    return page("<b><i><u><s>" + "<p>x" * 1_900_000)


@case
def two_million_tags() -> bytes:
    return page("<a>" * 2_600_000)


@case
def a_million_comments() -> bytes:
    return page("<!---->" * 1_000_000 + HOME)


@case
def names_of_attributes_without_end() -> bytes:
    return page("<p " + " ".join(f"a{n}" for n in range(200_000)) + "/" * 100_000 + ">" + HOME)


def measure(name: str) -> dict[str, Any]:
    """A case's reading, processor seconds and megabytes beyond what its page and the reader hold."""
    body = CASES[name]()
    Path("/proc/self/clear_refs").write_text("5")
    held, began = _megabytes("VmRSS"), time.process_time()
    reading = read_page(body, "https://agence.example/bien/1", places=Places.sample())
    seconds = time.process_time() - began
    listing = reading.listing
    return {
        "name": name, "kind": reading.kind, "reason": reading.reason,
        "price": listing and listing.price, "surface": listing and listing.surface,
        "seconds": round(seconds, 2), "megabytes": round(_megabytes("VmHWM") - held),
    }  # fmt: skip


def _megabytes(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def main(names: list[str]) -> None:
    """Prints a line of JSON per case, each measured in a process of its own that ends after 20 s of work."""
    read_page(page(HOME), "https://agence.example/", places=Places.sample())  # fills what is filled once
    for name in names or list(CASES):
        child = os.fork()
        if child:
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if status:
                print(json.dumps({"name": name, "status": status}), flush=True)
            continue
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
        print(json.dumps(measure(name)), flush=True)
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
