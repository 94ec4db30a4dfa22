"""Passwords: which may be chosen, and how they are kept and compared, by argon2id.

The rules are those of NIST SP 800-63B: 8 to 128 characters of any kind, none of the commonest, none that is
one's own e-mail address; nothing about capitals or digits, which make passwords worse. Unicode is normalised.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from serve.turns import Turns

SHORTEST: Final = 8
LONGEST: Final = 128
#: Hashes at once: each takes 64 MB and a core for about a tenth of a second.
AT_ONCE: Final = 2
#: Requests that are at it or wait for their turn; one more is told to come back.
MOST: Final = 40

_COMMON: Final = Path(__file__).with_name("commonest.txt")
_ROWS: Final = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "azertyuiop", "qwertyuiop",
                "qwertzuiop", "qsdfghjklm", "asdfghjkl", "wxcvbn", "zxcvbnm")  # fmt: skip


_T = TypeVar("_T")


def objection(password: str, email: str) -> str | None:
    """Why a password cannot be chosen, to stand behind its name; None when it can."""
    plain = normalised(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters"
    folded = plain.casefold()
    mine = email.casefold()
    if folded in (mine, mine.partition("@")[0]) or folded.replace(" ", "") == mine:
        return "must not be your e-mail address"
    if folded in _commonest() or folded.rstrip("0123456789!.?*#@ ") in _commonest() or _is_a_row(folded):
        return "is among the commonest passwords; choose another"
    return None


def normalised(password: str) -> str:
    """One spelling for what looks the same, whatever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """await passwords.kept(password); await passwords.fits(password, hash)"""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(),))
        self.turns = Turns(AT_ONCE, most=MOST, told="Too many people sign in at this moment; try again.")
        self._nobodys: str | None = None

    async def kept(self, password: str) -> str:
        """The hash to keep. Busy when too many wait."""
        return await self._run(self._hasher.hash, normalised(password))

    async def fits(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Whether it is the password, and a new hash where the kept one is of weaker parameters.

        kept None: of nobody; it takes the same time, so that no clock tells who has an account.
        """
        if self._nobodys is None:
            self._nobodys = await self.kept("nobody's")
        fits, renewed = await self._run(self._compare, normalised(password), kept or self._nobodys)
        return (fits, renewed) if kept else (False, None)

    def _compare(self, password: str, kept: str) -> tuple[bool, str | None]:
        try:
            return self._hasher.verify_and_update(password, kept)
        except UnknownHashError:
            return False, None

    async def _run(self, work: Callable[..., _T], *told: str) -> _T:
        """In a thread, AT_ONCE at a time, in the order of their coming."""
        async with self.turns:
            return await asyncio.to_thread(work, *told)


def _is_a_row(folded: str) -> bool:
    """One character or a stretch of a keyboard's row, again and again."""
    if len(set(folded)) <= 2:
        return True
    return any(folded in row * 2 for row in _ROWS)


@lru_cache(maxsize=1)
def _commonest() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split())
