"""Sentences that affirm nothing to be read: openings' frames, mood, surroundings, closings, slips.

`{what}` is the dwelling, `{city}`, `{near}`, `{street}`, `{agency}`, `{verb}` what their names say.
"""

from models.listing import PropertyType

#: Openings for any voice; those with `{street}` are for adverts that show their street.
OPENINGS: tuple[str, ...] = (
    "{agency} {verb} {what}, à proximité immédiate {near}.",
    "À {city}, à quelques pas {near}, découvrez {what}.",
    "{city} : {what}.",
    "Idéalement situé à {city}, {what}, à deux pas {near}.",
    "Venez découvrir {what}, en plein cœur de {city}.",
    "Notre agence {verb} {what}, secteur recherché de {city}.",
    "À saisir à {city} : {what}, proche {near}.",
    "Nouveau à l'agence : {what}, à {city}.",
    "Dans un quartier vivant de {city}, {what}.",
    "{city}, proximité {near} : {what}.",
    "Secteur {city}, à deux minutes {near}, {what}.",
    "Nous avons le plaisir de vous présenter {what} à {city}.",
)
STREET_OPENINGS: tuple[str, ...] = (
    "{city}, {street} : {what}.",
    "Notre agence {verb} {what}, {street}, à {city}.",
    "{street}, à {city}, {what}, à quelques pas {near}.",
    "{agency} {verb}, {street}, {what}.",
)
WARM_OPENINGS: tuple[str, ...] = (
    "Coup de cœur assuré pour {what} à {city} !",
    "Et si c'était lui ? {city}, à côté {near} : {what}.",
    "Vous cherchiez la perle rare à {city} ? Voici {what} !",
    "On vous ouvre la porte : {what}, tout près {near}.",
)
FORMAL_OPENINGS: tuple[str, ...] = (
    "Nous vous présentons {what}, dans un secteur prisé de {city}.",
    "Le cabinet a le plaisir de vous soumettre {what}, sis à {city}.",
    "{what}, commune de {city}, à proximité {near}.",
)

#: Mood, for homes and for the rest.
WARMTH: dict[bool, tuple[str, ...]] = {
    True: (
        "Dès l'entrée, la lumière donne le ton !",
        "Vous allez l'adorer.",
        "Un vrai coup de cœur pour toute l'agence !",
        "Ici, on se sent tout de suite chez soi.",
        "Posez vos valises, le reste est fait.",
        "Rare dans le quartier, ne tardez pas !",
        "On imagine déjà les petits déjeuners au soleil.",
        "Un lieu qui a une âme, et qui n'attend plus que la vôtre.",
        "Les volumes surprennent, la lumière aussi.",
    ),
    False: (
        "Une occasion à étudier de près !",
        "Le genre de bien qui ne reste pas longtemps.",
        "Idéal investisseur ou utilisateur.",
    ),
}

AROUND: tuple[str, ...] = (
    "Situation : proximité {nears}.",
    "Le quartier offre toutes les commodités, à proximité {nears}.",
    "Secteur apprécié de {city}, proche {nears}.",
    "Emplacement recherché, à quelques minutes à pied {nears}.",
    "Tout se fait à pied, à proximité {nears}.",
    "À proximité {nears}.",
    "Accès rapide aux grands axes, à côté {nears}.",
)
WARM_AROUND: tuple[str, ...] = (
    "On fait tout à pied : vous êtes à deux minutes {nears} !",
    "{city} comme on l'aime, à côté {nears}.",
    "Et le dimanche, promenade au parc municipal, à côté {near}.",
    "Les voisins disent bonjour et le boulanger vous reconnaît, à côté {near}.",
    "Le matin, le café du coin ; le soir, la promenade, tout près {near}.",
)

#: How an agency introduces a list of features.
FEATURE_LEADS: tuple[str, ...] = (
    "Les plus : ", "À noter également : ", "Le bien dispose également de : ", "Atouts : ", "Prestations : ",
    "En complément : ", "Vous apprécierez : ", "On retiendra : ", "Côté confort : ",
)  # fmt: skip

STUDIO_ROOMS: tuple[str, ...] = (
    "Il se compose d'une entrée, d'une pièce de vie, d'un coin cuisine et d'une salle d'eau.",
    "La pièce principale accueille un espace nuit et un coin repas ; salle d'eau séparée.",
    "Il offre une pièce à vivre lumineuse, un coin cuisine et une salle d'eau avec WC.",
    "Pièce principale bien agencée, placard dans l'entrée, salle d'eau.",
)

PLAIN_ROOMS: dict[PropertyType, tuple[str, ...]] = {
    PropertyType.LAND: (
        "Terrain plat et viabilisé, libre de constructeur.",
        "Certificat d'urbanisme obtenu, réseaux en bordure.",
        "Le terrain est borné, l'étude de sol G1 est disponible.",
        "Belle façade sur rue, exposition favorable, assainissement collectif en limite.",
    ),
    PropertyType.PARKING: (
        "Accès par badge, manœuvre aisée, convient à une grande berline.",
        "Résidence fermée, accès par télécommande, hauteur 1,95 m.",
        "Éclairage automatique, vidéosurveillance de la rampe, sol peint.",
    ),
    PropertyType.BUILDING: (
        "L'ensemble comprend plusieurs logements, compteurs séparés, toiture révisée.",
        "Plusieurs lots d'habitation et un rez-de-chaussée, rapport locatif à étudier.",
    ),
    PropertyType.COMMERCIAL: (
        "Le local comprend un espace de vente, une réserve et des sanitaires. Bail tous commerces.",
        "Surface d'un seul tenant, rideau métallique, point d'eau. Bail 3/6/9.",
        "Belle visibilité, flux piéton régulier, vitrine refaite, arrière-boutique.",
    ),
}

CONDITION: tuple[str, ...] = (
    "Bon état général, pièces bien distribuées, rangements dans l'entrée, soleil toute la journée.",
    "Beaux volumes, agencement fonctionnel, pas de perte de place, sanitaires en bon état.",
    "Ensemble propre et lumineux, électricité revue, rangements intégrés, faibles frais à prévoir.",
)
SALE_ENDINGS = (
    "À visiter sans tarder.", "Belle affaire.", "Idéal 1er achat ou investisseur.", "Visite ce jour.",
)  # fmt: skip
RENT_ENDINGS = ("Dossier complet exigé.", "Visite sur RDV.", "Garants demandés.", "Visale acceptée.")

#: Added while a text is shorter than real ones are.
PADDING: tuple[str, ...] = (
    "Le bien se visite du lundi au samedi, sur simple appel à l'agence.",
    "Nous tenons à votre disposition l'ensemble des documents utiles à votre décision.",
    "Notre équipe vous accompagne jusqu'à la remise des clés, et après.",
    "Plans, relevés et photographies supplémentaires sont envoyés sur demande.",
)

GEORISQUES = (
    "Les informations sur les risques auxquels ce bien est exposé sont disponibles sur le site "
    "Géorisques : www.georisques.gouv.fr."
)

#: Seldom, a hurried hand: what should stand there, what stands there.
SLIPS: tuple[tuple[str, str], ...] = (
    ("lumineux", "lumineu"), ("appartement", "appartment"), ("situé", "situer"), ("proche", "proches"),
    ("À proximité", "A proximité"), ("toilettes", "toilette"), ("chambres", "chambre s"), (". ", ".  "),
    ("à proximité", "a proximité"), ("quartier", "quartié"),
)  # fmt: skip
