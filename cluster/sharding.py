"""Which shard owns a host: rendezvous hashing on the registrable domain.

A shard more or less moves the fewest hosts (Thaler and Ravishankar, "Using name-based mappings to increase
hit rates", 1998), and all hosts of one owner are together, by the public suffix list: `paris.agence.fr` is
`agence.fr`'s, `agence.wixsite.com` its own.
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from hashlib import blake2b

from publicsuffixlist import PublicSuffixList


def shard_of(host: str, shards: Sequence[str]) -> str:
    """The shard with the highest weight for the domain of `host`; the same everywhere and for ever."""
    owner = domain(host)
    return max(shards, key=lambda shard: (_weight(owner, shard), shard))


def split(hosts: Iterable[str], shards: Sequence[str]) -> dict[str, list[str]]:
    """Every host under its shard, in the order given; each shard has a key."""
    owned: dict[str, list[str]] = {shard: [] for shard in shards}
    for host in hosts:
        owned[shard_of(host, shards)].append(host)
    return owned


@lru_cache(maxsize=65_536)
def domain(host: str) -> str:
    """The registrable domain of a host; the host itself where there is none. The town's hosts are apart."""
    name = bare(host)
    top = name.rpartition(".")[2]
    if top == "localhost" or top.isdigit() or ":" in name:
        return name
    return _suffixes().privatesuffix(name) or name


def bare(host: str) -> str:
    """A host's name without `www.`: both are one host to leases."""
    return host.removeprefix("www.")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _weight(owner: str, shard: str) -> bytes:
    return blake2b(f"{shard}\0{owner}".encode(), digest_size=8).digest()
