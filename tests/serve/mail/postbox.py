"""A real SMTP server on loopback that keeps what it gets, or misbehaves as it is told."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session


class Postbox:
    """The server's side: what came, and how it answers.

    answer: to the text. refuse: to a recipient. wait: seconds before its answer. hang_up: in the midst.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.logins: list[tuple[str, bool]] = []
        self.port = 0
        self.answer = "250 OK"
        self.refuse: dict[str, str] = {}
        self.wait = 0.0
        self.hang_up = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.wait)
        if self.hang_up:
            server.transport.abort()
            return "421 gone"
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(envelope.rcpt_tos)
        return self.answer

    def login(
        self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = data.password == b"right"
        self.logins.append((data.login.decode(), session.ssl is not None))
        return AuthResult(success=good, handled=False)

    def links(self) -> list[str]:
        """The link of each mail, as its text has it."""
        return [
            next(line for line in text_of(mail).splitlines() if line.startswith("http"))
            for mail in self.mails
        ]


@contextmanager
def postbox(
    tls: ssl.SSLContext | None = None, *, login: bool = False, utf8: bool = True
) -> Iterator[Postbox]:
    """A running server, with STARTTLS where it is given what that needs. utf8: whether it knows SMTPUTF8."""
    box = Postbox()
    options: dict[str, Any] = {"tls_context": tls} if tls else {}
    options["enable_SMTPUTF8"] = utf8
    if login:
        options |= {
            "authenticator": box.login, "auth_require_tls": tls is not None, "auth_required": True
        }  # fmt: skip
    with socket.socket() as probe:  # aiosmtpd asks for a port of its own choice in vain
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
