"""What an image's address tells: which photo it shows, how large, and whether it shows a property at all.

Knows how sites and image servers name sizes; reads no page. `readers/photos` and `readers/galleries` ask.
"""

import re
from functools import lru_cache
from itertools import pairwise
from urllib.parse import unquote

#: An image file; old sites write ".JPG", servers add ":large" or "!w800".
FILE = re.compile(r"\.(?:jpe?g|png|webp|avif)(?:$|[?#&!:])", re.I)
IMAGE = re.compile(FILE.pattern + r"|/(?:image|photo|media|img|picture)s?[/?]", re.I)
#: Words of a path, and beginnings of words, that no photo of a property has.
_NOT_WORDS = frozenset(
    word
    for words in (
        "dpe ges nrj conso emission emissions classe climat epc honoraires",
        "agent agents review reviews author authors team facebook twitter instagram",
        "blog news actualite actualites clients partner partners partenaire partenaires equipe floorplan",
        "floorplans siteplan grundriss",
        "bg blank spacer pixel flag flags captcha button buttons bouton boutons pub tile tiles badge bandeau",
        "label labels banner banners banniere maps matomo leaderboard background backgrounds marker markers",
    )
    for word in words.split()
)
_NOT_BEGINNINGS = (
    "logo", "icon", "sprite", "avatar", "placeholder", "spinner", "loader", "loading", "preloader",
    "drapeau", "staticmap", "qrcode", "favicon", "watermark", "testimonial", "etiquette", "energ",
)  # fmt: skip
_NOT_PATHS = re.compile(
    r"\.(?:svg|gif)|no-?(?:photo|image)|(?:^|[/_-])default\.|default[_-]?(?:image|photo)|(?:image|photo)[_-]default|"
    r"floor-?plan|idsite=|/house-ads/|[-_](?:ad|map)\.|(?:app|play)-?store|[-_](?:970x250|970x90|728x90|300x250)\b|"
    # The drawings beside a property's facts.
    r"(?:^|/)(?:locali[sz]ation|location|meters?|metres?|surface|area|price|prix|calendar|calendrier|bed|"
    r"bath|garage|phone|telephone|mail|e-?mail|pin|arrow|check|star|heart|close|search|google|user)s?\.png"
)
#: Whole words; three letters in a row of a hash are none.
_LETTERS = re.compile(r"(?<![a-z0-9])[a-z]+(?=\d?(?![a-z0-9]))")

#: Sizes in words, with the width in pixels that they stand for; an address without any is the original.
_WORDS = {
    word: width
    for width, words in {
        4000: "original orig full fullsize hd zoom max xxl uhd source scaled",
        1600: "xl",
        1200: "large big grande grand gd lg l",
        800: "medium moyen moyenne moy md normal m",
        400: "small petite petit sm sd resized home s",
        200: "thumb thumbs thumbnail thumbnails mini min miniature miniatures vignette vignettes vign tn "
        "th xs cart preview apercu cropped crop t square",
    }.items()
    for word in words.split()
}
_ORIGINAL = 3000
_ADJECTIVES = frozenset({"grand", "grande", "petit", "petite", "moyen", "moyenne"})
#: What cutting, quality and format add beside a size.
_FILLING = frozenset(
    ("auto", "fit", "fill", "resize", "cover", "default", "cache", "v1", "1x", "2x", "3x", "thumb")
)
_PIXELS = re.compile(r"(\d{2,4})x(?:\d{2,4}|auto)?|auto?x\d{2,4}|(?:w|width)[=_]?(\d{2,4})|(\d{2,4})(?:w|px)")
_ASKED = re.compile(
    r"(?:q|dpr|quality|dimension|[a-z]{1,3}_|[a-z]{3,9}=)[=_]?[\w.:]+|(?:h|height)[=_]?\d{2,4}|v\d{6,}"
)
_QUERY_WIDTH = re.compile(r"[?&;](?:w|width|wid|maxwidth|max-w|imwidth|size|s|rw)=(\d{2,4})\b", re.I)
_INSIDE = re.compile(r"[?&](?:url|src|image|img|file|photo|path|href)=([^&]+)", re.I)
_ENDING = re.compile(r"(?:\.(?:jpe?g|png|webp|avif|ashx|php|aspx?))+(?:[:!][\w.]*)?$", re.I)
#: TYPO3 adds a hash to each size that it makes of one file.
_HASHED = re.compile(r"(?<=\w)_[0-9a-f]{10}$")
_DIGIT = re.compile(r"\d")
_SEPARATED = re.compile(r"[-_.@~,/?&]")
_PART = re.compile(r"[-_.@~]")


@lru_cache(maxsize=1024)
def key(address: str) -> str:
    """What the addresses of two sizes of one photo have in common: its numbered folders and its name.

    Folders that are words name sizes or shelves ("/min/", "/photos/"); those with a digit name the property
    or the photo, once sizes ("1200xauto", "w_400,q_80") are left out.
    """
    path, query = _path(address)
    folders = path.split("/")
    name = _ENDING.sub("", folders.pop())
    numbered = [folder for folder in folders if _DIGIT.search(folder)]
    told = [part for folder in _unsized(numbered) if (part := _identity(folder))] if numbered else []
    return "/".join([*told[-4:], _name(name)]) + query


