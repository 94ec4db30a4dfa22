"""Secrets: the key that signs access tokens, and random ones that are kept as hashes alone."""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from models.errors import SettingsError
from models.settings import Settings, check_secret

#: In PIGNON_HOME, where SECRET_KEY is not set; for development alone.
FILE: Final = "secret_key"
#: What the key is for: another use of SECRET_KEY gets another key.
_PURPOSE: Final = b"pignon access tokens"


def signing_key(settings: Settings) -> bytes:
    """The 64 bytes that sign access tokens, long enough for each ALGORITHM.

    From SECRET_KEY; in development, where it is unset, from a random one made once in PIGNON_HOME.
    SettingsError in production without a strong one.
    """
    check_secret(settings)
    told = settings.secret_key.get_secret_value() if settings.secret_key else _own(settings.home)
    return hmac.digest(told.encode(), _PURPOSE, "sha512")


def new_secret() -> str:
    """256 random bits as text that fits an address."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """What is kept of a random secret. It has 256 bits, so a plain hash cannot be tried out."""
    return hashlib.sha256(secret.encode()).digest()


def _own(home: Path) -> str:
    path = home / FILE
    try:
        if not path.exists():
            _make(path)
        told = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The secret key {path} cannot be kept: {error}. Set SECRET_KEY or PIGNON_HOME."
        ) from None
    if len(told) < 32:
        raise SettingsError(f"The secret key {path} is damaged; remove it, and everyone signs in again.")
    return told


def _make(path: Path) -> None:
    """Write the file whole or not at all: of two replicas that begin together, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{FILE}-", dir=path.parent)  # mode 600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(new_secret())
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
