"""What the mails of accounts say, in French and in English. Nothing that anyone typed stands in them."""

from typing import Final

from serve.mail.letter import Letter, write

#: Of each mail and language: subject, what the link says, paragraphs.
_WORDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "confirm": {
        "fr": (
            "Confirmez votre adresse",
            "Confirmer mon adresse",
            "Pour ouvrir votre compte Pignon, confirmez que cette adresse est la vôtre :",
            "Ce lien vaut deux jours et ne sert qu’une fois.",
            "Si vous n’avez rien demandé, ne faites rien : aucun compte ne sera ouvert.",
        ),
        "en": (
            "Confirm your address",
            "Confirm my address",
            "To open your Pignon account, confirm that this address is yours:",
            "This link is good for two days and works once.",
            "If you asked for nothing, do nothing: no account will be opened.",
        ),
    },
    "again": {
        "fr": (
            "Inscrivez-vous de nouveau",
            "Aller à Pignon",
            "Cette adresse a demandé plusieurs fois un compte Pignon, avec des mots de passe différents :",
            "Inscrivez-vous de nouveau, puis ouvrez le lien du message que vous recevrez alors, "
            "et aucun autre : chaque lien ouvre le compte avec le mot de passe choisi en même temps.",
            "Si vous n’avez rien demandé, ne faites rien : aucun compte ne sera ouvert.",
        ),
        "en": (
            "Register again",
            "Go to Pignon",
            "This address asked for a Pignon account several times, with different passwords:",
            "Register again, then open the link of the mail that you get then, and no other one: "
            "each opens the account with the password that was chosen with it.",
            "If you asked for nothing, do nothing: no account will be opened.",
        ),
    },
    "known": {
        "fr": (
            "Vous avez déjà un compte",
            "Aller à Pignon",
            "Quelqu’un, vous sans doute, a voulu ouvrir un compte Pignon avec cette adresse. "
            "Elle en a déjà un :",
            "Connectez-vous avec votre mot de passe, ou demandez-en un autre s’il est oublié.",
            "Si ce n’était pas vous, ne faites rien : rien n’a changé.",
        ),
        "en": (
            "You have an account already",
            "Go to Pignon",
            "Someone, probably you, wanted to open a Pignon account with this address. It has one already:",
            "Sign in with your password, or ask for another one if it is forgotten.",
            "If it was not you, do nothing: nothing has changed.",
        ),
    },
    "reset": {
        "fr": (
            "Choisissez un nouveau mot de passe",
            "Choisir un mot de passe",
            "Vous avez oublié votre mot de passe Pignon ? Choisissez-en un autre :",
            "Ce lien vaut une heure et ne sert qu’une fois. Toutes les connexions ouvertes seront fermées "
            "et toutes les clés d’API révoquées, ainsi que l’adresse secrète de l’agenda des visites.",
            "Si vous n’avez rien demandé, ne faites rien : votre mot de passe reste le même.",
        ),
        "en": (
            "Choose a new password",
            "Choose a password",
            "You forgot your Pignon password? Choose another one:",
            "This link is good for an hour and works once. Every open login will be ended and every API "
            "key revoked, and the secret address of the visits’ calendar put out of use.",
            "If you asked for nothing, do nothing: your password stays as it is.",
        ),
    },
    "changed": {
        "fr": (
            "Votre mot de passe a changé",
            "Aller à Pignon",
            "Le mot de passe de votre compte Pignon vient d’être changé, et toutes les connexions fermées :",
            "Clés d’API qui restent : {keys}.",
            "Si ce n’était pas vous, demandez aussitôt un autre mot de passe (« mot de passe oublié ») : "
            "cela révoque aussi toutes les clés et l’adresse secrète de l’agenda des visites.",
        ),
        "en": (
            "Your password has changed",
            "Go to Pignon",
            "The password of your Pignon account was just changed, and every login ended:",
            "API keys that stay: {keys}.",
            "If it was not you, ask for another password at once (“forgotten password”): "
            "that revokes all keys and the secret address of the visits’ calendar, too.",
        ),
    },
    "renewed": {
        "fr": (
            "Votre mot de passe a changé",
            "Aller à Pignon",
            "Un nouveau mot de passe vient d’être choisi pour votre compte Pignon par le lien d’un message, "
            "et toutes les connexions sont fermées :",
            "Clés d’API révoquées : {keys}. Les programmes qui s’en servaient en demandent de nouvelles. "
            "L’adresse secrète de l’agenda des visites, s’il y en avait une, ne vaut plus non plus.",
            "Si ce n’était pas vous, quelqu’un lit vos messages : changez d’abord le mot de passe de votre "
            "boîte, puis celui de Pignon.",
        ),
        "en": (
            "Your password has changed",
            "Go to Pignon",
            "A new password was just chosen for your Pignon account by a mail’s link, and every login ended:",
            "API keys revoked: {keys}. Programs that used them need new ones. The secret address of the "
            "visits’ calendar, if there was one, is out of use, too.",
            "If it was not you, somebody reads your mail: change your mail’s password first, then Pignon’s.",
        ),
    },
    # The subjects of these two are the same: whoever asked sees them in the export of what is kept of them.
    "email": {
        "fr": (
            "Une autre adresse pour un compte Pignon",
            "Changer d’adresse",
            "Pour que votre compte Pignon passe à cette adresse, confirmez qu’elle est la vôtre :",
            "Ce lien vaut deux jours et ne sert qu’une fois.",
            "Si vous n’avez rien demandé, ne faites rien : rien ne changera.",
        ),
        "en": (
            "Another address for a Pignon account",
            "Change the address",
            "To give this address to your Pignon account, confirm that it is yours:",
            "This link is good for two days and works once.",
            "If you asked for nothing, do nothing: nothing will change.",
        ),
    },
    "taken": {
        "fr": (
            "Une autre adresse pour un compte Pignon",
            "Aller à Pignon",
            "Quelqu’un, vous sans doute, a voulu donner cette adresse à un autre compte Pignon. "
            "Elle a déjà le sien :",
            "Pour qu’elle passe à l’autre compte, il faut d’abord effacer celui qu’elle a.",
            "Si ce n’était pas vous, ne faites rien : rien n’a changé.",
        ),
        "en": (
            "Another address for a Pignon account",
            "Go to Pignon",
            "Someone, probably you, wanted to give this address to another Pignon account. "
            "It has one already:",
            "Before the other account can have it, this one must be erased.",
            "If it was not you, do nothing: nothing has changed.",
        ),
    },
    "moved": {
        "fr": (
            "L’adresse de votre compte a changé",
            "Reprendre mon compte",
            "Votre compte Pignon vient de passer à une autre adresse ; celle-ci n’y donne plus accès. "
            "Si ce n’était pas vous, reprenez-le :",
            "Ce lien vaut sept jours et ne sert qu’une fois. Il rend cette adresse au compte, avec un "
            "nouveau mot de passe, ferme toutes les connexions et révoque toutes les clés d’API et l’adresse "
            "secrète de l’agenda des visites.",
            "Si c’était vous, ne faites rien.",
        ),
        "en": (
            "Your account’s address has changed",
            "Take my account back",
            "Your Pignon account was just given another address; this one does not open it any more. "
            "If it was not you, take it back:",
            "This link is good for seven days and works once. It gives the account this address again, with "
            "a new password, ends every login and revokes every API key and the secret address of the "
            "visits’ calendar.",
            "If it was you, do nothing.",
        ),
    },
    "restored": {
        "fr": (
            "Votre compte a retrouvé son adresse",
            "Aller à Pignon",
            "Votre compte Pignon a de nouveau cette adresse, avec un nouveau mot de passe, et toutes les "
            "connexions sont fermées :",
            "Clés d’API révoquées : {keys}. Les programmes qui s’en servaient en demandent de nouvelles. "
            "L’adresse secrète de l’agenda des visites, s’il y en avait une, ne vaut plus non plus.",
        ),
        "en": (
            "Your account has its address again",
            "Go to Pignon",
            "Your Pignon account has this address again, with a new password, and every login was ended:",
            "API keys revoked: {keys}. Programs that used them need new ones. The secret address of the "
            "visits’ calendar, if there was one, is out of use, too.",
        ),
    },
    "dormant": {
        "fr": (
            "Votre compte va être effacé",
            "Aller à Pignon",
            "Votre compte Pignon n’a pas servi depuis {months} mois. Il sera effacé dans {days} jours, avec "
            "tout ce qu’il contient, sauf si vous vous connectez d’ici là :",
            "Une connexion suffit, ou une clé d’API qui sert. Si le mot de passe est oublié, demandez-en un "
            "autre, puis connectez-vous.",
            "Si vous n’en voulez plus, ne faites rien : les données de qui ne se sert plus de Pignon n’y "
            "sont pas gardées pour toujours.",
        ),
        "en": (
            "Your account will be erased",
            "Go to Pignon",
            "Your Pignon account was not used for {months} months. It will be erased in {days} days, with "
            "all that it holds, unless you sign in before:",
            "One sign-in is enough, or an API key that is used. If the password is forgotten, ask for "
            "another one, then sign in.",
            "If you do not want it any more, do nothing: what is known of those who do not use Pignon any "
            "more is not kept for ever.",
        ),
    },
}


def letter(kind: str, language: str, link: str, **told: int) -> Letter:
    """One of `_WORDS`, with the numbers that it tells."""
    subject, label, *paragraphs = _WORDS[kind]["en" if language == "en" else "fr"]
    return write(subject, [line.format(**told) for line in paragraphs], language, link, label)
