"""What a person reads before they consent, by channel and language. Another text gets another version."""

from typing import Final, Literal

from models.tables import Channel

Language = Literal["fr", "en"]

#: Of the texts as they stand; a test holds them to it.
VERSION: Final = "2026-11"
TEXTS: Final[dict[Channel, dict[Language, str]]] = {
    Channel.EMAIL: {
        "fr": (
            "J’accepte que Pignon m’envoie par e-mail les annonces que mes alertes trouvent et les "
            "nouvelles des annonces que je suis. Je peux retirer mon accord à tout moment, depuis mon "
            "compte ou par le lien que porte chaque message."
        ),
        "en": (
            "I agree that Pignon sends me by e-mail the listings that my alerts find, and news of those "
            "that I follow. I may withdraw this at any time, in my account or by the link in every message."
        ),
    },
    Channel.SMS: {
        "fr": (
            "J’accepte que Pignon m’envoie par SMS, au numéro de mon compte, les annonces que mes alertes "
            "trouvent. Je peux retirer mon accord à tout moment, depuis mon compte."
        ),
        "en": (
            "I agree that Pignon sends me by SMS, to my account’s number, the listings that my alerts "
            "find. I may withdraw this at any time, in my account."
        ),
    },
    Channel.WEBHOOK: {
        "fr": (
            "J’accepte que Pignon envoie les annonces que mes alertes trouvent aux adresses web que "
            "j’y ai données. Je peux retirer mon accord à tout moment, depuis mon compte."
        ),
        "en": (
            "I agree that Pignon posts the listings that my alerts find to the web addresses that I gave "
            "in them. I may withdraw this at any time, in my account."
        ),
    },
}
