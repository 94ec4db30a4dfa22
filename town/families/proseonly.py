"""An artisan's hand-made site: headings and paragraphs, no label, no table, no structured data.

Every fact of the advert is told in a sentence; the energy class too, its figures never.
"""

from typing import ClassVar

from models.listing import PropertyType, Transaction
from town.families.templated import JsonObject, Templated
from town.families.words import Spacing, availability, feature_list, payer, phrase, slug, type_of
from town.model import Advert, Article, Site

_FEMININE = {PropertyType.HOUSE}


class ProseOnly(Templated):
    """`/nos-biens/12-joli-t3.html`, lists at `/ventes-2.html`."""

    name = "proseonly"
    platform = None
    spacing: ClassVar[Spacing] = "space"
    ground = "rez-de-chaussée"
    variant = 2
    per_page = 7
    style_path = "/styles/maison.css"
    hidden = frozenset({"address", "latitude", "longitude", "dpe_value", "ges_value"})

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        base = "locations" if transaction is Transaction.RENT else "ventes"
        return f"/{base}.html" if page == 1 else f"/{base}-{page}.html"

    def detail_path(self, site: Site, advert: Advert) -> str:
        home = advert.dwelling
        size = f" t{home.rooms}" if home.rooms else ""
        name = slug(f"{type_of(home.property_type)}{size} {home.place.city}")
        return f"/nos-biens/{advert.id}{advert.path_suffix}-{name}.html"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/notre-maison.html",
            "fees": "/honoraires.html",
            "blog": "/carnet.html",
            "contact": "/nous-ecrire.html",
            "legal": "/mentions.html",
        }

    def article_path(self, article: Article) -> str:
        return f"/carnet/{article.slug}.html"

    def detail_context(self, site: Site, advert: Advert) -> JsonObject:
        return {"paragraphs": self.paragraphs(advert)}

    # The advert in sentences ------------------------------------------------------------------

    def paragraphs(self, advert: Advert) -> list[str]:
        """Everything the page tells of the advert, in its order."""
        home = advert.dwelling
        told = [
            f"{self.money(advert)} {self.portrait(advert)}",
            *(line for line in advert.description.split("\n") if line.strip()),
            f"En résumé : {phrase([w.lower() for w in feature_list(home.features)])}."
            if home.features
            else "",
            self.energy(advert),
            self.formalities(advert),
        ]
        return [paragraph for paragraph in told if paragraph]

    def money(self, advert: Advert) -> str:
        """Price or rent, charges, deposit and fees."""
        rent = advert.dwelling.transaction is Transaction.RENT
        sentences = [self.rent(advert) if rent else self.sale(advert)]
        if advert.deposit is not None:
            sentences.append(f"Le dépôt de garantie est de {self.written('deposit', advert.deposit)}.")
        if advert.fees is not None:
            who = f", {payer(advert.fees_payer)}" if advert.fees_payer else ""
            sentences.append(f"Nos honoraires s'élèvent à {self.written('fees', advert.fees)} TTC{who}.")
        return " ".join(sentences)

    def sale(self, advert: Advert) -> str:
        charges = advert.dwelling.charges
        costs = (
            f" Comptez {self.written('price', charges)} de charges par mois." if charges is not None else ""
        )
        return f"Prix : {self.price(advert)} FAI.{costs}"

    def rent(self, advert: Advert) -> str:
        charges = advert.dwelling.charges
        mode = "charges comprises" if advert.charges_included else "hors charges"
        link = "dont" if advert.charges_included else "auxquels s'ajoutent"
        costs = f", {link} {self.written('price', charges)} de charges" if charges is not None else ""
        return f"Loyer : {self.price(advert)} par mois {mode}{costs}."

    def portrait(self, advert: Advert) -> str:
        """What it is, where, how large, how old."""
        home = advert.dwelling
        many = (home.rooms or 0) > 1
        size = [
            f" de {home.rooms} pièce{'s' if many else ''}" if home.rooms else "",
            f" d'une surface de {self.written('surface', advert.surface)}" if advert.surface else "",
        ]
        plot = self.land(advert)
        level = f", au {self.written('floor', home.floor)}" if home.floor is not None else ""
        agree = "e" if home.property_type in _FEMININE else ""
        age = f", construit{agree} en {home.construction_year}" if home.construction_year else ""
        where = f" à {home.place.city} ({home.place.postal_code})"
        first = f"{type_of(home.property_type)}{''.join(size)}{plot}{where}{level}{age}."
        return " ".join(part for part in (first, self.inside(advert)) if part)

    def land(self, advert: Advert) -> str:
        home = advert.dwelling
        if not home.land_surface:
            return ""
        text = self.written("land_surface", home.land_surface)
        return f" de {text}" if home.property_type is PropertyType.LAND else f" sur un terrain de {text}"

    def inside(self, advert: Advert) -> str:
        """Bedrooms, bathrooms and furniture."""
        home = advert.dwelling
        count = [
            f"{n} {word}{'s' if n > 1 else ''}"
            for n, word in ((home.bedrooms, "chambre"), (home.bathrooms, "salle"))
            if n
        ]
        bath = " de bains" if home.bathrooms else ""
        rooms = f"On y compte {phrase(count)}{bath}." if count else ""
        furniture = {True: "Le bien est meublé.", False: "Le bien est non meublé.", None: ""}[home.furnished]
        return " ".join(part for part in (rooms, furniture) if part)

    def energy(self, advert: Advert) -> str:
        home = advert.dwelling
        if not home.dpe:
            return ""
        climate = f" et une classe climat {home.ges}" if home.ges else ""
        return f"Le diagnostic de performance énergétique donne une classe énergie {home.dpe}{climate}."

    def formalities(self, advert: Advert) -> str:
        """Availability, mandate and reference."""
        free = {None: "", "now": "Libre immédiatement. "}.get(advert.availability)
        if free is None and advert.availability:
            free = f"Libre le {availability(advert.availability)}. "
        mandate = "Nous en avons l'exclusivité. " if advert.exclusive else ""
        return f"{free}{mandate}Rappelez-nous la référence {advert.reference} quand vous appelez."
