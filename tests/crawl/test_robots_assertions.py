"""What Google publishes that a robots.txt means (robotstxt, robots_test.cc), as far as RFC 9309 says so, too.

Facts in our own form: a file, whom it is read for, what may be fetched and what not. Left out, and why:

- Escapes of plain letters: Google holds /%62%61%7A and /baz apart and says so itself that this is an
  accident of its string comparison; by RFC 9309, 2.2.2, they are one path. Here they are.
- An address that is not escaped (/foo/bar/ツ): Google leaves escaping to the caller and finds no match. By
  2.2.2 both sides are escaped before they are compared. Here they are.
- Lines longer than 16,664 bytes, which Google cuts: the RFC bounds the file alone. No address that we ask for
  is longer than 2,000 characters, so that no such rule could matter.
- An empty address, an empty agent, addresses without a scheme: never asked for here.
- An agent with a space in its name ("Foo Bar") asks: no product token by 2.2.1; ours is fixed.

What Google accepts beyond the RFC, marked `beyond`, holds as well: the owner's intent is plain.
"""

from dataclasses import dataclass

import pytest

from crawl.robots_rules import agent_of, decode, directives, read_rules
from models.settings import PRODUCT_TOKEN, Settings


@dataclass(frozen=True)
class Case:
    """One file, read for `agent`."""

    name: str
    text: str
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    agent: str = "FooBot"
    beyond: bool = False


def lines(*rules: str, agent: str = "FooBot") -> str:
    return "\n".join([f"user-agent: {agent}", *rules, ""])


