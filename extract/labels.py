"""Labels of tables and definition lists -> Listing field names. Data only: a value's meaning is its
field's parser's. French first; English, German, Spanish, Italian, Dutch and Portuguese beside it."""

import re
from functools import lru_cache
from typing import Final

from extract.text import fold, tidy

_TABLE: Final = {
    "price": """
        prix, prix de vente, prix du bien, prix fai, prix hai, prix ttc, prix affiche, prix
        public, prix total, prix honoraires inclus, prix frais d'agence inclus, prix frais
        d'agence compris, prix de vente honoraires inclus, prix de vente hai, montant, loyer,
        loyer cc, loyer charges comprises, loyer mensuel, loyer mensuel charges comprises, loyer
        mensuel cc, loyer charges comprises par mois, loyer + charges, tarif, mise a prix, price,
        asking price, sale price, list price, rent, monthly rent, rent per month, kaufpreis,
        preis, miete, kaltmiete, warmmiete, gesamtmiete, precio, precio de venta, prezzo, prezzo
        di vendita, canone, prijs, vraagprijs, huurprijs, koopprijs, preco, preco de venda, valor,
        valor de venda
    """,
    "surface": """
        surface, surface habitable, surface carrez, surface loi carrez, loi carrez, surface (loi
        carrez), surface m2, surface m², surface totale, surface
        hab, surf, surf hab, surface du bien, superficie, superficie habitable, surface privative,
        surface boutin, surface utile, shab, living area, living space, floor area, internal area,
        area, size, square feet, sq ft, sqft, property size, property area, home size, built area,
        wohnflache, wohnflache ca, nutzflache, superficie util, superficie construida, metros
        cuadrados, superficie commerciale, woonoppervlakte, oppervlakte, gebruiksoppervlakte
        wonen, wonen, area util, area bruta
    """,
    "land_surface": """
        surface terrain, surface du terrain, surface de terrain, surface de la parcelle, surface
        parcelle, terrain, superficie terrain, superficie du terrain, parcelle, terrain m2,
        surface cadastrale, contenance cadastrale, lot size, lot area, land size, land area, land,
        plot, plot size, plot area, grundstuck, grundstucksflache, grundstucksflache ca, parcela,
        superficie parcela, superficie terreno, perceeloppervlakte, perceel, area do terreno
    """,
    "rooms": """
        pieces, piece, nombre de pieces, nb pieces, nb de pieces, nbre de pieces, nombre de piece,
        nombre de piece(s), piece(s), nb piece, nb de piece(s), nombre pieces, nbr pieces, rooms,
        number of rooms, room count, total rooms, zimmer, zimmeranzahl, anzahl zimmer, locali, numero di
        locali, vani, aantal kamers, kamers, ambientes, assoalhadas, numero de ambientes
    """,
    "bedrooms": """
        chambres, chambre, nombre de chambres, nb chambres, nb de chambres, nbre de chambres,
        chambre(s), nombre de chambre(s), nombre chambres, nb chambre, bedrooms, bedroom, number
        of bedrooms, beds, schlafzimmer, anzahl schlafzimmer, dormitorios, habitaciones, camere,
        camere da letto, slaapkamers, aantal slaapkamers, quartos
    """,
    "bathrooms": """
        salles de bains, salle de bains, salles de bain, salle de bain, salle(s) de bains,
        salle(s) de bain, nombre de salles de bains, nombre de salles de bain, nb de salle de
        bains, nb salles de bain, nb salle de bain, nb de salles de bain, sdb, bathrooms,
        bathroom, baths, bath, number of bathrooms, full baths, badezimmer, bader, anzahl
        badezimmer, banos, bagni, bagno, badkamers, aantal badkamers, banheiros, casas de banho
    """,
    "floor": """
        etage, niveau, etages du bien, numero d'etage, num etage, situation etage, etage du bien, n°
        etage, floor, floor number, etage von, planta, piano, verdieping, woonlaag, andar
    """,
    "address": """
        adresse, adresse du bien, rue, address, street, street address, property address, adresse
        complete, anschrift, strasse, direccion, indirizzo, adres, endereco, morada, calle
    """,
    "postal_code": """
        code postal, cp, zip, zip code, postcode, postal code, zip/postal code, plz, codigo
        postal, cap, cep
    """,
    "city": """
        ville, commune, localisation, localite, secteur, city, town, location, locality, ort,
        stadt, ciudad, localidad, poblacion, citta, comune, plaats, cidade
    """,
    "property_type": """
        type de bien, type, type de propriete, nature du bien, nature, categorie, type de
        logement, type du bien, bien, type d'annonce, type de produit, property type, category,
        type of property, home type, objektart, immobilientyp, wohnungstyp, haustyp, tipo, tipo de
        inmueble, tipo de propiedad, tipologia, tipo di immobile, soort, soort woning, type
        woning, tipo de imovel
    """,
    "transaction": """
        transaction, type de transaction, type d'offre, offre, type de contrat, type d'operation,
        operation, property status, status, listing type, offer, vermarktungsart, operacion,
        contratto, contract, negocio, finalidade
    """,
    "dpe": """
        dpe, classe energie, classe energetique, etiquette energie, diagnostic de performance
        energetique, classe dpe, consommation energetique, consommation d'energie, dpe
        consommation, consommation energie primaire, performance energetique, bilan energetique,
        conso energetique, classe energie (dpe), valeur consommation energie, energie -
        consommation conventionnelle, lettre consommation energie, dpe lettre, dpe valeur, energy
        class, energy rating, energy label, epc, epc rating, energy efficiency rating,
        energieeffizienzklasse, certificado energetico, calificacion energetica, classe
        energetica, energielabel, eficiencia energetica
    """,
    "ges": """
        ges, classe climat, emission de ges, emissions de ges, emission de gaz a effet de serre,
        emissions de gaz a effet de serre, gaz a effet de serre, etiquette climat, classe ges, ges
        lettre, ges valeur, valeur ges, emissions ges, emissions co2, lettre ges, ghg, co2
        emissions, energie - estimation des emissions
    """,
    "charges": """
        charges, charges mensuelles, provision sur charges, provisions sur charges, provision pour
        charges, provisions pour charges, charges locatives, montant des charges, charges de
        copropriete, charges copropriete, charges annuelles, charges annuelles de copropriete,
        quote-part annuelle des charges, dont charges, dont provision pour charges, dont
        provisions sur charges, dont etat des charges, charges forfaitaires, service charge,
        nebenkosten, hausgeld, gastos de comunidad, gastos, spese condominiali, servicekosten,
        condominio, charges courantes par an, montant moyen de la quote-part de charges courantes,
        charges previsionnelles, depenses courantes de copropriete
    """,
    "fees": """
        honoraires, honoraires ttc, honoraires d'agence, frais d'agence, honoraires agence,
        honoraires locataire, honoraires locataires, honoraires charge locataire, honoraires a la
        charge du locataire, honoraires charge acquereur, honoraires a la charge de l'acquereur,
        honoraires vendeur, honoraires charge vendeur, taux d'honoraires, honoraires acquereur,
        montant des honoraires, dont honoraires, agency fees, fees, agency fee, maklerprovision,
        kauferprovision, provvigione
    """,
    "fees_payer": """
        charge des honoraires, honoraires a la charge de, honoraires a charge, charge honoraires
    """,
    "deposit": """
        depot de garantie, depot garantie, caution, montant du depot de garantie, depot, deposit,
        security deposit, kaution, fianza, cauzione, deposito, borg, waarborg, waarborgsom, caucao
    """,
    "furnished": """
        meuble, meublee, type de location, ameublement, location meublee, bien meuble, furnished,
        furnishing, furniture, mobliert, amueblado, arredato, arredamento, gemeubileerd,
        interieur, mobilado
    """,
    "construction_year": """
        annee de construction, annee construction, construction, construit en, date de
        construction, annee, epoque de construction, annee de livraison, year built, construction
        year, built, built in, year of construction, baujahr, ano de construccion, antiguedad,
        anno di costruzione, anno, bouwjaar, ano de construcao
    """,
    "reference": """
        reference, ref, reference annonce, reference du bien, reference de l'annonce, reference
        agence, reference interne, ref agence, ref annonce, ref du bien, ref bien, numero de
        mandat, n° de mandat, mandat n°, mandat, numero mandat, n° mandat, id, identifiant,
        reference number, property id, property ref, listing id, listing number, mls, mls #, mls
        number, objektnummer, objekt-id, objekt-nr, referencia, riferimento, codice, referentie,
        referentienummer
    """,
    "availability": """
        disponibilite, disponible, disponible le, date de disponibilite, libre le, disponible a
        partir du, disponible des le, date de liberation, libre, available, available from,
        availability, available on, move-in date, date available, verfugbar ab, verfugbar,
        bezugsfrei ab, disponibilidad, disponibilita, beschikbaar, aanvaarding, disponibilidade
    """,
    "exclusive": """
        exclusivite, mandat exclusif, exclusif, type de mandat, exclusive
    """,
    "latitude": """
        latitude, lat
    """,
    "longitude": """
        longitude, lng, lon, long
    """,
}
#: Folded label, without colon and unit -> Listing field.
LABELS: Final[dict[str, str]] = {
    label: field for field, labels in _TABLE.items() for label in " ".join(labels.split()).split(", ")
}
#: Labels that count one part of a field: shower rooms are added to bathrooms.
PARTS: Final[dict[str, str]] = dict.fromkeys(
    (
        *("salles d'eau", "salle d'eau", "salle(s) d'eau", "nombre de salles d'eau", "nb de salle d'eau"),
        *("nb salle d'eau", "nb salles d'eau", "nb de salles d'eau", "sde", "shower rooms", "half baths"),
    ),
    "bathrooms",
)
_UNIT = re.compile(
    r" ?(?:\((?:m2|m²|€|en m2|en m²|en €|eur|sq ?ft|kwh/?m²?/?an|ttc)\)|\ben (?:m2|m²|euros|€))$"
)
_UNIT_ENDS = (")", "m2", "m²", "euros", "€")