def _path(address: str) -> tuple[str, str]:
    """The path below the host, of the inner image where a server resizes one; what of the query counts."""
    inner = _INSIDE.search(address)
    if inner and ("%2f" in inner[1].lower() or "/" in inner[1] or FILE.search(inner[1])):
        address = unquote(inner[1])
    address = address.rpartition("http")[2] if address.count("http") > 1 else address
    address = address.split("//", 1)[-1].partition("#")[0].partition("/-/")[0].lower()
    path, _, query = address.partition("?")
    path = path.partition("/")[2] if "/" in path else path
    if not query or (FILE.search(path) and not path.endswith(".php")):
        return path, ""
    words = [one for one in query.split("&") if one and not _QUERY_WIDTH.match("?" + one)]
    words = [one for one in words if "=" in one and not _is_filling(one.partition("=")[0])]
    return path, "?" + "&".join(words) if words else ""


def _is_filling(name: str) -> bool:
    return name in {"h", "height", "q", "quality", "fit", "crop", "auto", "format", "fm", "mode", "dpr", "v",
                    "t", "ts", "itok", "scale", "sharp", "ver"}  # fmt: skip


def _unsized(folders: list[str]) -> list[str]:
    """Folders without a width and a height that stand as two of them ("/400/300/")."""
    for at, (first, second) in enumerate(pairwise(folders)):
        if first.isdecimal() and second.isdecimal() and len(first) < 5 and len(second) < 5:
            wide, high = int(first), int(second)
            if min(wide, high) >= 40 and max(wide, high) < 3 * min(wide, high) and wide < 2000:
                return [*folders[:at], *folders[at + 2 :]]
    return folders


def _identity(folder: str) -> str:
    """What of a folder's name tells one photo or property from another."""
    if folder.isdecimal():
        return folder
    told = []
    for word in folder.split(","):
        if not _is_size(word):
            told += [part for part in _PART.split(word) if not (part.isalpha() or _is_size(part))]
    return "-".join(told)


def _is_size(part: str) -> bool:
    return part in _WORDS or part in _FILLING or bool(_PIXELS.fullmatch(part) or _ASKED.fullmatch(part))


def _name(name: str) -> str:
    """A file's name without the sizes that stand before or behind it."""
    parts = _PART.split(_HASHED.sub("", _ENDING.sub("", name)))
    while len(parts) > 1 and _ends(parts[-1]):
        parts.pop()
    while len(parts) > 1 and (_begins(*parts[:2]) or _PIXELS.fullmatch(parts[0])):
        parts.pop(0)
    return "" if len(parts) == 1 and parts[0] in _WORDS and len(parts[0]) > 2 else "-".join(parts)


def _begins(part: str, following: str) -> bool:
    """Whether a word of size leads a name; "grand-salon" is a room, "grand_877" a size."""
    return part in _WORDS and len(part) > 1 and (part not in _ADJECTIVES or following[:1].isdigit())


def _ends(part: str) -> bool:
    return (
        not part or part in _WORDS or part in {"default", "home", "2x", "3x"} or bool(_PIXELS.fullmatch(part))
    )


@lru_cache(maxsize=1024)
def width(address: str) -> int:
    """About how many pixels wide an image is, by its address; without a word of size it is the original."""
    asked = _QUERY_WIDTH.search(address)
    if asked:
        return int(asked[1])
    parts = _SEPARATED.split(address.split("//", 1)[-1].partition("/")[2].lower())
    pixels = [
        int(found[1] or found[2] or found[3] or 400) for part in parts if (found := _PIXELS.fullmatch(part))
    ]
    if pixels:
        return min(pixels)
    words = [_WORDS[part] for part in parts if len(part) > 1 and part in _WORDS]
    last = parts[-2] if len(parts) > 2 else ""
    return min([*words, _WORDS[last]] if last in _WORDS else words, default=_ORIGINAL)


def place(address: str) -> str:
    """Host and directories of an address, without those that number one property or name a size."""
    host, _, path = address.split("//", 1)[-1].partition("/")
    folders = path.partition("?")[0].split("/")[:-1]
    kept = (part for part in folders if len(part) > 2 and not (part in _WORDS or _NUMBERED.search(part)))
    return "/".join([host, *kept])


_NUMBERED = re.compile(r"\d|%|[0-9a-f]{16}|^[\w-]{24,}$", re.I)


@lru_cache(maxsize=1024)
def is_photo(address: str) -> bool:
    """Whether an absolute address has a path, and nothing in it says a drawing, a portrait or a label."""
    scheme, _, rest = address.partition("//")
    path = rest.partition("/")[2].lower()
    if not path or scheme not in {"http:", "https:"}:
        return False
    words = _LETTERS.findall(path)
    return not (
        not _NOT_WORDS.isdisjoint(words)
        or any(word.startswith(_NOT_BEGINNINGS) for word in words)
        or _NOT_PATHS.search(path)
    )
