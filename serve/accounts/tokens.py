"""Access tokens: short-lived JWTs that name a user and a login, and nothing else of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import jwt

from models.settings import Settings
from models.tables import utc_now
from serve.accounts.secrets import signing_key

ISSUER: Final = "pignon"
AUDIENCE: Final = "pignon-api"
#: What makes a token an access token, whatever else is ever signed with the key.
TYPE: Final = "access"
_REQUIRED: Final = ["iss", "aud", "sub", "sid", "jti", "iat", "exp", "type"]
#: Longer ones are not looked into; ours have about 400 characters.
_LONGEST: Final = 2_000
#: Ids are PostgreSQL's bigint.
_MOST_USERS: Final = 2**63


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a valid token names: the user, and the login it belongs to."""

    user: int
    session: UUID


class AccessTokens:
    """tokens.issue(user, session) is a token that tokens.read(…) understands until it expires."""

    def __init__(self, settings: Settings) -> None:
        self._key = signing_key(settings)
        self._algorithm: str = settings.algorithm
        self.seconds = settings.access_token_expire_minutes * 60

    def issue(self, user: int, session: UUID, now: datetime | None = None) -> str:
        """A signed token for this user's login."""
        now = now or utc_now()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user),
            "sid": str(session),
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + timedelta(seconds=self.seconds),
            "type": TYPE,
        }
        return jwt.encode(claims, self._key, self._algorithm)

    def read(self, token: str) -> Claims | None:
        """What a token says; None when it is not ours, not whole, of another kind or over."""
        if len(token) > _LONGEST:
            return None
        options: Any = {"require": _REQUIRED, "strict_aud": True}
        try:
            claims = jwt.decode(
                token, self._key, [self._algorithm], options=options, audience=AUDIENCE, issuer=ISSUER
            )
            user = int(claims["sub"])
            if claims["type"] != TYPE or not 0 < user < _MOST_USERS:
                return None
            return Claims(user, UUID(claims["sid"]))
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            return None