#: "Réf. annonce", "Nb. de pièces".
_ABBREVIATED = re.compile(r"(?<=[a-z])\.(?= )")
#: Any label that ends as an identifier's does: "Engel & Co ID", "Listing reference", "Cód. del anuncio".
_IDENTIFIER = re.compile(
    r"(?:.{2,24} )?(?:id|ref|reference|referencia|referenz|anzeigennummer|objektnummer|objekt-nr|kennung)"
    r"(?: (?:no|nr|number|code|du bien|annonce|agence|interne|web|client))?"
    r"|(?:cod|codigo)(?: de| del| do| da)? (?!postal)[a-z0-9 .-]{2,20}"
    r"|(?:code|numero|n°|id|reference|ref) (?:(?:de |du |de l'|of the )?(?:annonce|bien|mandat|dossier|offre"
    r"|produit|property|listing|advert))"
)


@lru_cache(maxsize=4_096)
def plain(label: str) -> str:
    """A label as the tables have it: folded, one line, without colon, bullet or unit."""
    folded = _bare(fold(tidy(label[:120])))
    if folded.endswith(_UNIT_ENDS):
        folded = _bare(_UNIT.sub("", folded))
    return _ABBREVIATED.sub("", folded)


def _bare(folded: str) -> str:
    return folded.lstrip(" :.*•-").rstrip(" :.*•?-")


@lru_cache(maxsize=20_000)
def field_of(label: str) -> str | None:
    """The Listing field a label names, None for any other label."""
    name = plain(label)
    return LABELS.get(name) or ("reference" if _IDENTIFIER.fullmatch(name) else None)


def part_of(label: str) -> str | None:
    """The Listing field a label counts one part of ("Salles d'eau" -> `bathrooms`)."""
    return PARTS.get(plain(label))
