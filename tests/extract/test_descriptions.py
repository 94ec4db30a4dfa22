"""The description: whole, its paragraphs alone, whatever the blocks that hold it."""

import json

from tests.extract.pages import page, read

HEAD = (
    "<h1>Maison 5 pièces 112 m² Bordeaux</h1><p class='prix'>385 000 €</p><p>33000 Bordeaux</p>"
    "<ul><li>Surface : 112 m²</li><li>Pièces : 5</li><li>Réf. : MB-1204</li></ul>"
)
FIRST = "Au calme d'une impasse, cette maison familiale offre un séjour lumineux ouvert sur le jardin."
SECOND = "À l'étage, trois chambres et une salle de bains. Garage attenant et cave voûtée."
LAST = "Loyer global : 950 €/mois. Bail neuf."


def description(main: str) -> str | None:
    found = read(page(HEAD + main)).listing
    assert found is not None
    return found.description


def test_every_paragraph_is_kept_short_ones_too() -> None:
    main = f"<div class='x1'><p>{FIRST}</p><p>{SECOND}</p><p>{LAST}</p></div>"
    assert description(main) == "\n".join((FIRST, SECOND, LAST))


def test_paragraphs_that_a_builder_wraps_one_by_one_are_one_text() -> None:
    main = "".join(
        f"<div id='c-{n}' class='rich c-{n}'><p>{text}</p></div>" for n, text in enumerate((FIRST, SECOND))
    )
    assert description(main) == f"{FIRST}\n{SECOND}"


def test_a_teaser_gives_way_to_the_full_text_that_is_folded_away() -> None:
    main = f"<div>{FIRST[:70]}… <button>Lire la suite</button></div><div hidden>{FIRST}<br>{SECOND}</div>"
    assert description(main) == f"{FIRST}\n{SECOND}"


def test_a_teaser_beside_the_full_text_is_not_told_twice() -> None:
    main = (
        f"<div><div class='clamp'>{FIRST}</div><div class='prose'><p>{FIRST}</p><p>{SECOND}</p></div></div>"
    )
    assert description(main) == f"{FIRST}\n{SECOND}"


def test_legal_paragraphs_in_blocks_of_their_own_are_left_out() -> None:
    law = (
        "<p>Les informations sur les risques auxquels ce bien est exposé sont sur le site Géorisques.</p>"
        "<p>Honoraires de 5 % TTC à la charge de l'acquéreur, soit 18 000 euros.</p>"
        "<p>Bilan énergétique : classe E (284 kWh/m²/an), effet de serre : classe B.</p>"
    )
    assert (
        description(f"<div class='description'><p>{FIRST}</p><p>{SECOND}</p>{law}</div>")
        == f"{FIRST}\n{SECOND}"
    )
    assert description(f"<div><p>{FIRST}</p><p>{SECOND}</p>{law}</div>") == f"{FIRST}\n{SECOND}"


def test_fees_within_the_advertisers_own_paragraph_stay() -> None:
    rent = (
        "Loyer de 455 € charges comprises, dépôt de garantie de 820 €. Honoraires locataire de 235 €. Libre."
    )
    assert description(f"<div class='description'><p>{FIRST}</p><p>{rent}</p></div>") == f"{FIRST}\n{rent}"


def test_headings_labels_and_buttons_are_no_description() -> None:
    main = (
        f"<div class='descriptif'><h2>Descriptif</h2><p>{FIRST}</p><h3>L'étage</h3><p>{SECOND}</p>"
        "<table><tr><th>Mandat n°</th><td>2291</td></tr></table><a href='#'>Voir plus</a></div>"
    )
    assert description(main) == f"{FIRST}\n{SECOND}"


def test_a_named_block_outweighs_a_longer_word_of_the_agency() -> None:
    call = "Notre équipe vous accompagne à chaque étape de votre projet, de l'estimation à la signature. " * 3
    assert (
        description(f"<div class='description'><p>{FIRST}</p></div><section><p>{call}</p></section>") == FIRST
    )


def test_a_text_that_speaks_of_notarys_fees_is_no_simulated_loan() -> None:
    loan = "Éligible au prêt à taux zéro. Frais de notaire réduits. Livraison prévue en 2026."
    assert description(f"<section><p>{FIRST}</p><p>{SECOND}</p><p>{loan}</p></section>") == "\n".join(
        (FIRST, SECOND, loan)
    )


def test_links_to_searches_are_no_description() -> None:
    links = " ".join(f"<a href='/s/{n}'>achat appartement avec terrasse à Bordeaux</a>" for n in range(9))
    assert description(f"<div><p>{FIRST}</p></div><div class='description-liens'>{links}</div>") == FIRST


THIRD = "Le tout sur un terrain clos de 600 m², à deux pas des écoles et du tramway."


