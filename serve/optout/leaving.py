"""Leaving: a link to who speaks for a site, then what the operator's `pignon optout` does."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from crawl.optout import Left, write_opt_out
from crawl.url import site_host
from models.settings import Settings
from models.tables import Agency, utc_now
from serve.accounts import links
from serve.accounts.entry import Entry, evenly
from serve.limits import budgets
from serve.mail.letter import Letter, write
from serve.mail.outbox import post
from serve.optout.owner import is_at

#: A site's thousands of listings take longer than a search may.
_TIMEOUT: Final = "set local statement_timeout = '25s'"


class Refusal(Enum):
    """Why no link is mailed."""

    UNKNOWN = "there is no such agency"
    LEFT = "it has left already"
    NOT_THEIRS = "the address does not speak for the site"


@dataclass(frozen=True, slots=True)
class Site:
    """The site that would leave, and who shows that they may."""

    host: str
    email: str | None
    alone: bool
    left: bool


async def ask(entry: Entry, agency: int, email: str) -> Refusal | None:
    """Mail a link to an address that speaks for the agency's site; why not, else None."""
    async with entry.market.engine.connect() as connection:
        site = await _site(connection, agency)
    if site is None:
        return Refusal.UNKNOWN
    if site.left:
        return Refusal.LEFT
    shown = site.email is not None and site.email.strip().lower() == email.lower()
    # An address that one of several agencies of a host shows does not speak for the others.
    if not is_at(email, site.host) and not (shown and site.alone):
        return Refusal.NOT_THEIRS
    await evenly(_mail(entry, site.host, email))
    return None


async def leave(entry: Entry, secret: str) -> Left | None:
    """Opt a site out by a link, once; None when the link is not good."""
    async with entry.market.writer.begin() as connection:
        link = await links.use(connection, "opt_out", secret)
        if link is None:
            return None
        await connection.execute(text(_TIMEOUT))
        note = f"{link.address}, by a mail's link"
        host: str = link.payload["host"]
        return await connection.run_sync(lambda opened: write_opt_out(opened, host, note, utc_now()))


async def _site(connection: AsyncConnection, agency: int) -> Site | None:
    query = select(Agency.website_url, Agency.host, Agency.email, Agency.opted_out_at).where(
        Agency.id == agency
    )
    row: Any = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    there = select(func.count()).select_from(Agency).where(Agency.host == row.host)
    alone = (await connection.scalar(there) or 0) == 1
    return Site(site_host(row.website_url), row.email, alone, row.opted_out_at is not None)


async def _mail(entry: Entry, host: str, email: str) -> None:
    if not (await entry.limiter.take(budgets.MAIL_TO_ONE, email.lower())).allowed:
        return
    async with entry.market.writer.begin() as connection:
        secret = await links.make(connection, "opt_out", email.lower(), payload={"host": host})
        link = links.address_of(entry.settings.link_base, "opt_out", secret)
        expires = utc_now() + links.LIVES["opt_out"]
        await post(connection, entry.settings, email, letter(entry.settings, host, link), expires=expires)


def letter(settings: Settings, host: str, link: str) -> Letter:
    """In French, then in English: what the link does, and how to come back."""
    contact = settings.crawler_contact
    paragraphs = (
        f"Quelqu’un demande, en votre nom, que Pignon ne visite plus {host}. Pour le confirmer :",
        f"Pignon cesse alors aussitôt de visiter {host} et les sites qui en dépendent, retire vos annonces "
        "de la recherche et oublie ce qu’il en a appris. Le lien vaut sept jours et ne sert qu’une fois.",
        f"Pour revenir, écrivez-nous : {contact}. Vos annonces reparaissent à la visite suivante.",
        "Si vous n’avez rien demandé, ne faites rien : rien ne change.",
        f"In English: someone asks, in your name, that Pignon visit {host} no more; the link confirms it.",
        f"Pignon then stops at once visiting {host} and what lies under it, takes your adverts out of the "
        "search and forgets what it learnt of the site. The link is good for seven days and works once.",
        f"To come back, write to us: {contact}. Your adverts appear again with the next visit. "
        "If you asked for nothing, do nothing: nothing changes.",
    )
    return write(
        f"Pignon ne visitera plus {host} ? / Leave Pignon?", paragraphs, "fr", link, "Confirmer / Confirm"
    )
