"""What the addresses of accounts take and answer, with an example of each."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from serve.answers import Answer

Language = Literal["fr", "en"]


class Profile(Answer):
    """A user, as they see themselves."""

    id: int = Field(examples=[12])
    email: str = Field(examples=["claire@exemple.fr"])
    name: str | None = Field(examples=["Claire Morvan"])
    phone: str | None = Field(examples=["+33 6 12 34 56 78"])
    language: Language = Field(description="Of mails and pages.")
    confirmed: bool = Field(description="Whether the address was confirmed by a mail's link.")
    created_at: datetime
