"""What no honest caller sends: injection into every text, forged cursors, giant shapes, no numbers."""

import base64
import json
import time
from typing import Any

import httpx2
import pytest

from tests.serve.test_schema import DOCUMENT

OPEN = {
    path: item["get"]["parameters"]
    for path, item in DOCUMENT["paths"].items()
    if "parameters" in item.get("get", {}) and "security" not in item["get"] and "{" not in path
}
INJECTIONS = (
    "'; drop table agencies; --", "%' or '1'='1", "a & b | !c:*", "((((", '"', "100%_", "\\", "\x00",
    "\u202e",
    "{{7*7}}", "${7*7}", "<script>alert(1)</script>", "../../etc/passwd", "\r\nSet-Cookie: a=b", "'" * 199,
)  # fmt: skip
FORGED = (
    "", "x", "====", "é", "A" * 200, "W10", *(
        base64.urlsafe_b64encode(json.dumps(word).encode()).decode()
        for word in (None, [], ["newest"], ["newest", "x", 1], ["newest", None, -1], ["newest", 1e308, 2**63],
                     ["events", -1, 1], ["agency", "\x00", 1], ["agency", {"a": 1}, 1], [["newest"], 1, 1])
    ),
)  # fmt: skip


def _names(path: str, kind: str) -> list[str]:
    return [told["name"] for told in OPEN[path] if told["schema"].get("type") == kind]


def _asked(client: httpx2.Client, path: str, **parameters: Any) -> httpx2.Response:
    began = time.monotonic()
    network = f"198.51.{hash((path, str(parameters))) % 65_536 >> 8}.{hash(str(parameters)) % 256}"
    answer = client.get(path, params=parameters, headers={"X-Forwarded-For": network})
    assert answer.status_code in (200, 404, 414, 422, 429), (path, parameters, answer.text[:200])
    assert time.monotonic() - began < 8
    assert "Set-Cookie" not in answer.headers
    return answer


@pytest.mark.parametrize("path", OPEN)
def test_a_text_stays_a_text_whatever_it_says(seeded: httpx2.Client, path: str) -> None:
    for name in _names(path, "string"):
        for text in INJECTIONS:
            _asked(seeded, path, **{name: text})


@pytest.mark.parametrize("path", [path for path in OPEN if "cursor" in _names(path, "string")])
def test_a_forged_cursor_is_refused_or_harmless(seeded: httpx2.Client, path: str) -> None:
    around = {"lat": 45, "lng": 4} if path.endswith("nearby") else {}
    for word in FORGED:
        _asked(seeded, path, cursor=word, **around)


@pytest.mark.parametrize("path", [path for path in OPEN if "polygon" in _names(path, "string")])
@pytest.mark.parametrize("corners", [501, 5_000, 100_000])
def test_a_giant_polygon_is_refused_at_once(seeded_site: str, path: str, corners: int) -> None:
    shape = ";".join(f"{number % 180},{number % 90}" for number in range(corners))
    began = time.monotonic()
    with httpx2.Client(base_url=seeded_site, timeout=10) as client:
        try:
            answer = client.get(path, params={"polygon": shape, "lat": 45, "lng": 4, "radius": 9})
        except (httpx2.RemoteProtocolError, httpx2.WriteError, httpx2.ReadError):
            return  # the server hung up on an address of a megabyte
        except httpx2.InvalidURL:
            return  # not even the client sends it
    assert answer.status_code in (400, 414, 422, 431)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", [path for path in OPEN if "lat" in _names(path, "number")])
@pytest.mark.parametrize("number", ["nan", "NaN", "inf", "-Infinity", "1e999"])
def test_what_is_no_number_is_no_coordinate(seeded: httpx2.Client, path: str, number: str) -> None:
    for name in ("lat", "lng", "radius"):
        asked = {"lat": "45", "lng": "4", "radius": "500", name: number}
        assert _asked(seeded, path, **asked).status_code == 422
    for shape in (f"{number},45,5,46", f"4,45,5,{number}"):
        assert _asked(seeded, path, bbox=shape, lat=45, lng=4, radius=9).status_code == 422


@pytest.mark.parametrize("path", ["/", "/agencies"])
def test_a_page_shows_what_was_typed_as_text(seeded: httpx2.Client, path: str) -> None:
    typed = '"><script>alert(1)</script>'
    page = seeded.get(path, params={"city": typed, "q": typed, "name": typed, "price_min": typed})
    assert "<script>alert" not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "sent", "line"),
    [
        ("/api/auth/confirm", {"json": {"link": "nothing"}}, "link must have at least 20 characters"),
        ("/api/auth/confirm", {"json": {"link": 7}}, "link must be text"),
        ("/api/auth/confirm", {"data": {"link": "x"}},
         "body must be a JSON object, sent as application/json"),
        ("/api/auth/confirm", {"content": "{", "headers": {"Content-Type": "application/json"}},
         "body is no JSON"),
        ("/api/statistics/market?until=hier", None, "until must be a date, such as 2026-03-01"),
    ],
)  # fmt: skip
def test_a_line_says_what_to_do_in_words_of_ours(
    seeded: httpx2.Client, path: str, sent: dict[str, Any] | None, line: str
) -> None:
    answer = seeded.get(path) if sent is None else seeded.post(path, **sent)
    assert (answer.status_code, answer.json()["detail"]) == (422, line)
