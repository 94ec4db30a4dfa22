"""The mean town: an index of all it does, and a port that nobody may dial."""

import urllib.request
from http.client import HTTPConnection

import pytest

from models.errors import ServiceError
from town.mean import HOST, MeanTown, running_mean_town
from town.mean_pages import gzip_bomb, nested_bomb


def test_the_index_links_to_every_misdeed_and_every_site() -> None:
    with running_mean_town() as town:
        connection = HTTPConnection("127.0.0.1", town.port, timeout=10)
        connection.request("GET", "/", headers={"Host": HOST})
        html = connection.getresponse().read().decode()
        connection.close()
        links = [*(town.url(name) for name in town.names()), *(town.site(name) for name in town.sites())]
        assert [link for link in links if f'href="{link}"' not in html] == []
        assert [asked.path for asked in town.asked] == ["/"]


def test_a_redirect_inward_leads_to_a_port_that_tells_who_dialled_it() -> None:
    with running_mean_town() as town:
        request = urllib.request.Request(
            f"http://127.0.0.1:{town.port}/redirect-to/loopback", headers={"Host": HOST}
        )
        with pytest.raises(OSError):
            urllib.request.urlopen(request, timeout=10)
        assert town.inner_visits == 1, "a client that follows redirects blindly is caught"


async def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    async with MeanTown() as town:
        with pytest.raises(ServiceError, match=f"{town.port}.*in use"):
            await MeanTown(town.port).__aenter__()


def test_the_bombs_are_as_small_and_as_large_as_they_say() -> None:
    assert len(gzip_bomb()) < 2**20 + 2**17
    assert int.from_bytes(gzip_bomb()[-4:], "little") == 2**30
    assert len(nested_bomb()) < 8 * 1024
