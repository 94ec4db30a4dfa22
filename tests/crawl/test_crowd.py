"""Processes that crawl together, killed now and then, break no manners and lose no page."""

from tests.crawl.crowd import Crowd, run


def test_a_crowd_that_is_killed_breaks_no_manners_and_loses_no_page() -> None:
    figures = run(
        Crowd(
            hosts=40, pages=4, workers=3, every=1.5, soonest=0.2, latest=0.8,
            addresses=8, address_pause=0.1, egress_pause=0.015,
        )
    )  # fmt: skip
    assert figures.breaches == {}
    assert figures.lost == 0
    assert figures.kills >= 3
    assert figures.requests > 40 * 4
    assert figures.again <= 40 * figures.kills, "at most what was in flight"
