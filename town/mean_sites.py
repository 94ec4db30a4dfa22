"""Sites that are a trap as a whole, each a host of its own: http://calendar.mean.localhost:PORT/.

Most show lists of adverts, as that is what a crawler of estate agencies follows.
"""

import asyncio
import secrets
import zlib

from town import mean_pages
from town.mean_pages import advert, card, listing
from town.wire import Answer, Wire, site


async def _robots(wire: Wire, text: str = "User-agent: *\nAllow: /\n") -> bool:
    """Answer robots.txt as it should be; False for any other address."""
    if wire.path != "/robots.txt":
        return False
    await wire.reply(200, text, Content_Type="text/plain")
    return True


async def _agency(wire: Wire, links: list[str], following: str | None = None, more: str = "") -> None:
    """robots.txt, a list under every address, and adverts under every address that says so."""
    if await _robots(wire):
        return
    number = zlib.crc32(wire.path.encode())
    if "annonce" in wire.path:
        await wire.reply(200, advert(number, more))
        return
    cards = "".join(card(link, zlib.crc32(link.encode())) for link in links)
    await wire.reply(200, listing(cards, following, more))


@site("plain")
async def plain(wire: Wire) -> None:
    """Nothing wrong at all: three adverts."""
    await _agency(wire, [f"/annonce/{n}" for n in range(3)])


@site("calendar")
async def calendar(wire: Wire) -> None:
    """A month per page, each with a next and a previous one and adverts of its own, for ever."""
    digits = wire.path.rpartition("mois=")[2].partition("&")[0]
    month = int(digits) if digits.lstrip("-").isdigit() else 0
    days = "".join(f'<a href="/agenda?mois={month}&jour={day}">{day}</a>' for day in range(1, 32))
    around = f'<a href="/agenda?mois={month - 1}">Mois précédent</a>'
    links = [f"/annonce/{month}-{n}" for n in range(3)]
    await _agency(wire, links, f"/agenda?mois={month + 1}", around + days)


@site("sessions")
async def sessions(wire: Wire) -> None:
    """The same five adverts under addresses that are new on every page."""
    visit = secrets.token_hex(8)
    links = [f"/annonce/{n};jsessionid={visit}" for n in range(2)]
    links += [f"/annonce/{n}?visite={visit}" for n in range(2, 4)] + [f"/annonce/s-{visit}/4"]
    await _agency(wire, links, f"/ventes?visite={visit}")


@site("facets")
async def facets(wire: Wire) -> None:
    """Every list leads to narrower ones: 2^12 of them for the same three adverts."""
    chosen = [part for part in wire.path.partition("?")[2].split("&") if part]
    narrower = [f"/ventes?{'&'.join([*chosen, f'critere{n}=1'])}" for n in range(12)]
    more = "".join(f'<a href="{url}">Biens à vendre, critère {n}</a>' for n, url in enumerate(narrower))
    await _agency(wire, [f"/annonce/{n}" for n in range(3)], narrower[len(chosen) % 12], more)


@site("deeper")
async def deeper(wire: Wire) -> None:
    """Relative links that make every address longer than the last."""
    await _agency(wire, [f"biens/annonce-{n}/" for n in range(3)], "biens/ventes/")


@site("same-everywhere")
async def same_everywhere(wire: Wire) -> None:
    """Every address, robots.txt too, answers the home page with 200."""
    await wire.reply(200, listing("".join(card(f"/annonce/{n}", n) for n in range(3))))


@site("base-elsewhere")
async def base_elsewhere(wire: Wire) -> None:
    """`<base>` turns every link to the metadata service."""
    if await _robots(wire):
        return
    html = listing("".join(card(f"annonce/{n}", n) for n in range(3)), "ventes")
    await wire.reply(200, html.replace("<title>", '<base href="http://169.254.169.254/"><title>'))


@site("links-inward")
async def links_inward(wire: Wire) -> None:
    """Lists whose adverts are at inner addresses, and robots.txt and sitemap that name some."""
    inner = [f"http://127.0.0.1:{wire.inner}/annonce/1", f"http://localhost:{wire.inner}/annonce/2"]
    inner += ["http://169.254.169.254/annonce/3", f"//127.0.0.1:{wire.inner}/annonce/4", "file:///etc/passwd"]
    if wire.path == "/sitemap.xml":
        locs = "".join(f"<url><loc>{url}</loc></url>" for url in inner)
        await wire.reply(200, f"<urlset>{locs}</urlset>", Content_Type="text/xml")
    elif not await _robots(wire, f"Sitemap: {inner[0]}\nSitemap: {wire.url('/sitemap.xml')}\n"):
        await _agency(wire, inner)


@site("many-links")
async def many_links(wire: Wire) -> None:
    """100,000 adverts on the home page."""
    if await _robots(wire):
        return
    home = mean_pages.many_links() if wire.path == "/" else advert(zlib.crc32(wire.path.encode()))
    await wire.reply(200, home)


@site("deep-pages")
async def deep_pages(wire: Wire) -> None:
    """Every page is 50,000 elements deep."""
    if not await _robots(wire):
        await wire.reply(200, mean_pages.deep_page())


