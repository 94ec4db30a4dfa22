"""Hosts keep their shard, shards share evenly, and a shard more takes only what becomes its own."""

import pytest

from cluster.sharding import domain, shard_of, split

HOSTS = [f"agence-{n}.example" for n in range(1000)]


def test_every_host_has_one_shard_and_the_same_whatever_the_order_of_the_shards() -> None:
    assert all(shard_of(h, ["a", "b", "c"]) == shard_of(h, ["c", "a", "b"]) for h in HOSTS)


def test_shards_share_evenly() -> None:
    sizes = [len(hosts) for hosts in split(HOSTS, ["a", "b", "c", "d"]).values()]
    assert sum(sizes) == len(HOSTS)
    assert min(sizes) > 180


def test_a_shard_more_takes_hosts_and_moves_no_other() -> None:
    moved = [h for h in HOSTS if shard_of(h, ["a", "b"]) != shard_of(h, ["a", "b", "c"])]
    assert all(shard_of(h, ["a", "b", "c"]) == "c" for h in moved)
    assert 250 < len(moved) < 420


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("agence.fr", "agence.fr"),
        ("www.agence.fr", "agence.fr"),
        ("paris.agence.fr", "agence.fr"),
        ("agence.asso.fr", "agence.asso.fr"),
        ("dupont.wixsite.com", "dupont.wixsite.com"),
        ("h7.fleet.localhost", "h7.fleet.localhost"),
        ("www.agence-3.localhost", "agence-3.localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("fr", "fr"),
        ("", ""),
    ],
)
def test_hosts_are_of_their_registrable_domain(host: str, owner: str) -> None:
    assert domain(host) == owner


def test_all_hosts_of_one_owner_are_one_shards() -> None:
    shards = [f"shard-{n}" for n in range(16)]
    assert len({shard_of(f"ville-{n}.agence.fr", shards) for n in range(100)}) == 1
    assert len({shard_of(f"agence-{n}.wixsite.com", shards) for n in range(100)}) > 8
