"""Soft 404s: by which mark of its own a platform says that a page is not found, though it answered 200.

    platform = soft_404.told(document)    # "WordPress"; None where no platform's own mark says so

Only marks that the platform's published source or documentation sets on that page alone, and only on a page
that bears the platform's other marks. Whether the page shows a listing all the same is `kind`'s to ask.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from extract import platforms
from extract.document import Document

#: A longer state is no error page's.
_MAX_STATE: Final = 200_000
_CODE: Final = re.compile(r"\b404\b")
#: What Next.js throws for a page that is not found, since its version 13 and 15.
_NOT_FOUND: Final = frozenset({"NEXT_NOT_FOUND", "NEXT_HTTP_ERROR_FALLBACK;404"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A platform's page that is not found. coded: it tells the status too, so that the platform's own words
    of an error beside it are no trouble of the site's.
    """

    platform: str
    bears: Callable[[Document], bool]
    coded: bool = False


def told(document: Document) -> Mark | None:
    """The mark by which the page's own platform says that nothing is there."""
    return next(
        (mark for mark in MARKS if mark.bears(document) and platforms.bears(document, mark.platform)), None
    )


def _body_class(name: str) -> Callable[[Document], bool]:
    return lambda document: name in _body(document, "class").split()


def _body(document: Document, attribute: str) -> str:
    return next((body.get(attribute) for body in document.all("body")), "")


def _has_code(document: Document, *tags: str) -> bool:
    return any(_CODE.search(element.raw_text()) for element in document.all(*tags))


def _joomla(document: Document) -> bool:
    names = {"error_site", "site"}
    if not names <= set(_body(document, "class").split()):
        return False
    badges = (e for e in document.all("span") if "badge" in e.get("class").split())
    return any(badge.raw_text().strip() == "404" for badge in badges)


def _spip(document: Document) -> bool:
    names = {"pas_surlignable", "page_404"}
    return names <= set(_body(document, "class").split()) and _has_code(document, "h1")


def _next(document: Document) -> bool:
    state = _json(text for _, name, text in document.scripts if name == "__NEXT_DATA__")
    if state.get("page") == "/404":
        return True
    props = state.get("props")
    page_props = props.get("pageProps") if isinstance(props, dict) else None
    told = page_props.get("statusCode") if isinstance(page_props, dict) else None
    return state.get("page") == "/_error" and told == 404


def _next_streamed(document: Document) -> bool:
    ends = any(e.get("data-dgst").removesuffix(";") in _NOT_FOUND for e in document.bearing("data-dgst"))
    return ends and "noindex" in document.metas.get("robots", "")


def _json(texts: Iterable[str]) -> dict[str, Any]:
    """The first text as an object; an empty one where it is none."""
    text = next(iter(texts), "")
    try:
        state = json.loads(text) if len(text) <= _MAX_STATE else None
    except (ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


#: Platform -> its mark, each with where its maker publishes it. Left out, as nothing published makes a mark
#: certain: Drupal (its classes tell 403 from 404 nowhere), TYPO3, Webflow (`utility-page-wrap` is also on its
#: password pages), Wix, Squarespace; Gatsby, whose 404.html may turn into a listing in the browser.
MARKS: Final = (
    # WordPress/WordPress, wp-includes/post-template.php, get_body_class(): `if ( is_404() )`.
    Mark("WordPress", _body_class("error404")),
    # joomla/joomla-cms, templates/cassiopeia/error.php: the body's classes, and the code in a badge, as the
    # same page tells 403 and 500. Its text begins "an error has occurred" whatever the code.
    Mark("Joomla", _joomla, coded=True),
    # PrestaShop/PrestaShop, controllers/front/PageNotFoundController.php ($page_name) and
    # themes/classic/templates/layouts/layout-both-columns.tpl: `<body id="{$page.page_name}">`.
    Mark("PrestaShop", lambda document: _body(document, "id") == "pagenotfound"),
    # SPIP, squelettes-dist/404.html: the body's classes, and the code in the title, as it tells others too.
    Mark("SPIP", _spip, coded=True),
    # magento/magento2, View/Result/Page.php, addDefaultBodyClasses(): the action's full name, which of
    # Magento_Cms, view/frontend/layout/cms_noroute_index.xml is "cms-noroute-index".
    Mark("Magento", _body_class("cms-noroute-index")),
    # nextjs.org/docs, Pages Router, "Custom Errors": pages/404.js, or pages/_error.js with its statusCode.
    Mark("Next.js", _next, coded=True),
    # nextjs.org/docs, App Router, "not-found" and "notFound": a streamed page answers 200, throws this and
    # gets a robots meta; React writes what a boundary threw into its template's data-dgst.
    Mark("Next.js", _next_streamed, coded=True),
)