@site("refresh-loop")
async def refresh_loop(wire: Wire) -> None:
    """Every page loads itself again at once."""
    if not await _robots(wire):
        refresh = f'<meta http-equiv="refresh" content="0; url={wire.path}">'
        await wire.reply(200, mean_pages.page("Attendez", "<a href='/'>ici</a>", refresh))


@site("cookie-wall")
async def cookie_wall(wire: Wire) -> None:
    """Every page leads to the wall, and the wall back, until a cookie that is never right."""
    if not await _robots(wire):
        await wire.redirect("/" if wire.path.startswith("/mur") else f"/mur?{wire.count}", Set_Cookie="mur=1")


@site("cloudflare")
async def cloudflare(wire: Wire) -> None:
    """A wall before everything, robots.txt too."""
    await wire.reply(403, mean_pages.CLOUDFLARE, Server="cloudflare", cf_mitigated="challenge")


@site("datadome")
async def datadome(wire: Wire) -> None:
    """A wall before everything but robots.txt."""
    if not await _robots(wire):
        await wire.reply(403, mean_pages.DATADOME, X_DataDome="protected")


@site("captcha")
async def captcha(wire: Wire) -> None:
    """A home page like others, then a captcha with 200 in place of every advert."""
    if wire.path in ("/", "/robots.txt"):
        await _agency(wire, [f"/annonce/{n}" for n in range(9)])
    else:
        await wire.reply(200, mean_pages.CAPTCHA)


@site("slow")
async def slow(wire: Wire) -> None:
    """robots.txt answers; every page drips."""
    if not await _robots(wire):
        await wire.head("Content-Type: text/html")
        while True:
            await wire.raw(b"x")
            await asyncio.sleep(0.02)


@site("resets")
async def resets(wire: Wire) -> None:
    """A home page, then nothing but resets."""
    if wire.path in ("/", "/robots.txt"):
        await _agency(wire, [f"/annonce/{n}" for n in range(12)])
    else:
        wire.reset()


@site("bombs")
async def bombs(wire: Wire) -> None:
    """A home page, and a gzip bomb for every advert."""
    if not wire.path.startswith("/annonce/"):
        await _agency(wire, [f"/annonce/{n}" for n in range(3)])
    else:
        bomb = await asyncio.to_thread(mean_pages.gzip_bomb)
        await wire.reply(200, bomb, Content_Encoding="gzip")


@site("sitemap-bomb")
async def sitemap_bomb(wire: Wire) -> None:
    """A sitemap of 1 GiB in 1 MiB of gzip, beside a list that is good."""
    if wire.path == "/sitemap.xml.gz":
        await wire.reply(200, await asyncio.to_thread(mean_pages.gzip_bomb), Content_Type="application/gzip")
    elif not await _robots(wire, f"Sitemap: {wire.url('/sitemap.xml.gz')}\n"):
        await _agency(wire, [f"/annonce/{n}" for n in range(3)])


@site("sitemap-loop")
async def sitemap_loop(wire: Wire) -> None:
    """Sitemaps that lead to ever new sitemaps."""
    if wire.path.startswith("/sitemap"):
        found = [wire.url(f"/sitemap-{secrets.token_hex(8)}.xml") for _ in range(9)]
        names = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in found)
        await wire.reply(200, f"<sitemapindex>{names}</sitemapindex>", Content_Type="text/xml")
    elif not await _robots(wire):
        await _agency(wire, [f"/annonce/{n}" for n in range(3)])


@site("robots-503")
async def robots_503(wire: Wire) -> None:
    """robots.txt answers 503; the site is open."""
    await _but_robots(wire, lambda wire: wire.reply(503, ""))


@site("robots-hangs")
async def robots_hangs(wire: Wire) -> None:
    """robots.txt never answers; the site is open."""
    await _but_robots(wire, lambda wire: asyncio.sleep(3_600))


@site("robots-huge")
async def robots_huge(wire: Wire) -> None:
    """robots.txt of 100 MB, which forbids /annonce/ at its very beginning."""
    await _but_robots(wire, _huge_robots)


@site("robots-redirects")
async def robots_redirects(wire: Wire) -> None:
    """robots.txt redirects six times before it forbids all."""
    hop = wire.path.rpartition("?")[2]
    done = int(hop) if hop.isdigit() else 0
    if not wire.path.startswith("/robots.txt"):
        await _agency(wire, [f"/annonce/{n}" for n in range(3)])
    elif done < 6:
        await wire.redirect(f"/robots.txt?{done + 1}")
    else:
        await wire.reply(200, "User-agent: *\nDisallow: /\n", Content_Type="text/plain")


@site("robots-inward")
async def robots_inward(wire: Wire) -> None:
    """robots.txt redirects to an inner address."""
    await _but_robots(wire, lambda wire: wire.redirect(f"http://127.0.0.1:{wire.inner}/robots.txt"))


async def _but_robots(wire: Wire, robots: Answer) -> None:
    """`robots` for robots.txt, a small agency for the rest."""
    if wire.path == "/robots.txt":
        await robots(wire)
    else:
        await _agency(wire, [f"/annonce/{n}" for n in range(3)])


async def _huge_robots(wire: Wire) -> None:
    await wire.head("Content-Type: text/plain", "Connection: close")
    await wire.raw(b"User-agent: *\nDisallow: /annonce/\n")
    for _ in range(100):
        await wire.raw(b"Disallow: /rien/\n" * 62_500)
