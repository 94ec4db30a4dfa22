"""Hosts keep their shard, shards share evenly, and a shard more takes only what becomes its own."""

from cluster.sharding import shard_of, split

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
