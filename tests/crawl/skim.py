"""A reader that takes a page for its links alone, for crawls that are about the pages, not what they say."""

from selectolax.lexbor import LexborHTMLParser

from extract.page import PageReading


def skim(body: bytes, url: str, content_type: str | None) -> PageReading:
    """The page as its links."""
    hrefs = (node.attributes.get("href") for node in LexborHTMLParser(body).css("a[href]"))
    return PageReading("other", links=tuple(dict.fromkeys(href for href in hrefs if href)))
