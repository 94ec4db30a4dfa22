"""Pages whose markup or text breaks readers: depth, length, number, nothing closed."""

from tests.extract.hostile_page import CARD, HOME, case, page


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
