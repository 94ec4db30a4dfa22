"""Sites whose HTML is an empty shell: a script fetches the adverts from the site's own API and shows them."""

import json
import os
import re
from collections.abc import Sequence

import pytest

from crawl.browser import BrowserMissingError, find_chromium
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.sites import HOME, detail, listing_page, path

SHELL = """<!doctype html><html lang="fr"><head><title>Agence Essai</title>
<link rel="stylesheet" href="/app.css"></head>
<body><div id="root"></div><script src="/app.js"></script></body></html>"""
APP = """
const at = location.pathname, advert = at.match(/appartement-(\\d+)/);
const api = advert ? '/api/bien/' + advert[1] : at == '/ventes' ? '/api/biens' : '/api/accueil';
fetch(api).then(answer => answer.ok ? answer.json() : {title: 'Absent', html: '<p>Annonce introuvable</p>'})
  .then(told => { document.title = told.title; document.getElementById('root').innerHTML = told.html; });
"""


def require_chromium() -> None:
    """Skip the test where there is no Chromium, or fail when PIGNON_REQUIRE_BROWSER=1."""
    try:
        find_chromium()
    except BrowserMissingError as error:
        if os.environ.get("PIGNON_REQUIRE_BROWSER") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))


def told(page: str) -> Reply:
    """A page as the API tells it."""
    title, body = re.search(r"<title>(.*?)</title>", page), re.search(r"<body>(.*)</body>", page, re.S)
    facts = "".join(re.findall(r"<script type=.application/ld.json.>.*?</script>", page, re.S))
    assert title
    assert body
    answer = json.dumps({"title": title[1], "html": facts + body[1]})
    return Reply(200, answer, {"Content-Type": "application/json"})


def scripted(web: MeanServer, slug: str, script: str, paths: Sequence[str] = ("/",)) -> str:
    """Serve a shell with this script at these paths; its address."""
    web.put(slug, "/robots.txt", Reply(200, ""))
    for at in paths:
        web.page(slug, at, SHELL, ETag='"shell"')
    web.put(slug, "/app.js", Reply(200, script, {"Content-Type": "text/javascript"}))
    return web.url(slug)


def open_shell(web: MeanServer, slug: str, numbers: Sequence[int]) -> str:
    """Serve an agency's site with these adverts that shows nothing without its script; its address."""
    url = scripted(web, slug, APP, ["/", "/ventes", *map(path, numbers)])
    web.put(slug, "/api/accueil", told(HOME))
    web.put(slug, "/api/biens", told(listing_page(numbers)))
    for number in numbers:
        web.put(slug, f"/api/bien/{number}", told(detail(number)))
    return url
