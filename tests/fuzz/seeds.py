"""Seeds for the fuzzer, made anew at each run and never stored: python -m tests.fuzz.seeds FOLDER

Pages of the town's families and of the tests, cut small; a wrapper's JSON before a page of its site.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.extract import pages, test_wrapper
from tests.extract.hostile import CASES
from tests.extract.test_town import sites

#: Small enough that thousands are read a minute, large enough for a listing.
SIZE = 6_000
#: Bytes of a bomb that are enough for its shape.
SHAPE = 1_500


def seeds() -> Iterator[bytes]:
    """Inputs: four letters, then a page."""
    for family, site in sites():
        for path in ("/", family.detail_path(site, site.adverts[0])):
            answer = family.respond(site, path)
            body = answer.body[answer.body.find(b"<body") :] if len(answer.body) > SIZE else answer.body
            yield b"aaaa" + answer.body[: SIZE // 3]
            yield b"aaaa" + body[:SIZE]
    for make in CASES.values():
        if len(body := make()) < 8_000_000:
            yield b"aaaa" + body[:SHAPE]
            yield b"aaag" + body[:SHAPE]
    wrapper = json.dumps(test_wrapper.wrapper().to_json()).encode()
    for number in range(4):
        page = test_wrapper.page(number).encode()
        yield b"aabA" + page
        yield b"aacA" + wrapper + b"\n" + page
    yield b"aaaa" + pages.page(pages.cards(4)).encode()
    yield b"gaaa" + b'[{"url": "/bien/1", "price": 250000}, {"url": "/bien/2", "surface": 65}]'


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(dict.fromkeys(seeds())):
        (folder / f"seed-{number:03}").write_bytes(seed)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