def test_what_a_button_unfolds_within_and_behind_a_paragraph_belongs_to_it() -> None:
    within = f"<p>{FIRST}<span>…</span><span style='display:none'> {SECOND}</span> <a href='#'>Suite</a></p>"
    behind = f"<div><p>{FIRST}</p><div hidden><p>{SECOND}</p><p>{THIRD}</p></div><button>Suite</button></div>"
    assert description(within) == f"{FIRST} {SECOND}"
    assert description(behind) == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_a_description_in_a_closed_tab_is_read() -> None:
    assert description(f"<div hidden><div class='description'><p>{FIRST}</p><p>{SECOND}</p></div></div>") == (
        f"{FIRST}\n{SECOND}"
    )


def test_photos_and_subheadings_do_not_end_a_text() -> None:
    captions = f"<div><p>{FIRST}</p><figure><figcaption>Le salon</figcaption></figure><p>{SECOND}</p></div>"
    blocks = (
        f"<div class='bloc-in'><h3>Intérieur</h3><p>{FIRST}</p></div>"
        f"<div class='bloc-out'><h3>Extérieur</h3><p>{THIRD}</p></div>"
    )
    assert description(captions) == f"{FIRST}\n{SECOND}"
    assert description(blocks) == f"{FIRST}\n{THIRD}"


def test_a_list_that_a_paragraph_announces_is_part_of_the_text() -> None:
    main = (
        f"<div><p>{FIRST} Vous apprécierez :</p><ul><li>cheminée d'époque</li><li>cave à vin</li></ul></div>"
    )
    assert description(main) == f"{FIRST} Vous apprécierez :\ncheminée d'époque\ncave à vin"


def test_what_the_agency_says_of_itself_is_no_description() -> None:
    agency = (
        "Notre agence vous accueille du lundi au samedi pour tous vos projets de vente et de location. " * 3
    )
    main = (
        f"<section><p>{FIRST}</p><p>{SECOND}</p></section><section><h2>L'agence</h2><p>{agency}</p></section>"
    )
    assert description(main) == f"{FIRST}\n{SECOND}"


def test_json_ld_that_is_cut_gives_way_to_the_whole_text() -> None:
    told = json.dumps({"@type": "House", "description": f"{FIRST[:75]}..."})
    cut = f"<script type='application/ld+json'>{told}</script>"
    assert description(f"{cut}<div><p>{FIRST}</p><p>{SECOND}</p></div>") == f"{FIRST}\n{SECOND}"


def test_a_long_paragraph_that_ends_with_the_laws_words_is_still_the_advert() -> None:
    law = "Les informations sur les risques auxquels ce bien est exposé sont sur le site Géorisques."
    assert description(f"<p>{FIRST} {SECOND} {THIRD} {law}</p>") == f"{FIRST} {SECOND} {THIRD} {law}"


def test_facts_around_the_text_in_blocks_of_another_kind_are_left_out() -> None:
    facts = "<div>112 m²</div><div>5 pièces</div>"
    below = "<ul><li>Chauffage au gaz</li><li>Double vitrage</li></ul>"
    assert description(f"<div class='presentation'>{facts}<p>{FIRST}</p><p>{SECOND}</p>{below}</div>") == (
        f"{FIRST}\n{SECOND}"
    )


def test_what_clients_say_is_no_description() -> None:
    said = "« Une équipe formidable qui a vendu notre appartement en trois semaines, au prix. Merci ! »"
    assert (
        description(f"<div><p>{FIRST}</p></div><div class='slider'><p>{said}</p><p>{said}</p></div>") == FIRST
    )


def test_a_translation_that_is_folded_away_is_no_part_of_the_text() -> None:
    english = "In a quiet cul-de-sac, this family house offers a bright living room opening on to the garden."
    assert (
        description(f"<div class='fr'><p>{FIRST}</p></div><div class='en' hidden><p>{english}</p></div>")
        == FIRST
    )


def test_notices_below_the_text_in_its_own_block_are_none_of_it() -> None:
    notices = (
        "Réf. annonce : KJ-12",
        "Honoraires charge vendeur",
        "Renseignements : M. Durand, service négociation, au bureau",
        "Les informations sur les risques sont disponibles sur le site Géorisques : www.georisques.gouv.fr",
    )
    assert description(f"<div>{'<br>'.join((FIRST, SECOND, *notices))}</div>") == f"{FIRST}\n{SECOND}"


def test_a_sale_by_instalments_may_speak_of_them_in_its_text() -> None:
    terms = "Aucun aléa : 120 mensualités fixes, non révisables, garanties par privilège du vendeur."
    told = description(f"<h2>Description</h2><p>{FIRST}</p><p>{SECOND}</p><p>{terms}</p>")
    assert told == f"{FIRST}\n{SECOND}\n{terms}"
