"""The entrance: at which address of a site someone answers, and whether its robots.txt lets us in.

Apex and `www.`, https and plain http are tried in turn, only where nothing answers at all.
"""

from crawl.fetch import Fetcher
from crawl.report import Ending
from crawl.robots import Robots, RobotsBook, RobotsStatus
from crawl.url import other_entrances
from models.tables import ScrapingStatus


async def find_entrance(website_url: str, fetcher: Fetcher, robots: RobotsBook) -> str | Ending:
    """The address of the home page to begin at, or why the site cannot be entered."""
    if objection := fetcher.objection(website_url):
        return Ending(ScrapingStatus.UNREACHABLE, f"The address is refused: {objection}.", "refused")
    first: Robots | None = None
    for door in (website_url, *other_entrances(website_url)):
        answer = await robots.of(door)
        first = first or answer
        if answer.answered:
            return await _judge(door, answer, robots)
    reason = first.reason if first else "no answer"
    return Ending(ScrapingStatus.UNREACHABLE, f"The site cannot be reached: {reason}.", "unreachable")


async def _judge(door: str, answer: Robots, robots: RobotsBook) -> str | Ending:
    if answer.status is RobotsStatus.UNREACHABLE:
        reason = f"robots.txt cannot be had ({answer.reason}), so nothing may be fetched."
        return Ending(ScrapingStatus.UNREACHABLE, reason, "robots_unreachable")
    if not await robots.permit(door):
        return Ending(ScrapingStatus.DISALLOWED, "robots.txt does not allow the crawl.", "disallowed")
    return door
