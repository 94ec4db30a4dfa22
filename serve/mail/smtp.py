"""One conversation with the mail server: TLS where it can be had, a password never in the clear.

with Conversation(settings) as server:
    server.send(message, to)      # NotSent when it was not, and whether it is worth another try
"""

import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Final, Self

from models.settings import Settings

#: Seconds that the server may leave us without a word.
PATIENCE: Final = 20.0
#: Seconds that one message may take in all, from a server that sends a letter at a time, say.
LONGEST: Final = 60.0
_IMPLICIT_TLS: Final = 465


class NotSent(Exception):  # noqa: N818 - what happened, in the words of the trade
    """A message that was not accepted. final: the same answer would come again."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason[:300])
        self.final = final


class Conversation:
    """Connects at the first message, and again after the server hung up."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Give one message to the server, for this recipient whatever its headers say."""
        try:
            server = self._connected()
            if not recipient.isascii() and not server.has_extn("smtputf8"):
                raise NotSent("the server sends to addresses in ASCII alone (no SMTPUTF8)", final=True)
            with _bounded(server):
                server.send_message(message, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            self._reset()
            code, reason = next(iter(error.recipients.values()))
            raise NotSent(_told(code, reason), final=_is_final(code)) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            self._reset()
            raise NotSent(
                _told(error.smtp_code, error.smtp_error), final=_is_final(error.smtp_code)
            ) from None
        except smtplib.SMTPResponseException as error:  # its greeting or our password: the operator's to mend
            self._hang_up()
            raise NotSent(_told(error.smtp_code, error.smtp_error)) from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self._hang_up()
            raise NotSent(f"{type(error).__name__}: {error}") from None

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            self._server = self._connect()
        return self._server

    def _connect(self) -> smtplib.SMTP:
        told = self._settings
        host, context = told.smtp_server or "", ssl.create_default_context()
        if told.smtp_port == _IMPLICIT_TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, told.smtp_port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(host, told.smtp_port, timeout=PATIENCE)
        try:
            with _bounded(server):
                server.ehlo_or_helo_if_needed()
                if not isinstance(server, smtplib.SMTP_SSL) and server.has_extn("starttls"):
                    server.starttls(context=context)
                    server.ehlo()
                self._log_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        told = self._settings
        if not told.smtp_user or told.smtp_password is None:
            return
        if not isinstance(server.sock, ssl.SSLSocket) and not _is_loopback(server):
            raise smtplib.SMTPNotSupportedError("the server offers no TLS: the password was not sent")
        server.login(told.smtp_user, told.smtp_password.get_secret_value())

    def _reset(self) -> None:
        """Ready for the next message, or for the next connection."""
        try:
            if self._server is not None:
                self._server.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


@contextmanager
def _bounded(server: smtplib.SMTP) -> Iterator[None]:
    """Cut the connection when this block takes too long, however often the server says a word."""
    opened: Any = server.sock

    def cut() -> None:
        with suppress(OSError, AttributeError):  # closed meanwhile
            opened.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(LONGEST, cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _is_loopback(server: smtplib.SMTP) -> bool:
    peer = server.sock.getpeername()[0] if server.sock else ""
    return ipaddress.ip_address(peer.partition("%")[0]).is_loopback


def _is_final(code: int) -> bool:
    return 500 <= code < 600


def _told(code: int, reason: bytes | str) -> str:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
    return f"{code} {' '.join(text.split())}"
