"""Which shard owns a host: rendezvous hashing, so that a shard more or less moves the fewest hosts.

Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b


def shard_of(host: str, shards: Sequence[str]) -> str:
    """The shard with the highest weight for `host`; the same everywhere and for ever."""
    return max(shards, key=lambda shard: (_weight(host, shard), shard))


def split(hosts: Iterable[str], shards: Sequence[str]) -> dict[str, list[str]]:
    """Every host under its shard, in the order given; each shard has a key."""
    owned: dict[str, list[str]] = {shard: [] for shard in shards}
    for host in hosts:
        owned[shard_of(host, shards)].append(host)
    return owned


def _weight(host: str, shard: str) -> bytes:
    # `www.` is the same site: its requests and leases are one host's.
    return blake2b(f"{shard}\0{host.removeprefix('www.')}".encode(), digest_size=8).digest()
