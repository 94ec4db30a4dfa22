"""The browser is off the network: a canary hears from a browser that is on it, and nothing from ours."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from crawl.browser import OFF_THE_NETWORK, Browser
from crawl.fetch import Fetcher
from crawl.render import Rendering
from crawl.robots import RobotsBook
from models.tables import utc_now
from tests.crawl.mean_server import MeanServer
from tests.crawl.shells import require_chromium, scripted

pytestmark = pytest.mark.browser


@dataclass
class Canary(asyncio.DatagramProtocol):
    """Listens on a TCP and a UDP port of loopback and writes down whoever comes."""

    tcp: int = 0
    udp: int = 0
    heard: set[str] = field(default_factory=set)

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.add("udp")

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.add("tcp")
        writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    canary = Canary()
    server = await asyncio.start_server(canary.greet, "127.0.0.1", 0)
    canary.tcp = server.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: canary, local_addr=("127.0.0.1", 0)
    )
    canary.udp = transport.get_extra_info("sockname")[1]
    yield canary
    server.close()
    transport.close()


def escapes(canary: Canary) -> str:
    """A script that tries every way out that no interception of requests sees, for two seconds."""
    there = f"127.0.0.1:{canary.tcp}"
    return f"""
const add = (name, told) => document.head.append(Object.assign(document.createElement(name), told));
for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'preload', 'modulepreload'])
  add('link', {{rel, as: 'fetch', href: 'http://{there}/' + rel}});
add('script', {{type: 'speculationrules', textContent:
  JSON.stringify({{prefetch: [{{source: 'list', urls: ['http://{there}/speculation']}}]}})}});
new WebSocket('ws://{there}/socket');
navigator.sendBeacon('http://{there}/beacon');
new EventSource('http://{there}/events');
const inside = `fetch('http://{there}/worker').catch(() => 0); new WebSocket('ws://{there}/worker')`;
const worker = URL.createObjectURL(new Blob([inside]));
new Worker(worker);
new SharedWorker(worker);
try {{ new WebTransport('https://127.0.0.1:{canary.udp}/').ready.catch(() => 0) }} catch {{}}
const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{canary.udp}'}},
  {{urls: 'turn:{there}?transport=tcp', username: 'a', credential: 'b'}}]}});
peer.createDataChannel('x');
peer.createOffer().then(offer => peer.setLocalDescription(offer));
window.open('http://{there}/window');
let ticks = 0;
const timer = setInterval(() => {{
  document.body.append('.'); if (++ticks == 20) clearInterval(timer) }}, 100);
"""


@pytest.mark.parametrize(("arguments", "heard"), [((), {"tcp", "udp"}), (OFF_THE_NETWORK, set())])
async def test_nothing_leaves_a_browser_but_through_the_fetcher(
    web: MeanServer, fetcher: Fetcher, canary: Canary, arguments: tuple[str, ...], heard: set[str]
) -> None:
    require_chromium()
    scripted(web, "essai", escapes(canary))
    browser = Browser("PignonBot/test", arguments=arguments)
    page = await fetcher.fetch(web.url("essai"))
    rendered = await Rendering(browser, fetcher).render(page, RobotsBook(fetcher, utc_now).permit)
    await browser.close()
    assert b"...................." in rendered.page.body, "every way out was tried"
    assert canary.heard == heard
