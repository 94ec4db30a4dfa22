"""Rules beyond what is published: French files, spellings of octets, delays, what pages and bombs say."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.robots_rules import MAX_BYTES, decode, read_rules


def allows(text: str | bytes, path: str) -> bool:
    text = decode(text) if isinstance(text, bytes) else text
    return read_rules(text).allows(f"https://agence.example{path}")


@pytest.mark.parametrize("name", ["PignonBot", "pignonbot", "PIGNONBOT/1.0", "PignonBot/0.1 (+https://x)"])
def test_our_name_is_heard_with_its_version_and_in_any_case(name: str) -> None:
    text = f"User-agent: *\nDisallow:\n\nUser-agent: {name}\nDisallow: /prive\n"
    assert not allows(text, "/prive/1")
    assert allows(text, "/vente/1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("path", ["/propri%C3%A9t%C3%A9s/1", "/propri%c3%a9t%C3%A9s/1", "/propri%E9t%E9s/1"])
def test_an_accent_is_one_in_any_encoding_of_file_and_address(encoding: str, path: str) -> None:
    assert not allows("User-agent: *\nDisallow: /propriétés\n".encode(encoding), path)


def test_a_rule_in_the_escapes_of_an_old_site_is_heard() -> None:
    assert not allows("User-agent: *\nDisallow: /propri%E9t%E9s\n", "/propri%E9t%E9s/1")


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x0c"])
def test_what_only_python_takes_for_a_line_end_ends_no_line(separator: str) -> None:
    assert allows(f"User-agent: *\nDisallow: /x{separator}Disallow: /y\n", "/y")


def test_a_crawl_delay_ends_the_names_of_a_group() -> None:
    # It is a rule of the group (2.1), so that what follows is for the next one alone, as its owner meant.
    text = "User-agent: *\nCrawl-delay: 10\n\nUser-agent: BadBot\nDisallow: /\n"
    assert allows(text, "/vente/1")
    assert read_rules(text).crawl_delay == 10


@pytest.mark.parametrize(
    ("told", "delay"), [("2.5", 2.5), ("2,5", 2.5), ("0", 0.0), ("-3", None), ("nan", None), ("1e9", 3600.0)]
)
def test_a_delay_has_fractions_as_the_french_write_them_too(told: str, delay: float | None) -> None:
    assert read_rules(f"User-agent: *\nCrawl-delay: {told}\n").crawl_delay == delay


def test_a_page_says_nothing_and_the_lines_in_one_are_heard() -> None:
    page = "<!doctype html><html><head><script>\nallow: true,\n</script></head><body>Bienvenue</body></html>"
    assert allows(page, "/vente/1")
    wrapped = "<html><body><pre>\nUser-agent: *\nDisallow: /prive\n</pre></body></html>"
    assert not allows(wrapped, "/prive/1")


def test_a_file_of_one_endless_line_or_of_old_line_ends_is_cut_at_a_line() -> None:
    rule, filler = b"User-agent: *\rDisallow: /x\r", b"# remark\r"
    assert not allows(rule + filler * (MAX_BYTES // len(filler) + 9), "/x")
    assert decode(b"a" * (MAX_BYTES + 9)) == ""


@pytest.mark.parametrize(
    "rule", ["Disallow: /*a*b*c*d*{}$", "Disallow: /" + "*a" * 200 + "{}$", "Disallow: /%3%%2f?{}*"]
)
def test_a_file_of_wildcards_costs_seconds_at_most(rule: str) -> None:
    rules_in = MAX_BYTES // (len(rule) + 5)
    text = "\n".join(["User-agent: *", *(rule.format(number) for number in range(rules_in))])
    began = time.process_time()
    rules = read_rules(text)
    for number in range(20):
        assert rules.allows(f"https://agence.example/{number}{'ab' * 500}")
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "line", ["User-agent: a{}", "Sitemap: /{}", "{}", "Disallow: /%e9%{}%e9%%2f?", "a{}: b", "Allow{}:"]
)
def test_nor_does_a_file_of_anything_else(line: str) -> None:
    names = (chr(97 + n % 26) + chr(97 + n // 26 % 26) + chr(97 + n // 676 % 26) for n in range(10**6))
    text = "User-agent: *\n"
    parts = [line.format(next(names)) for _ in range(MAX_BYTES // (len(line) + 2))]
    began = time.process_time()
    for separator in ("\n", " "):
        read_rules(decode((text + separator.join(parts)).encode()))
    assert time.process_time() - began < 5


Rule = tuple[bool, str]
PATTERNS = st.builds(
    lambda body, end: f"/{body}{end}", st.text("ab/*", max_size=6), st.sampled_from(["", "$"])
)


def by_the_rfc(rules: list[Rule], path: str) -> bool:
    """RFC 9309, 2.2.2 and 2.2.3, word by word: of the patterns that match the longest, and of those Allow."""
    matching = []
    for allow, pattern in rules:
        body, anchored = pattern.removesuffix("$"), pattern.endswith("$")
        parts = ".*".join(map(re.escape, body.split("*")))
        if re.match(f"{parts}$" if anchored else parts, path):
            matching.append((len(pattern), allow))
    return max(matching)[1] if matching else True


@given(st.lists(st.tuples(st.booleans(), PATTERNS), max_size=8), st.text("ab/", max_size=8))
def test_the_longest_pattern_that_matches_decides_and_allow_at_a_tie(rules: list[Rule], rest: str) -> None:
    text = "\n".join(f"{'Allow' if allow else 'Disallow'}: {pattern}" for allow, pattern in rules)
    assert allows(f"User-agent: *\n{text}\n", f"/{rest}") is by_the_rfc(rules, f"/{rest}")


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_bytes_are_a_robots_txt(body: bytes, path: str) -> None:
    rules = read_rules(decode(b"User-agent: *\n" + body))
    path = path.encode("utf-8", "ignore").decode()
    assert rules.allows(f"https://agence.example/{path}") in (True, False)
    assert rules.crawl_delay is None or 0 <= rules.crawl_delay <= 3600
