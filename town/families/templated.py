"""A family whose pages are Jinja templates: the Python that eight families of this package share.

Holds no markup. A family gives its addresses, labels and figures' style; `templates/<name>/` the rest.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

from models.listing import Transaction
from town.families import words
from town.families.render import render
from town.family import Family, Response
from town.model import Advert, Article, Site, Withdrawal, date_of

JsonObject = dict[str, Any]


class Templated(Family):
    """Base of the families drawn by templates. Not a family itself: it has no name."""

    spacing: ClassVar[words.Spacing] = "nbsp"
    ground: ClassVar[str] = "RDC"
    ordinal: ClassVar[str] = "e"
    square: ClassVar[str] = "m²"
    style_path: ClassVar[str] = "/style.css"
    #: The label of each field that stands in the table of characteristics, in its order.
    labels: ClassVar[Mapping[str, str]] = {}
    #: Which wording of the boilerplate (cookies, host) the family shows.
    variant: ClassVar[int] = 0

    # Pages ---------------------------------------------------------------------------------

    def html(self, template: str, site: Site, **more: Any) -> str:
        """One template with what every page needs: the site, its agency, addresses and figures."""
        return render(
            self.name,
            template,
            family=self,
            site=site,
            agency=site.agency,
            nav=self.info_paths(),
            sale=self.list_path(Transaction.SALE),
            rent=self.list_path(Transaction.RENT),
            today=date_of(site.day),
            **more,
        )

    def render_home(self, site: Site) -> str:
        return self.html("home.html", site, adverts=self.favourites(site), articles=site.articles[:3])

    def render_list(self, site: Site, transaction: Transaction, page: int) -> str:
        return self.html(
            "list.html",
            site,
            adverts=self.slice(site, transaction, page),
            transaction=transaction,
            title="Nos biens à louer" if transaction is Transaction.RENT else "Nos biens à vendre",
            total=len(site.of(transaction)),
            page=page,
            pages=self.pages_of(site, transaction),
            **self.list_context(site, transaction, page),
        )

    def render_detail(self, site: Site, advert: Advert) -> str:
        sold = advert.withdrawn is Withdrawal.SOLD_STICKER
        return self.html(
            "detail.html",
            site,
            ad=advert,
            home=advert.dwelling,
            rent_it=advert.dwelling.transaction is Transaction.RENT,
            sold=words.transaction_words(advert.dwelling.transaction)[1] if sold else "",
            similar=self.similar(site, advert),
            rows=self.rows(advert),
            **self.detail_context(site, advert),
        )

    def render_info(self, site: Site, kind: str) -> str:
        return self.html("info.html", site, kind=kind, title=words.INFO_TITLES[kind])

    def render_article(self, site: Site, article: Article) -> str:
        return self.html("article.html", site, article=article, title=article.title)

    def render_not_found(self, site: Site) -> str:
        return self.html("not_found.html", site, title="Page introuvable")

    def list_context(self, site: Site, transaction: Transaction, page: int) -> JsonObject:
        """What `list.html` of this family needs beside the common context."""
        return {}

    def detail_context(self, site: Site, advert: Advert) -> JsonObject:
        """What `detail.html` of this family needs beside the common context."""
        return {}

    def extra(self, site: Site) -> dict[str, Response]:
        return {self.style_path: style_sheet(self.name)}

    # Values --------------------------------------------------------------------------------

    def favourites(self, site: Site, count: int = 4) -> tuple[Advert, ...]:
        """The home page's selection: any live adverts, the same until they are gone."""
        return tuple(sorted(site.adverts, key=lambda a: (a.id * 7919) % 1009)[:count])

    def price(self, advert: Advert) -> str:
        """The price alone: `245 000 €`."""
        return words.euros(advert.price, self.spacing)

    def rows(self, advert: Advert) -> list[tuple[str, str, str]]:
        """(field, label, text) of every labelled field that the advert tells."""
        found = ((name, label, self.text_of(advert, name)) for name, label in self.labels.items())
        return [(name, label, text) for name, label, text in found if text is not None]

    def text_of(self, advert: Advert, name: str) -> str | None:
        """One Listing field as these pages write it; None where the advert does not tell."""
        if name == "exclusive" and not advert.exclusive:
            return None
        holders = (advert, advert.dwelling, advert.dwelling.place)
        value = next(getattr(holder, name) for holder in holders if hasattr(holder, name))
        return None if value in (None, "") else self.written(name, value)

    def written(self, name: str, value: Any) -> str:
        """`value` of the field `name` in words."""
        form = _FORMS.get(name)
        return form(self, value) if form else str(value)


_FORMS: dict[str, Callable[[Templated, Any], str]] = {
    "price": lambda family, value: words.euros(value, family.spacing),
    "fees": lambda family, value: words.euros(value, family.spacing),
    "deposit": lambda family, value: words.euros(value, family.spacing),
    "charges": lambda family, value: words.euros(value, family.spacing) + " / mois",
    "surface": lambda family, value: words.m2(value, family.spacing, family.square),
    "land_surface": lambda family, value: words.m2(value, family.spacing, family.square),
    "floor": lambda family, value: words.floor(value, family.ground, family.ordinal),
    "dpe_value": lambda _, value: f"{value} kWh/m²/an",
    "ges_value": lambda _, value: f"{value} kg CO₂/m²/an",
    "furnished": lambda _, value: "Oui" if value else "Non",
    "exclusive": lambda _, value: "Oui" if value else "Non",
    "property_type": lambda _, value: words.type_of(value),
    "transaction": lambda _, value: words.transaction_words(value)[0],
    "fees_payer": lambda _, value: words.payer(value).capitalize(),
    "availability": lambda _, value: words.availability(value),
}


@cache
def style_sheet(name: str) -> Response:
    """The family's `style.css`, read once."""
    return Response(render(name, "style.css").encode(), content_type="text/css; charset=utf-8")


def sitemap(root: str, body: str) -> Response:
    """A sitemap's envelope: `root` is `urlset` or `sitemapindex`, `body` its entries."""
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{namespace}">{body}</{root}>\n'
    return Response(text.encode(), content_type="application/xml; charset=utf-8")


def absolute(site: Site, path: str) -> str:
    """The full address of a path of the site."""
    return site.base_url + path


def breadcrumb_ld(site: Site, steps: list[tuple[str, str]]) -> JsonObject:
    """schema.org BreadcrumbList of (name, path)."""
    items = [
        {"@type": "ListItem", "position": n, "name": name, "item": absolute(site, path)}
        for n, (name, path) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def agency_ld(site: Site) -> JsonObject:
    """schema.org RealEstateAgent with the agency's own address, which is not the property's."""
    agency = site.agency
    return {
        "@type": "RealEstateAgent",
        "name": agency.name,
        "url": site.base_url + "/",
        "telephone": agency.phone,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": agency.address,
            "postalCode": agency.place.postal_code,
            "addressLocality": agency.place.city,
            "addressCountry": "FR",
        },
    }
