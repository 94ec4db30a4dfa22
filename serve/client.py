"""A small client of the API for Python programs and notebooks: httpx2 and nothing else.

It lies in `serve` beside what it speaks with, as there is no package `pignon`, and imports neither Ray nor
SQLAlchemy. Answers are dicts as /docs describes them.

    >>> with Client("http://127.0.0.1:8000") as pignon:
    ...     for listing in pignon.listings(city="Lyon", transaction="sale", rooms_min=3):
    ...         print(listing["price"], listing["source_url"])
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

import httpx2

Answer = dict[str, Any]

#: Seconds that a server may ask us to wait before we give up instead.
LONGEST_WAIT: Final = 60.0
#: Seconds that a file may be silent on its way: XLSX is packed when its last row is in, and where that takes
#: a minute the server breaks off.
LONGEST_SILENCE: Final = 70.0


class ApiError(Exception):
    """What the API refused: its line, the status, and a line for each parameter that is wrong."""

    def __init__(self, status: int, detail: str, errors: Mapping[str, str]) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail, self.errors = status, detail, errors


class Client:
    """Speaks with one Pignon. token or api_key: for what belongs to a user.

    retries: how often a request that came too early (429, or 503 of a GET) is made again, each time after
    what `Retry-After` says. timeout: seconds for each step of a request; LONGEST_SILENCE for a file's.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        api_key: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"X-API-Key": api_key} if api_key else {}
        self._http = httpx2.Client(base_url=address, headers=headers, timeout=timeout)
        self._patient = httpx2.Timeout(timeout, read=max(timeout, LONGEST_SILENCE))
        self._retries = retries

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def listings(self, **criteria: Any) -> Iterator[Answer]:
        """Every advert that the search finds, page after page."""
        return self._pages("/api/listings/search", "listings", criteria)

    def properties(self, **criteria: Any) -> Iterator[Answer]:
        """Every dwelling that the search finds, page after page."""
        return self._pages("/api/properties/search", "properties", criteria)

    def agencies(self, **criteria: Any) -> Iterator[Answer]:
        """Every agency, by name, page after page."""
        return self._pages("/api/agencies", "agencies", criteria)

    def listing(self, listing_id: int) -> Answer:
        """One advert with all that is known of it."""
        return self.get(f"/api/listings/{listing_id}")

    def property(self, property_id: int) -> Answer:
        """One dwelling with all its adverts."""
        return self.get(f"/api/properties/{property_id}")

    def agency(self, agency_id: int, **criteria: Any) -> Answer:
        """One agency with its stock: for sale, unless a `transaction` is told."""
        return self.get(f"/api/agencies/{agency_id}", **criteria)

    def events(self, cursor: str | None = None, **criteria: Any) -> Iterator[Answer]:
        """Pages of what happened after `cursor`, until now. Keep the last one's `next_cursor` for later."""
        more = True
        while more:
            page = self.get("/api/events", **criteria, **({"cursor": cursor} if cursor else {}))
            cursor, more = page["next_cursor"], page["more"]
            yield page

    def statistics(self, what: str = "market", **criteria: Any) -> Answer:
        """Figures of the `market`, of `agencies` or of `listings`."""
        return self.get(f"/api/statistics/{what}", **criteria)

    def export(self, file: Path | str, what: str = "listings", **criteria: Any) -> Path:
        """Write an export of `listings` or `properties` to `file`, whole or not at all; `format` as the
        file's name ends, unless it is told.
        """
        path = Path(file)
        part = path.with_name(f".{path.name}.part")
        asked = {"format": path.suffix.lstrip(".").lower(), **criteria}
        answer = self._sent("GET", f"/api/{what}/export", params=asked, stream=True)
        try:
            with part.open("wb") as written:
                for chunk in answer.iter_bytes():
                    written.write(chunk)
            part.replace(path)
        finally:
            answer.close()
            part.unlink(missing_ok=True)
        return path

    def get(self, address: str, **parameters: Any) -> Answer:
        """Any address of the API by GET."""
        return self.send("GET", address, params=parameters)

    def send(
        self, method: str, address: str, *, params: Mapping[str, Any] | None = None, json: Any = None
    ) -> Answer:
        """Any address of the API, favourites and alerts among them. ApiError when it refuses."""
        answer = self._sent(method, address, params=params, json=json)
        return answer.json() if answer.content else {}

    def _pages(self, address: str, name: str, criteria: Mapping[str, Any]) -> Iterator[Answer]:
        asked = {"limit": 100, **criteria}
        while True:
            page = self.get(address, **asked)
            yield from page[name]
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]

    def _sent(
        self,
        method: str,
        address: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        stream: bool = False,
    ) -> httpx2.Response:
        for left in range(self._retries, -1, -1):
            request = self._http.build_request(
                method,
                address,
                params=dict(params or {}),
                json=json,
                timeout=self._patient if stream else httpx2.USE_CLIENT_DEFAULT,
            )
            answer = self._http.send(request, stream=stream)
            if answer.is_success:
                return answer
            answer.read()
            wait = _wait(answer)
            early = answer.status_code == 429 or (answer.status_code == 503 and method == "GET")
            if not early or left == 0 or wait > LONGEST_WAIT:
                raise _refused(answer)
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")


def _wait(answer: httpx2.Response) -> float:
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else 1.0


def _refused(answer: httpx2.Response) -> ApiError:
    """The problem that was told; where something between us answered, its first words."""
    try:
        told = answer.json()
        errors = {line["parameter"]: line["message"] for line in told.get("errors") or ()}
        return ApiError(answer.status_code, told["detail"], errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ApiError(answer.status_code, answer.text[:200], {})
