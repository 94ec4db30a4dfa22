"""What agencies write of each feature: noun phrases for lists, short forms, and whole sentences.

Every name is one of `models.features.FEATURES`. `words.py` strings them together.
"""

#: Things one has: put after "avec", "Les plus :", "À noter également :".
NOUNS: dict[str, tuple[str, ...]] = {
    "air_conditioning": ("la climatisation", "une climatisation réversible"),
    "alarm": ("une alarme", "un système d'alarme"),
    "attic": ("des combles aménageables", "un grenier"),
    "balcony": ("un balcon", "un balcon filant", "un balcon plein sud"),
    "basement": ("un sous-sol", "un sous-sol complet"),
    "bathtub": ("une baignoire", "une grande baignoire"),
    "bike_room": ("un local à vélos", "un local vélos sécurisé"),
    "cable_or_fibre": ("la fibre optique", "le raccordement à la fibre"),
    "caretaker": ("un gardien", "une gardienne"),
    "cellar": ("une cave", "une cave saine", "une grande cave"),
    "collective_heating": ("un chauffage collectif", "le chauffage collectif"),
    "double_glazing": ("le double vitrage", "des fenêtres en double vitrage"),
    "dressing_room": ("un dressing", "un vrai dressing"),
    "electric_heating": ("un chauffage électrique", "des radiateurs électriques à inertie"),
    "electric_shutters": ("des volets roulants électriques", "des volets électriques"),
    "entry_phone": ("un interphone", "l'interphone"),
    "equipped_kitchen": ("une cuisine équipée", "une cuisine aménagée et équipée"),
    "fireplace": ("une cheminée", "une cheminée en marbre"),
    "floor_heating": ("un chauffage au sol", "un plancher chauffant"),
    "garage": ("un garage", "un garage fermé"),
    "garden": ("un jardin", "un jardin clos", "un jardin arboré"),
    "gas_heating": ("un chauffage au gaz", "une chaudière gaz à condensation"),
    "heat_pump": ("une pompe à chaleur", "une pompe à chaleur récente"),
    "individual_heating": ("un chauffage individuel", "le chauffage individuel"),
    "laundry_room": ("une buanderie", "une buanderie attenante"),
    "lift": ("un ascenseur", "l'ascenseur"),
    "loggia": ("une loggia", "une loggia vitrée"),
    "mezzanine": ("une mezzanine", "une mezzanine bois"),
    "open_kitchen": ("une cuisine ouverte", "une cuisine américaine"),
    "open_view": ("une vue dégagée", "une belle vue dégagée sans vis-à-vis"),
    "outbuilding": ("une dépendance", "des dépendances en pierre"),
    "parking_space": ("une place de parking", "un emplacement de stationnement"),
    "parquet": ("un parquet", "un parquet en chêne", "du parquet massif"),
    "patio": ("un patio", "un patio fleuri"),
    "sea_view": ("une vue mer", "une vue sur la mer"),
    "solar_panels": ("des panneaux solaires", "des panneaux photovoltaïques"),
    "swimming_pool": ("une piscine", "une piscine chauffée"),
    "terrace": ("une terrasse", "une terrasse exposée sud-ouest"),
    "veranda": ("une véranda", "une véranda de belle taille"),
    "videophone": ("un visiophone", "le visiophone"),
    "walk_in_shower": ("une douche à l'italienne", "une belle douche à l'italienne"),
    "wheelchair_access": ("un accès PMR", "un accès pour personnes à mobilité réduite"),
    "wood_heating": ("un poêle à bois", "un poêle à granulés"),
}

#: The telegraphic hand.
SHORT: dict[str, str] = {
    "air_conditioning": "clim", "alarm": "alarme", "attic": "grenier", "balcony": "balcon",
    "basement": "ss-sol", "bathtub": "baignoire", "bike_room": "local vélos", "cable_or_fibre": "fibre",
    "caretaker": "gardien", "cellar": "cave", "collective_heating": "chauf. coll.",
    "double_glazing": "dble vitrage", "dressing_room": "dressing", "electric_heating": "chauf. élec.",
    "electric_shutters": "volets élec.", "entry_phone": "interphone", "equipped_kitchen": "cuis. équipée",
    "fireplace": "cheminée", "floor_heating": "chauffage au sol", "garage": "gge", "garden": "jardin",
    "gas_heating": "chauf. gaz", "heat_pump": "PAC", "individual_heating": "chauf. ind.",
    "laundry_room": "buanderie", "lift": "asc.", "loggia": "loggia", "mezzanine": "mezzanine",
    "open_kitchen": "cuis. américaine", "open_view": "vue dégagée", "outbuilding": "dépendance",
    "parking_space": "pl. de parking", "parquet": "parquet", "patio": "patio", "sea_view": "vue mer",
    "solar_panels": "panneaux solaires", "swimming_pool": "piscine", "terrace": "terrasse",
    "veranda": "véranda", "videophone": "visiophone", "walk_in_shower": "douche italienne",
    "wheelchair_access": "accès PMR", "wood_heating": "poêle à bois", "needs_work": "travaux à prévoir",
    "new_build": "neuf", "pets_allowed": "animaux acceptés", "quiet": "au calme",
    "renovated": "entièrement rénové", "single_storey": "plain-pied", "tenanted": "vendu loué",
    "top_floor": "dernier étage",
}  # fmt: skip

#: States rather than things: a sentence of their own.
SENTENCES: dict[str, tuple[str, ...]] = {
    "needs_work": (
        "Travaux à prévoir.",
        "Des travaux de rafraîchissement sont à prévoir.",
        "Le bien est à rénover : une belle page blanche pour qui a des idées.",
    ),
    "new_build": ("Programme neuf.", "Logement neuf, jamais habité."),
    "pets_allowed": ("Animaux acceptés.", "Les animaux sont acceptés."),
    "quiet": ("Au calme.", "L'ensemble est au calme.", "Le tout au calme, sans nuisance."),
    "renovated": (
        "Entièrement rénové.",
        "Le bien a été entièrement rénové avec des matériaux de qualité.",
        "Rénové récemment, il n'y a plus qu'à poser ses valises.",
    ),
    "single_storey": ("De plain-pied.", "La vie s'organise entièrement de plain-pied."),
    "tenanted": (
        "Vendu loué.",
        "Le bien est vendu loué, locataire en place.",
        "Vendu occupé, idéal investisseur.",
    ),
    "top_floor": ("Situé au dernier étage.", "Il occupe le dernier étage."),
}

#: Where a feature is said to be absent.
ABSENT: dict[str, tuple[str, ...]] = {
    "lift": ("Immeuble sans ascenseur.", "Pas d'ascenseur.", "L'immeuble est sans ascenseur."),
    "pets_allowed": ("Animaux non acceptés.", "Les animaux ne sont pas acceptés."),
}