GROUPS = """allow: /foo/bar/

user-agent: FooBot
disallow: /
allow: /x/
user-agent: BarBot
disallow: /
allow: /y/


allow: /w/
user-agent: BazBot

user-agent: FooBot
allow: /z/
disallow: /
"""
SECOND = "user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /\n"
THREE = "user-agent: FooBot\nallow: /\nuser-agent: BarBot\ndisallow: /\nuser-agent: BazBot\ndisallow: /\n"
SPACED = "User-Agent: *\nDisallow: /\nUser-Agent: Foo Bar\nAllow: /x/\nDisallow: /\n"
FISH = (
    "/fish",
    "/fish.html",
    "/fish/salmon.html",
    "/fishheads",
    "/fishheads/yummy.html",
    "/fish.html?id=any",
)
NO_FISH = ("/bar", "/Fish.asp", "/catfish", "/?id=fish")
PHP = ("/filename.php", "/folder/filename.php")
RFC_EXAMPLE = """User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""

CASES = [
    Case("an empty file allows all", "", yes=("/", "/x")),
    Case("a plain rule", lines("disallow: /"), no=("/x/y",)),
    Case("unknown names are no rules", "foo: FooBot\nbar: /\n", yes=("/x/y",)),
    Case("a colon is forgotten", "user-agent FooBot\ndisallow /\n", no=("/x/y",), beyond=True),
    Case("a name is misspelt", lines("dissallow: /x", "disalow: /y"), no=("/x", "/y"), beyond=True),
    Case("groups of one agent are one", GROUPS, yes=("/x/b", "/z/d"), no=("/y/c", "/foo/bar/")),
    Case("a group ends at the next agent", GROUPS, ("/y/c", "/w/a"), ("/z/d", "/foo/bar/"), agent="BarBot"),
    Case("agents share what follows them", GROUPS, yes=("/z/d",), no=("/foo/bar/",), agent="BazBot"),
    *[
        Case(f"names in any case: {a}", f"{a}: FooBot\n{b}: /x/\n{c}: /\n", ("/x/y",), ("/a/b",))
        for a, b, c in [
            ("USER-AGENT", "ALLOW", "DISALLOW"),
            ("user-agent", "allow", "disallow"),
            ("uSeR-aGeNt", "AlLoW", "dIsAlLoW"),
        ]
    ],
    *[
        Case(f"agents in any case: {written}", lines("Allow: /x/", "Disallow: /", agent=written), ("/x/y",),
             ("/a/b",), agent=asks)
        for written in ("FOO BAR", "foo bar", "FoO bAr") for asks in ("Foo", "foo")
    ],
    Case("an agent's name ends at a space", SPACED, yes=("/x/y",), agent="Foo", beyond=True),
    Case("one's own group goes before that for all", SECOND, no=("/x/y",)),
    Case("whoever is not named obeys that for all", SECOND, yes=("/x/y",), agent="BarBot"),
    Case("no group for one, none for all", THREE, yes=("/x/y",), agent="QuxBot"),
    Case("paths have cases", lines("disallow: /X/"), yes=("/x/y",), no=("/X/y",)),
    Case("the longer rule forbids", lines("disallow: /x/page.html", "allow: /x/"), no=("/x/page.html",)),
    Case("the longer rule allows", lines("allow: /x/page", "disallow: /x/"), ("/x/page",), ("/x/",)),
    Case("empty rules are none", lines("disallow: ", "allow: "), yes=("/x/page.html",)),
    Case("a tie allows", lines("disallow: /", "allow: /"), yes=("/x/page.html",)),
    Case("a slash makes it longer", lines("disallow: /x", "allow: /x/"), yes=("/x/",), no=("/x",)),
    Case("a tie of whole paths allows", lines("disallow: /x/page", "allow: /x/page"), ("/x/page",)),
    Case("a wildcard counts", lines("allow: /page", "disallow: /*.html"), ("/page",), ("/page.html",)),
    Case("or is shorter", lines("allow: /x/page.", "disallow: /*.html"), ("/x/page.html",), ("/x/y.html",)),
    Case("rules for all are not added to one's own",
         "User-agent: *\nDisallow: /x/\nUser-agent: FooBot\nDisallow: /y/\n", ("/x/page",), ("/y/page",)),
    Case("a query stays as it is", lines("Disallow: /", "Allow: /foo/bar?qux=taz&baz=http://foo.bar?tar&par"),
         yes=("/foo/bar?qux=taz&baz=http://foo.bar?tar&par",)),
    Case("a rule in plain letters", lines("Disallow: /", "Allow: /foo/bar/ツ"), yes=("/foo/bar/%E3%83%84",)),
    Case("a rule in escapes", lines("Disallow: /", "Allow: /foo/bar/%E3%83%84"), ("/foo/bar/%E3%83%84",)),
    Case("plain letters in escapes", lines("Disallow: /", "Allow: /x/%62%61%7A"), ("/x/%62%61%7A",)),
    Case("an accent", lines("Disallow: /á"), no=("/%C3%A1",)),
    Case("capitals in escapes", lines("Disallow: /%aa"), no=("/%AA", "/%aa")),
    Case("a star in the middle", lines("Disallow: /foo/bar/quz", "Allow: /foo/*/qux"),
         yes=("/foo/quz", "/foo//quz", "/foo/bax/quz"), no=("/foo/bar/quz",)),
    Case("a dollar at the end", lines("Disallow: /foo/bar$", "Allow: /foo/bar/qux"),
         yes=("/foo/bar/qux", "/foo/bar/", "/foo/bar/baz"), no=("/foo/bar",)),
    Case("a hash begins a remark", lines("# Disallow: /", "Disallow: /foo/quz#qux", "Allow: /"),
         yes=("/foo/bar",), no=("/foo/quz",)),
    Case("index.html is its folder", lines("Allow: /slash/index.html", "Disallow: /", agent="*"),
         ("/slash/", "/slash/index.html"), ("/slash/index.htm", "/other"), beyond=True),
    Case("fish", lines("disallow: /", "allow: /fish"), yes=FISH, no=NO_FISH),
    Case("fish and a star", lines("disallow: /", "allow: /fish*"), yes=FISH, no=NO_FISH),
    Case("fish and a slash", lines("disallow: /", "allow: /fish/"),
         yes=("/fish/", "/fish/salmon", "/fish/?salmon", "/fish/salmon.html", "/fish/?id=anything"),
         no=("/bar", "/fish", "/fish.html", "/Fish/Salmon.html")),
    Case("a star and an ending", lines("disallow: /", "allow: /*.php"),
         yes=(*PHP, "/folder/filename.php?parameters", "//folder/any.php.file.html", "/filename.php/",
              "/index?f=filename.php/"),
         no=("/bar", "/php/", "/index?php", "/windows.PHP")),
    Case("a star and a last ending", lines("disallow: /", "allow: /*.php$"), yes=PHP,
         no=("/bar", "/filename.php?parameters", "/filename.php/", "/filename.php5", "/php/", "/filename?php",
             "/aaaphpaaa", "//windows.PHP")),
    Case("a star between", lines("disallow: /", "allow: /fish*.php"),
         yes=("/fish.php", "/fishheads/catfish.php?parameters"), no=("/bar", "/Fish.PHP")),
    Case("precedence: the longer", lines("allow: /p", "disallow: /"), yes=("/page",)),
    Case("precedence: a tie", lines("allow: /folder", "disallow: /folder"), yes=("/folder/page",)),
    Case("precedence: a star's length", lines("allow: /page", "disallow: /*.htm"), no=("/page.htm",)),
    Case("precedence: the home page", lines("allow: /$", "disallow: /"), yes=("/",), no=("/page.html",)),
    # The RFC's own examples: 5.1, 5.2, and the tables of 2.2.1 to 2.2.3.
    Case("RFC: for all", RFC_EXAMPLE, ("/publications/", "/x"), ("/x.gif", "/example/"), agent="other"),
    Case("RFC: for foobot", RFC_EXAMPLE, ("/example/page.html", "/example/allowed.gif"), ("/", "/x")),
    Case("RFC: for bazbot", RFC_EXAMPLE, ("/", "/example/x"), ("/example/page.html",), agent="bazbot"),
    Case("RFC: for quxbot", RFC_EXAMPLE, yes=("/", "/example/page.html", "/x.gif"), agent="quxbot"),
    Case("RFC: longest match", lines("Allow: /example/page/", "Disallow: /example/page/disallowed.gif"),
         yes=("/example/page/x",), no=("/example/page/disallowed.gif",)),
    Case("RFC: a query's address", lines("Disallow: /foo/bar?baz=https://foo.bar"),
         no=("/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar")),
    Case("RFC: plain letters", lines("Disallow: /foo/bar/%62%61%7A"), no=("/foo/bar/baz",)),
    Case("RFC: a slash in escapes is no slash", lines("Disallow: /a%2Fb"), yes=("/a/b",), no=("/a%2Fb",)),
    Case("RFC: a star for itself", lines("Disallow: /a-%2A.html"), yes=("/a-x.html",), no=("/a-*.html",)),
    Case("RFC: a dollar for itself", lines("Disallow: /foo-%24"), yes=("/foo-",), no=("/foo-$",)),
    Case("RFC: a sitemap ends no group", lines("Sitemap: https://x/s.xml", "Disallow: /x"), no=("/x",)),
    Case("RFC: nor does it between agents",
         "User-agent: FooBot\nSitemap: https://x/s.xml\nUser-agent: BarBot\nDisallow: /x\n", no=("/x",)),
    Case("RFC: robots.txt itself", lines("Disallow: /"), yes=("/robots.txt",)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_published_assertion_holds(case: Case) -> None:
    rules = read_rules(case.text, case.agent)
    assert [path for path in case.yes if not rules.allows(f"http://foo.bar{path}")] == []
    assert [path for path in case.no if rules.allows(f"http://foo.bar{path}")] == []


def test_an_address_without_a_path_is_its_root() -> None:
    rules = read_rules(lines("disallow: /", "allow: /$"), "FooBot")
    assert rules.allows("http://www.example.com")
    assert not rules.allows("http://www.example.com/a;b#c")


BODY = "User-Agent: foo|Allow: /some/path|User-Agent: bar|||Disallow: /"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_each_of_three_ways(end: str) -> None:
    text = decode(BODY.replace("|", end).encode())
    assert len(list(directives(text))) == 4
    assert not read_rules(text, "bar").allows("http://foo.bar/x")


def test_and_in_all_of_them_in_one_file() -> None:
    text = "User-Agent: foo\nAllow: /some/path\r\nUser-Agent: bar\n\r\n\nDisallow: /"
    assert not read_rules(text, "bar").allows("http://foo.bar/x")


@pytest.mark.parametrize(
    ("head", "lines"),
    [(b"\xef\xbb\xbf", 2), (b"\xef\xbb", 2), (b"\xef", 2), (b"\xef\x11\xbf", 1)],
    ids=["whole", "two thirds", "a third", "broken"],
)
def test_a_byte_order_mark_before_the_file_is_no_part_of_it(head: bytes, lines: int) -> None:
    assert len(list(directives(decode(head + b"User-Agent: foo\nAllow: /AnyValue\n")))) == lines


def test_nor_is_one_a_name_elsewhere() -> None:
    assert len(list(directives(decode(b"User-Agent: foo\n\xef\xbb\xbfAllow: /AnyValue\n")))) == 1


@pytest.mark.parametrize("first", [True, False])
def test_a_sitemap_may_stand_anywhere(first: bool) -> None:
    named, rules = (
        "Sitemap: http://foo.bar/sitemap.xml\n",
        "User-Agent: foo\nAllow: /a\nUser-Agent: bar\n\n\n",
    )
    text = named + rules if first else rules + named
    assert read_rules(text, "foo").sitemaps == ("http://foo.bar/sitemap.xml",)


@pytest.mark.parametrize(
    ("written", "agent"),
    [
        ("Foobot", "foobot"),
        ("Foobot-Bar", "foobot-bar"),
        ("Foo_Bar", "foo_bar"),
        ("Foobot/2.1", "foobot"),
        ("Foobot*", "foobot"),
        ("*Foobot*", "foobot"),
        ("Foobot Bar", "foobot"),
        ("ツ", ""),
        ("*", "*"),
        ("* # all", "*"),
    ],
)
def test_an_agent_is_its_product_token(written: str, agent: str) -> None:
    assert agent_of(written) == agent


def test_our_own_token_is_one_and_stands_in_the_header_that_we_send() -> None:
    assert agent_of(PRODUCT_TOKEN) == PRODUCT_TOKEN.lower()
    assert PRODUCT_TOKEN in Settings(_env_file=None).user_agent


@pytest.mark.parametrize(
    "part", ["Pignon", "Bot", "PignonBotImages", "xPignonBot", "Mozilla/5.0 (PignonBot)"]
)
def test_a_name_that_holds_ours_or_a_part_of_it_is_another(part: str) -> None:
    assert read_rules(f"User-agent: {part}\nDisallow: /\n").allows("http://foo.bar/x")
