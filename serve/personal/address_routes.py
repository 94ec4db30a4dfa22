"""The addresses by which an account gets another e-mail address, and the pages that the mails' links open."""

from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from serve.accounts.answers import AddressChange, Confirmation, Done, PasswordReset
from serve.accounts.pages import Secret, Words, asking, ended, form_of, with_password
from serve.accounts.passwords import objection
from serve.accounts.routes import LINK_OVER, EntryOf, limited, mailed, no_mail, refuse_password
from serve.accounts.signed_in import ByLogin
from serve.answers import ParameterProblem
from serve.mail.outbox import is_possible
from serve.personal import address
from serve.problems import documented, invalid, problem
from serve.routes import encoded

router = APIRouter(tags=["account"])
pages = APIRouter(include_in_schema=False)

_CHANGE: Final = {
    "fr": Words(
        "Changer d’adresse",
        "Donner cette adresse à votre compte Pignon ? L’ancienne n’y donnera plus accès.",
        "Changer d’adresse",
        "C’est fait : votre compte a cette adresse. Connectez-vous désormais avec elle.",
        "Ce lien ne vaut plus : il a servi, il est trop ancien, ou l’adresse a déjà un compte.",
    ),
    "en": Words(
        "Change the address",
        "Give this address to your Pignon account? The old one will not open it any more.",
        "Change the address",
        "It is done: your account has this address. Sign in with it from now on.",
        "This link is not good any more: it was used, it is too old, or the address has an account already.",
    ),
}
_UNDO: Final = {
    "fr": Words(
        "Reprendre mon compte",
        "Votre compte reprend l’adresse à laquelle ce lien est arrivé. Choisissez un mot de passe de 8 à 128 "
        "caractères. Toutes les connexions ouvertes seront fermées et toutes les clés d’API révoquées.",
        "Reprendre mon compte",
        "C’est fait : votre compte a retrouvé son adresse. Connectez-vous avec le nouveau mot de passe.",
        "Ce lien ne vaut plus : il a servi, il est trop ancien, ou l’adresse a un autre compte.",
        "Nouveau mot de passe",
    ),
    "en": Words(
        "Take my account back",
        "Your account gets the address back to which this link was mailed. Choose a password of 8 to 128 "
        "characters. Every open login will be ended and every API key revoked.",
        "Take my account back",
        "It is done: your account has its address again. Sign in with the new password.",
        "This link is not good any more: it was used, it is too old, or the address has another account.",
        "New password",
    ),
}


@router.post(
    "/api/user/email",
    status_code=202,
    summary="Ask for another address",
    responses=documented(Done, 401, 403, 422, status=202),
)
async def ask_for_address(
    told: AddressChange, account: ByLogin, request: Request, entry: EntryOf
) -> Response:
    """Mails a link to the new address, which is the account's once it is confirmed there. The answer is the
    same for an address that has an account. A newer wish puts the link of the one before out of use.
    """
    if (refused := await limited(request, entry, f"user {account.id}")) is not None:
        return refused
    if told.email.lower() == account.email.lower():
        return invalid([ParameterProblem(parameter="email", message="is your address already")])
    if not is_possible(entry.settings):
        return no_mail(entry.settings)
    if not await address.ask(entry, account, told.email, told.password.get_secret_value()):
        return problem(403, "The password is wrong.")
    return mailed(entry.settings)


@router.post(
    "/api/auth/email/confirm",
    summary="Change the address by a mail's link",
    responses=documented(Done, 400, 422),
)
async def confirm_address(told: Confirmation, entry: EntryOf) -> Response:
    """By the link of the mail to the new address, once. Logins, keys and consents stay. The old address is
    mailed a link that takes the change back for seven days.
    """
    if not await address.confirm(entry, told.link):
        return problem(400, LINK_OVER)
    return encoded(Done(detail="The account has the new address. Sign in with it from now on."))


@router.post(
    "/api/auth/email/undo",
    summary="Take a change of address back by a mail's link",
    responses=documented(Done, 400, 422),
)
async def undo_address(told: PasswordReset, entry: EntryOf) -> Response:
    """By the link of the mail to the old address, once: the account has it again, with this password. Ends
    every login, revokes every API key and puts the secret address of the visits' calendar out of use, as
    whoever changed the address knew the password.
    """
    password = told.password.get_secret_value()
    old = await entry.address_of("undo", told.link)
    if old is not None and (reason := objection(password, old)) is not None:
        return refuse_password(reason)
    revoked = None if old is None else await address.undo(entry, told.link, password)
    if revoked is None:
        return problem(400, LINK_OVER)
    done = f"The account has its old address again and every login is ended; API keys revoked: {revoked}."
    return encoded(Done(detail=f"{done} Sign in."))


@pages.get("/account/email")
async def ask_to_confirm(request: Request, link: Secret = "") -> HTMLResponse:
    """Whether to change the address."""
    return asking(request, _CHANGE, link)


@pages.post("/account/email")
async def confirm(request: Request, entry: EntryOf) -> HTMLResponse:
    """Change the address."""
    told = await form_of(request)
    return ended(request, _CHANGE, done=await address.confirm(entry, told.get("link", "")))


@pages.get("/account/email/undo")
async def ask_to_undo(request: Request, link: Secret = "") -> HTMLResponse:
    """Which password to have from now on."""
    return asking(request, _UNDO, link, password=True)


@pages.post("/account/email/undo")
async def undo(request: Request, entry: EntryOf) -> HTMLResponse:
    """Take the change back."""
    return await with_password(request, entry, _UNDO, "undo", partial(address.undo, entry))
