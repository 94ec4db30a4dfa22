"""A site of 2005: no doctype, nested tables, upper-case tags, `<FONT>`, facts told in running lines.

Declares iso-8859-1 in its meta and means windows-1252, as every browser reads it.
"""

from urllib.parse import quote

from models.listing import Transaction
from town.families import words
from town.families.sheet import SheetFamily
from town.model import Advert, Article, Site


class Table2005(SheetFamily):
    name = "table2005"
    platform = None
    charset = "windows-1252"
    charset_in_header = False
    spacing = "dot"
    per_page = 15
    square = "m2"
    ground = "rez de chaussée"
    style_path = "/styles.css"

    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        file = "locations" if transaction is Transaction.RENT else "ventes"
        return f"/{file}.php" if page == 1 else f"/{file}.php?deb={(page - 1) * self.per_page}"

    def detail_path(self, site: Site, advert: Advert) -> str:
        return f"/fiche.php?ref={quote(advert.reference, safe='/')}&n={advert.id}{advert.path_suffix}"

    def info_paths(self) -> dict[str, str]:
        return {
            "agency": "/agence.htm",
            "fees": "/tarifs.htm",
            "blog": "/nouvelles.htm",
            "contact": "/contact.php",
            "legal": "/legal.htm",
        }

    def article_path(self, article: Article) -> str:
        return f"/nouvelle_{article.slug}.htm"

    def money(self, value: float) -> str:
        """`245.000 €`, and `245 000 Euros` for odd thousands: nobody proofread this site."""
        if int(value) // 1000 % 2:
            return words.euros(value, "space", "Euros")
        return words.euros(value, self.spacing)

    def summary(self, advert: Advert) -> str:
        """The bold line under the title: `F3 - 62,5 m2 - 2 chambres - 2e étage`."""
        facts = self.facts(advert)
        home = advert.dwelling
        rooms = f" {home.rooms} pièce{'s' if home.rooms > 1 else ''}" if home.rooms else ""
        parts = (
            words.type_of(home.property_type) + rooms,
            facts["surface"],
            f"terrain {facts['land_surface']}" if home.land_surface else None,
            f"{home.bedrooms} chambre{'s' if home.bedrooms > 1 else ''}" if home.bedrooms else None,
            facts["floor"],
        )
        return " - ".join(part for part in parts if part)
