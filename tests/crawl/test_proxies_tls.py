"""Https, directly and through proxies, and SOCKS: certificates of sites and of proxies are verified."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawl.egress import AllProxiesDeadError
from crawl.fetch import Fetcher, FetchOutcome
from crawl.politeness import Politeness
from crawl.rotation import Egresses
from models.tables import utc_now
from tests.crawl.local_proxy import LocalProxy
from tests.crawl.mean_server import MeanServer
from tests.crawl.quick import quick_settings


@dataclass(frozen=True)
class Identity:
    """A certificate that signs itself: for a server, and for who trusts it and nothing else."""

    server: ssl.SSLContext
    trusting: ssl.SSLContext


def _identity(folder: Path) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Pignon's tests")])
    names = [x509.DNSName("site.localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = utc_now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "identity.pem"
    file.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    return Identity(server, ssl.create_default_context(cafile=str(file)))


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return _identity(tmp_path_factory.mktemp("identity"))


@pytest.fixture
async def secure(web: MeanServer, identity: Identity) -> AsyncIterator[str]:
    """`site.localhost` over TLS; its home page."""
    web.page("site", "/", "<p>Bonjour</p>")
    server = await asyncio.start_server(web._serve, "127.0.0.1", 0, ssl=identity.server)
    yield f"https://site.localhost:{server.sockets[0].getsockname()[1]}/"
    server.close()


@asynccontextmanager
async def fetching(proxy: LocalProxy | str, trusted: ssl.SSLContext | None) -> AsyncIterator[Fetcher]:
    settings = quick_settings(proxies=proxy if isinstance(proxy, str) else proxy.address)
    egresses = Egresses(settings.proxy_list, cool_down=0.05)
    fetcher = Fetcher(settings, Politeness.of(settings), egresses=egresses)
    if trusted:
        fetcher._context = trusted
    yield fetcher
    await fetcher.close()


async def test_a_sites_certificate_is_verified_and_where_it_does_not_hold_nothing_is_asked(
    web: MeanServer, secure: str, identity: Identity
) -> None:
    async with fetching("", None) as fetcher:
        fetched = await fetcher.fetch(secure)
    assert fetched.outcome is FetchOutcome.UNREACHABLE
    assert "certificate" in fetched.reason
    assert web.log == []
    async with fetching("", identity.trusting) as fetcher:
        assert (await fetcher.fetch(secure)).outcome is FetchOutcome.OK


async def test_https_is_tunnelled_and_only_the_proxy_sees_the_account(
    web: MeanServer, secure: str, identity: Identity
) -> None:
    async with (
        LocalProxy(account="me:s3cret") as proxy,
        fetching(proxy.address, identity.trusting) as fetcher,
    ):
        assert (await fetcher.fetch(secure)).outcome is FetchOutcome.OK
    (passed,) = proxy.log
    assert passed.method == "CONNECT"
    assert "proxy-authorization" not in web.log[0].headers


async def test_a_sites_certificate_that_does_not_hold_is_refused_through_the_tunnel_as_well(
    web: MeanServer, secure: str
) -> None:
    async with LocalProxy() as proxy, fetching(proxy, None) as fetcher:
        fetched = await fetcher.fetch(secure)
    assert fetched.outcome is FetchOutcome.UNREACHABLE
    assert "certificate" in fetched.reason
    assert web.log == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_may_be_spoken_to_over_tls_itself(
    web: MeanServer, secure: str, identity: Identity, scheme: str
) -> None:
    web.page("site", "/", "<p>Bonjour</p>")
    url = secure if scheme == "https" else web.url("site")
    async with (
        LocalProxy(tls=identity.server) as proxy,
        fetching(proxy.address, identity.trusting) as fetcher,
    ):
        assert (await fetcher.fetch(url)).outcome is FetchOutcome.OK
        assert len(proxy.log) == 1


async def test_a_proxy_that_is_not_who_it_says_is_not_told_anything(
    web: MeanServer, identity: Identity
) -> None:
    async with LocalProxy(tls=identity.server) as proxy, fetching(proxy, None) as fetcher:
        with pytest.raises(AllProxiesDeadError, match="its TLS certificate does not hold"):
            await fetcher.fetch(web.url("site"))
        assert proxy.log == []


class SocksProxy:
    """SOCKS 5 with one account (RFC 1928, RFC 1929), or that account's refusal; or babble."""

    def __init__(self, *, accepts: bool = True, babbles: bool = False) -> None:
        self.accepts, self.babbles = accepts, babbles
        self.hosts: list[str] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        yield f"socks5://me:s3cret@127.0.0.1:{server.sockets[0].getsockname()[1]}"
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._one(reader, writer)
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(b"HTTP/1.1 400 X\r\n\r\n" if self.babbles else b"\5\2")
        if self.babbles or await reader.read(64) != b"\1\2me\6s3cret":
            return
        writer.write(b"\1\0" if self.accepts else b"\1\1")
        if not self.accepts:
            return
        asked = await reader.read(300)
        self.hosts.append(asked[5 : 5 + asked[4]].decode())
        site, to_site = await asyncio.open_connection("127.0.0.1", int.from_bytes(asked[-2:]))
        writer.write(b"\5\0\0\1\0\0\0\0\0\0")
        to_site.write(await reader.read(65_536))
        writer.write(await site.readuntil(b"Bonjour</p>"))
        to_site.close()


async def test_socks_is_spoken_where_its_package_is_installed(
    web: MeanServer, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("socksio")
    caplog.set_level("DEBUG")
    web.page("site", "/", "<p>Bonjour</p>")
    proxy = SocksProxy()
    async with proxy.open() as address, fetching(address, None) as fetcher:
        assert (await fetcher.fetch(web.url("site"))).outcome is FetchOutcome.OK
    assert proxy.hosts == ["site.localhost"]
    assert "setup_socks5_connection" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    ("proxy", "reason"),
    [
        (SocksProxy(accepts=False), "refuses our user and password"),
        (SocksProxy(babbles=True), "speaks no SOCKS"),
    ],
)
async def test_a_socks_proxy_that_fails_is_the_proxys_failure(
    web: MeanServer, proxy: SocksProxy, reason: str
) -> None:
    pytest.importorskip("socksio")
    async with proxy.open() as address, fetching(address, None) as fetcher:
        with pytest.raises(AllProxiesDeadError, match=reason):
            await fetcher.fetch(web.url("site"))
    assert web.log == []
