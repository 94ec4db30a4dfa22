"""What is asked of consents and what they answer."""

from datetime import datetime

from pydantic import Field

from models.tables import Channel
from serve.answers import Answer
from serve.personal.consent_texts import VERSION, Language
from serve.personal.fields import Form


class ConsentForm(Form):
    """What a person says now; channels that are not named stay as they are."""

    channels: dict[Channel, bool] = Field(
        min_length=1, description="By channel, given or withdrawn.", examples=[{"email": True, "sms": False}]
    )
    version: str | None = Field(
        default=None,
        max_length=20,
        description="Of the text that they read; needed to give, not to withdraw.",
        examples=[VERSION],
    )
    language: Language = Field(default="fr", description="In which they read it.")


class Standing(Answer):
    """A channel: whether the person consents to be told by it, and the text to read before."""

    given: bool
    since: datetime | None = Field(description="Of their last word; null when they said none.")
    version: str | None = Field(description="Of the text that they read then.")
    text: str = Field(description="The text that holds now, in French.")
    text_en: str = Field(description="The same in English.")


class Said(Answer):
    """One word of the person."""

    channel: Channel
    given: bool
    text: str = Field(description="What they read.")
    version: str = Field(examples=[VERSION])
    language: str
    source: str = Field(description="Where they said it.", examples=["api"])
    said_at: datetime


class Consents(Answer):
    """Where a person's consents stand."""

    version: str = Field(description="Of the texts that hold now.", examples=[VERSION])
    channels: dict[Channel, Standing]
    history: list[Said] = Field(description="Their latest words, the last one first.")
