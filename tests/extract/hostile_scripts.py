"""Pages whose scripts, numbers, charsets or attributes break readers."""

# ruff: noqa: E501 (markup reads better unbroken)

import codecs
import json

from tests.extract.hostile_page import HOME, HTML, case, ld, page


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


@case
def attributes_behind_ends_in_quotes() -> bytes:
    return page("<p " + " ".join(f"a{n}" if n % 2_000 else "b='</p>'" for n in range(60_000)) + ">" + HOME)


@case
def attributes_behind_a_quote_in_a_script() -> bytes:
    hidden = '<script>if (a<b) c ="</script><p x=\'>\' y="> " '
    return page(hidden + " ".join(f"a{n}" if n % 99 else f"b{n}='>'" for n in range(60_000)) + ">" + HOME)


@case
def formatting_left_open_before_few_paragraphs() -> bytes:
    return page("<p>" + "".join(f"<b x={n}>" for n in range(500)) + "</p>" + "<p>a</p>" * 2_400 + HOME)


@case
def attributes_of_an_end_tag() -> bytes:
    return page("<p>x</p " + " ".join(f"a{n}" for n in range(900_000)) + ">" + HOME)


@case
def attributes_of_end_tags_in_quotes() -> bytes:
    return page('<p x="</p ' + " ".join(f"a{n}" for n in range(900_000)) + '"></p ' * 9_000 + ">" + HOME)


@case
def attributes_parted_by_slashes() -> bytes:
    return page("<p" + "".join(f"/a{n}" for n in range(60_000)) + ">" + HOME)


@case
def attributes_of_an_element_without_end() -> bytes:
    return page(HOME + "<p " + " ".join(f"a{n}='</p>" + "'" * (n % 2) for n in range(60_000)))


@case
def thousands_of_elements_with_a_thousand_attributes() -> bytes:
    return page(("<p " + " ".join(f"a{n}" for n in range(1_000)) + ">") * 1_400 + HOME)


@case
def thousands_of_elements_with_a_hundred_attributes() -> bytes:
    return page(HOME + ("<p " + " ".join(f"a{n}" for n in range(100)) + ">") * 16_000)


@case
def tags_that_no_tag_ends() -> bytes:
    return page(("<a " * 98 + ">") * 26_000 + HOME)
