"""From bytes to text: which charset a page is in, by evidence, in the order browsers use.

Knows byte-order marks, the header, meta and XML declarations; not HTML. Text goes to `document`.
"""

import re

import webencodings

#: The HTML standard looks at the first 1,024 bytes; real pages declare later (measured up to 5 KB).
HEAD_BYTES = 8_192
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
FALLBACK = "windows-1252"

_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]{2,40})""", re.I
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w:.-]{2,40})", re.I)


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """`body` as text, and the name of the charset it was read in. Never raises.

    Order: byte-order mark, `content_type` header, declaration in the page, UTF-8, windows-1252. A
    declared UTF-8 that the bytes contradict (many broken sequences) is read as windows-1252.
    """
    for mark, name in BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    for label in (_from_header(content_type), _from_page(body)):
        codec = lookup(label)
        if codec is not None:
            return _decode_as(body, codec)
    return _decode_as(body, "utf-8")


def lookup(label: str | None) -> str | None:
    """The Python codec that the Encoding Standard gives for a label, or None where it has none."""
    encoding = webencodings.lookup(label.strip()) if label else None
    if encoding is None or encoding.name in {"replacement", "x-user-defined"}:
        return None
    # A page whose declaration could be read as ASCII is not in UTF-16 (HTML standard, 13.2.3.3).
    if encoding.name.startswith("utf-16"):
        return "utf-8"
    return str(encoding.codec_info.name)


def _from_header(content_type: str | None) -> str | None:
    found = _HEADER.search(content_type or "")
    return found.group(1) if found else None


def _from_page(body: bytes) -> str | None:
    found = _DECLARED.search(body, 0, HEAD_BYTES)
    return found.group(1).decode("ascii", "ignore") if found else None


def _decode_as(body: bytes, codec: str) -> tuple[str, str]:
    if codec != "utf-8":
        return body.decode(codec, "replace"), codec
    text = body.decode("utf-8", "replace")
    broken = text.count("�")
    # A cut or a stray byte leaves a few marks; a page in a one-byte charset leaves one per accent.
    if broken > 3 and _accents_in_utf8(body) < broken:
        return body.decode(FALLBACK, "replace"), FALLBACK
    return text, "utf-8"


def _accents_in_utf8(body: bytes) -> int:
    """How many two-byte Latin letters the body holds: the proof of real UTF-8."""
    return len(re.findall(rb"[\xc2\xc3][\x80-\xbf]", body))
