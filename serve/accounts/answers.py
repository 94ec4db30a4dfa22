"""What the addresses of accounts take and answer, with an example of each."""

import unicodedata
from datetime import datetime
from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError

from serve.accounts.signed_in import Scope
from serve.answers import Answer

Language = Literal["fr", "en"]


def _plain(text: str) -> str:
    """Text without control characters: none is typed, and PostgreSQL keeps no NUL."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise PydanticCustomError("plain_text", "must have no control characters")
    return text.strip()


def _address(text: str) -> str:
    """An e-mail address in its usual spelling, its domain in ASCII; whether it exists, only a mail tells."""
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        raise PydanticCustomError("email", "is not an e-mail address") from None
    if "=?" in found.local_part:  # an encoded word (RFC 2047): programs would read another address in it
        raise PydanticCustomError("email", "is not an e-mail address")
    return f"{found.local_part}@{found.ascii_domain}"


def _as_registered(text: str) -> str:
    """As `_address` spells it; what is none signs nobody in, and needs no other answer."""
    try:
        return _address(text)
    except PydanticCustomError:
        return text


Plain = Annotated[str, AfterValidator(_plain)]
Email = Annotated[
    str,
    Field(max_length=254, examples=["claire@exemple.fr"], json_schema_extra={"format": "email"}),
    AfterValidator(_address),
]
NewPassword = Annotated[
    SecretStr,
    Field(
        description="8 to 128 characters, none of the commonest, not your address.",
        max_length=1_000,
        examples=["trois pigeons sur un toit"],
    ),
]
OldPassword = Annotated[SecretStr, Field(max_length=1_000, examples=["trois pigeons sur un toit"])]
LinkSecret = Annotated[
    str,
    Field(
        min_length=20,
        max_length=100,
        pattern=r"^[\w-]+$",
        description="What stands behind `link=` in the mail.",
        examples=["Zk3VnG2mF0yqkq0m2o0kq1pJmL9c7xY1b3d5f7h9j1M"],
    ),
]
Name = Annotated[Plain, Field(max_length=120, examples=["Claire Morvan"])]
Phone = Annotated[
    Plain, Field(max_length=40, pattern=r"^\+?[\d .()/-]{4,39}$", examples=["+33 6 12 34 56 78"])
]


class Request(BaseModel):
    """Base of what is sent: a name that is not there is refused, and no error repeats what was typed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Registration(Request):
    """A wish for an account."""

    email: Email
    password: NewPassword
    name: Name | None = None
    language: Language = Field(default="fr", description="Of mails and pages.")


class Credentials(Request):
    """What one signs in with."""

    email: Annotated[
        Plain, Field(max_length=254, examples=["claire@exemple.fr"]), AfterValidator(_as_registered)
    ]
    password: OldPassword


class RefreshRequest(Request):
    """The refresh token that was told last."""

    refresh_token: Annotated[Plain, Field(max_length=200, examples=["pgr_…"])]


class AddressOnly(Request):
    """Whom a mail should go to."""

    email: Email


class Confirmation(Request):
    """The link of a mail."""

    link: LinkSecret


class PasswordReset(Request):
    """The link of a mail, and the password to have from now on."""

    link: LinkSecret
    password: NewPassword


class PasswordChange(Request):
    """The password as it is, and as it shall be."""

    password: OldPassword
    new_password: NewPassword


class AddressChange(Request):
    """The address to have from now on, and the password, which proves who asks."""

    email: Email
    password: OldPassword


class ProfileChange(Request):
    """What shall change; what is not told stays, null takes it away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Claire Morvan", "language": "en"}]})

    name: Name | None = None
    phone: Phone | None = None
    language: Language | None = Field(default=None, description="Of mails and pages; null changes nothing.")


class KeyRequest(Request):
    """A key that is wished for."""

    name: Annotated[Plain, Field(min_length=1, max_length=80, examples=["Tableur du cabinet"])]
    scopes: list[Scope] = Field(
        min_length=1, max_length=len(Scope), description="What it may do.", examples=[["read", "export"]]
    )
    days: int | None = Field(
        default=365, ge=1, le=3650, description="Until it expires; null is never.", examples=[90]
    )


class Key(Answer):
    """An API key, as its owner knows it later."""

    id: int = Field(examples=[3])
    name: str = Field(examples=["Tableur du cabinet"])
    prefix: str = Field(description="How the key begins.", examples=["pgn_Zk3VnG2m"])
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")


class NewKey(Key):
    """An API key, at the only moment at which it is shown."""

    key: str = Field(description="To send as `X-API-Key`; it is not shown again.", examples=["pgn_…"])


class KeyList(Answer):
    """A user's keys, the newest first."""

    keys: list[Key]


class Tokens(Answer):
    """What a login shows from now on."""

    access_token: str = Field(description="To send as `Authorization: Bearer …`.", examples=["eyJhbGciOi…"])
    refresh_token: str = Field(description="To renew the login with, once.", examples=["pgr_…"])
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - RFC 6749's word
    expires_in: int = Field(description="Seconds that the access token is good for.", examples=[1800])


class ChangedPassword(Tokens):
    """The login that goes on, and what else still lets in."""

    api_keys: int = Field(description="How many of your API keys still work.", examples=[2])


class Done(Answer):
    """What was done, in one line."""

    detail: str = Field(examples=["If that can be, a mail is on its way."])


class Profile(Answer):
    """A user, as they see themselves."""

    id: int = Field(examples=[12])
    email: str = Field(examples=["claire@exemple.fr"])
    name: str | None = Field(examples=["Claire Morvan"])
    phone: str | None = Field(examples=["+33 6 12 34 56 78"])
    language: Language = Field(description="Of mails and pages.")
    confirmed: bool = Field(description="Whether the address was confirmed by a mail's link.")
    created_at: datetime
