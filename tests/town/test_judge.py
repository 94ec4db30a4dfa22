"""The judge: logs written by hand, each breaking one rule, and a crawl's million requests."""

import time

import numpy as np
import pytest

from town.judge import (
    HostRules,
    disallowed,
    fetched_again,
    judge,
    never_fetched,
    over_budget,
    overlaps,
    short_gaps,
)
from town.ledger import Log, Row, as_address, as_number


def row(
    arrival: float,
    end: float,
    path: str = "/",
    host: str = "a.localhost",
    address: str = "127.0.0.1",
    status: int = 200,
) -> Row:
    return arrival, end, host, path, address, status


def test_a_gap_runs_from_the_end_of_one_answer_to_the_next_arrival() -> None:
    log = Log.of([row(0, 1), row(2.9, 3), row(5, 5.1)])
    found = short_gaps(log, {}, delay=2.0)
    assert found.rows.tolist() == [1]
    assert found.amounts == pytest.approx([1.9])
    assert found.lines() == ["2.900 a.localhost/ at 127.0.0.1: 1.900"]


def test_the_larger_of_our_delay_and_the_hosts_crawl_delay_is_due() -> None:
    log = Log.of([row(0, 0), row(3, 3), row(0, 0, host="b.localhost"), row(3, 3, host="b.localhost")])
    rules = {"a.localhost": HostRules(delay=0.5), "b.localhost": HostRules(delay=4.0)}
    assert [log.hosts[log.host[n]] for n in short_gaps(log, rules, delay=2.0).rows] == ["b.localhost"]


def test_a_gap_is_counted_from_the_latest_end_not_from_the_last_request() -> None:
    log = Log.of([row(0, 10), row(1, 2), row(10.5, 11)])
    assert short_gaps(log, {}, delay=1.0).rows.tolist() == [2]


def test_two_milliseconds_of_clocks_are_forgiven_and_no_more() -> None:
    assert len(short_gaps(Log.of([row(0, 0), row(1.9985, 2)]), {}, delay=2.0)) == 0
    assert len(short_gaps(Log.of([row(0, 0), row(1.9975, 2)]), {}, delay=2.0)) == 1
    assert len(overlaps(Log.of([row(0, 1), row(0.9985, 2)]))) == 0
    assert len(overlaps(Log.of([row(0, 1), row(0.9975, 2)]))) == 1


def test_two_in_flight_on_one_host_are_found_and_on_two_hosts_are_not() -> None:
    log = Log.of([row(0, 2), row(0.5, 1), row(0.5, 1, host="b.localhost"), row(3, 4)])
    found = overlaps(log)
    assert [log.hosts[log.host[n]] for n in found.rows] == ["a.localhost"]
    assert found.amounts == pytest.approx([1.5])


def test_an_answer_that_was_never_written_stays_in_flight() -> None:
    assert overlaps(Log.of([row(0, float("inf"), status=0), row(9, 10)])).rows.tolist() == [1]


def test_what_robots_forbids_is_found_and_robots_itself_never() -> None:
    log = Log.of([row(0, 0, "/robots.txt"), row(1, 1, "/prive/2"), row(2, 2, "/privee"), row(3, 3, "/")])
    rules = {"a.localhost": HostRules(disallow=("/prive/",))}
    assert disallowed(log, rules).rows.tolist() == [1]
    assert disallowed(log, {"a.localhost": HostRules(disallow=("/",))}).rows.tolist() == [1, 2, 3]
    assert len(disallowed(log, {})) == 0


def test_a_host_whose_robots_cannot_be_had_may_be_asked_for_nothing_else() -> None:
    log = Log.of([row(0, 0, "/robots.txt", status=503), row(1, 1), row(1, 1, host="b.localhost")])
    found = disallowed(log, {"a.localhost": HostRules(silent=True)})
    assert [log.hosts[log.host[n]] for n in found.rows] == ["a.localhost"]


def test_an_address_may_be_asked_eleven_times_in_ten_spacings_whatever_the_hosts() -> None:
    even = [row(n * 0.5, n * 0.5, host=f"h{n}.localhost") for n in range(40)]
    assert len(over_budget(Log.of(even), Log.of(even).address, 0.5)) == 0
    burst = Log.of([*even, row(3.1, 3.2), row(3.3, 3.4)])
    assert len(over_budget(burst, burst.address, 0.5)) > 0
    apart = Log.of([*even, *(row(n * 0.5, n, address="127.1.0.1") for n in range(40))])
    assert len(over_budget(apart, apart.address, 0.5)) == 0
    assert len(over_budget(apart, apart.egress, 0.5)) > 0, "both came from one egress"


def test_a_page_answered_twice_and_a_page_never_answered_are_found() -> None:
    log = Log.of(
        [
            row(0, 0, "/robots.txt"),
            row(1, 1, "/robots.txt"),
            row(2, 2, "/1"),
            row(3, 3, "/2", status=503),
            row(4, 4, "/2"),
            row(5, 5, "/1", status=304),
            row(6, 6, "/1", host="b.localhost"),
        ]
    )
    assert fetched_again(log).rows.tolist() == [5]
    expected = {"a.localhost": ["/1", "/2", "/3"], "b.localhost": ["/1", "/2"], "c.localhost": ["/1"]}
    assert never_fetched(log, expected) == [
        ("a.localhost", "/3"),
        ("b.localhost", "/2"),
        ("c.localhost", "/1"),
    ]


def test_an_empty_log_breaks_no_rule() -> None:
    log = Log.of([])
    verdict = judge(log, {}, delay=2.0, address_spacing=0.5, egress_spacing=0.5)
    assert all(len(found) == 0 for found in verdict.values())
    assert len(fetched_again(log)) == 0
    assert never_fetched(log, {"a": ["/"]}) == [("a", "/")]


def test_addresses_are_numbers_and_back() -> None:
    assert as_address(as_number("127.1.39.16")) == "127.1.39.16"


def test_a_million_requests_are_judged_within_seconds_and_each_planted_breach_found() -> None:
    hosts, each = 10_000, 100
    number = np.arange(hosts * each)
    host, turn = (number % hosts).astype("i4"), number // hosts
    # Every host is asked each 3 s, for 0.1 s; hosts start a tenth of a millisecond apart.
    arrival = turn * 3.0 + host * 0.0001
    end = arrival + 0.1
    arrival[500_000] -= 1.5  # too soon
    end[700_000] += 5.0  # still in flight at the next one, and the one after comes 0.9 s later
    log = Log(
        arrival,
        end,
        host,
        turn.astype("i4"),
        (host % 500).astype("u4"),
        np.full(len(number), 7, "u4"),
        np.full(len(number), 200, "i2"),
        tuple(f"h{n}.localhost" for n in range(hosts)),
        tuple(f"/{n}" for n in range(each)),
    )
    began = time.perf_counter()
    rules = {f"h{n}.localhost": HostRules(delay=2.5, disallow=("/77",)) for n in range(hosts)}
    found = judge(Log.unpack(log.pack()), rules, delay=2.0, address_spacing=0.1)
    assert len(fetched_again(log)) == 0
    assert never_fetched(log, {"h5.localhost": ["/99", "/100"]}) == [("h5.localhost", "/100")]
    assert time.perf_counter() - began < 20, "a loaded machine; half a second on a free core"
    assert found["short gaps"].rows.tolist() == [500_000, 720_000]
    assert found["two in flight"].rows.tolist() == [710_000]
    assert len(found["disallowed"]) == hosts
    assert len(found["address budget"]) > 0
