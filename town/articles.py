"""Blog posts: texts about property with prices and surfaces in them, never to be read as listings."""

from town.chance import chance
from town.model import Agency, Article

_POSTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("comprendre-le-dpe", "Comprendre le DPE en cinq minutes", (
        "Le diagnostic de performance énergétique classe un logement de A à G. Un logement classé G ne peut "
        "plus faire l'objet d'un nouveau bail depuis le 1er janvier 2025.",
        "Pour un appartement de 65 m² classé E, comptez entre 1 100 € et 1 500 € d'énergie par an. Isoler "
        "les combles coûte de 25 à 60 € par mètre carré et peut faire gagner une lettre.",
        "Demandez-nous conseil avant de signer : nous travaillons avec des diagnostiqueurs certifiés.",
    )),
    ("negocier-son-credit", "Taux, durée, assurance : bien négocier son crédit", (
        "Pour 200 000 € empruntés sur 20 ans, un écart de 0,3 point représente plus de 6 000 € au total.",
        "L'assurance peut être déléguée à tout moment. Comparez les garanties avant les prix.",
        "Prévoyez aussi les frais de notaire : 7 à 8 % dans l'ancien, 2 à 3 % dans le neuf.",
    )),
    ("louer-serein", "Louer son bien en toute sérénité", (
        "Un bon dossier se juge sur trois revenus : le salaire, la stabilité et le sérieux.",
        "Le dépôt de garantie est limité à un mois de loyer hors charges en location vide, deux en meublé.",
        "L'état des lieux se fait à deux, lampe de poche en main, et ne s'oublie jamais.",
    )),
    ("marche-du-trimestre", "Le marché de notre secteur ce trimestre", (
        "Les maisons avec jardin restent recherchées : il s'en est vendu douze en un mois à l'agence, de "
        "235 000 € à 480 000 €.",
        "Les studios se louent en moins de dix jours dès lors que le loyer est au prix du marché.",
        "Notre dernière vente : un T3 de 71 m² avec balcon, parti en une visite.",
    )),
    ("home-staging", "Préparer sa maison pour la vente", (
        "Désencombrer, réparer, éclairer : trois gestes qui valent bien des baisses de prix.",
        "Un coup de peinture blanche dans l'entrée coûte 300 € et change la première impression.",
        "Soignez les photographies : huit visites sur dix se décident sur la première.",
    )),
    ("notre-histoire", "Trente ans de quartier", (
        "L'agence a ouvert entre la boulangerie et la pharmacie ; elle n'a pas bougé depuis.",
        "Nous avons vu grandir les enfants de nos premiers clients, et leur vendons leur première maison.",
    )),
)  # fmt: skip


def articles_of(seed: int, agency: Agency) -> tuple[Article, ...]:
    """Two to five posts of that agency, newest first."""
    rng = chance(seed, "articles", agency.slug)
    chosen = rng.sample(_POSTS, rng.randint(2, 5))
    days = sorted((rng.randint(-400, -1) for _ in chosen), reverse=True)
    return tuple(
        Article(slug, title, text, day) for (slug, title, text), day in zip(chosen, days, strict=True)
    )
