"""Who may speak for an agency's site: whoever reads mail at its domain, or at the address that it shows."""

from functools import cache
from typing import Final

from publicsuffixlist import PublicSuffixList

#: Domains at which anyone has an address: one there speaks for no site, not even for the provider's.
ANYONES: Final = frozenset((
    "gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.com",
    "live.fr", "msn.com", "yahoo.com", "yahoo.fr", "ymail.com", "icloud.com", "me.com", "mac.com",
    "aol.com", "gmx.com", "gmx.fr", "mail.com", "proton.me", "protonmail.com", "orange.fr", "wanadoo.fr",
    "free.fr", "sfr.fr", "neuf.fr", "cegetel.net", "club-internet.fr", "laposte.net", "bbox.fr",
    "numericable.fr", "numericable.com", "aliceadsl.fr", "voila.fr", "tele2.fr", "noos.fr", "ovh.net",
    "wix.com", "wordpress.com", "jimdo.com", "e-monsite.com", "blogspot.com", "over-blog.com",
))  # fmt: skip


def is_at(email: str, host: str) -> bool:
    """Whether an address is at the registrable domain of a site's host."""
    domain = _registrable(email.rpartition("@")[2])
    return domain not in ANYONES and domain == _registrable(host)


def _registrable(host: str) -> str:
    name = host.lower().removeprefix("www.")
    return _suffixes().privatesuffix(name) or name


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
