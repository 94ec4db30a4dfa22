"""The description: whole, its paragraphs alone, whatever the blocks that hold it."""

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
