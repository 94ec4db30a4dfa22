"""The addresses of favourites, of the calendar of visits, and of the comparison. All of it the user's own:
what is another's is not there.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Query, Request
from starlette.responses import Response

from models.settings import Settings
from serve.accounts.signed_in import Account, ByLogin, Scope, signed_in
from serve.answers import Answer
from serve.asked import reads
from serve.market import Connection, Writing
from serve.personal.calendar import make_feed, read_calendar, read_feed, revoke_feed
from serve.personal.comparison import compare
from serve.personal.comparison_forms import CompareQuery, Comparison
from serve.personal.favorite_forms import (
    FavoriteAnswer,
    FavoriteChange,
    FavoriteNew,
    FavoritePage,
    FavoriteQuery,
    FeedAddress,
    FeedState,
)
from serve.personal.favorites import MAX_FAVORITES, Kept, change, drop, keep, read_favorite, read_favorites
from serve.problems import documented, problem
from serve.routes import ListingId, encoded

router = APIRouter(tags=["favorites"])

Keeper = Annotated[Account, Depends(signed_in(Scope.FAVORITES))]
Reader = Annotated[Account, Depends(signed_in(Scope.READ))]
_PATH: Final = "/api/user/favorites"
_ERRORS: Final = (401, 403, 404, 422, 429)
_KEPT: Final = {
    **documented(FavoriteAnswer, *_ERRORS, 409, status=201),
    200: {"model": FavoriteAnswer, "description": "It was kept before; what you named of it is as you said."},
}
_DONE: Final = documented(None, *_ERRORS, status=204)


@router.get(_PATH, summary="Listings that you keep", responses=documented(FavoritePage, 401, 403, 422, 429))
async def get_favorites(
    account: Keeper, query: Annotated[FavoriteQuery, reads(FavoriteQuery)], connection: Connection
) -> Response:
    """The listings that you keep, the latest kept first, each as it is now: what its price did since, whether
    it was withdrawn, and where else its dwelling is advertised. Scope `favorites`.
    """
    return encoded(await read_favorites(connection, account.id, query))


@router.post(_PATH, summary="Keep a listing", status_code=201, responses=_KEPT)
async def post_favorite(said: FavoriteNew, account: Keeper, connection: Writing) -> Response:
    """Keep a listing, with a note, a status and a visit if you like. Kept already, only what you name is set:
    to do it twice does no harm. Scope `favorites`.
    """
    return await _keep(connection, account, said.listing_id, said)


@router.post(_PATH + "/{listing_id}", summary="Keep this listing", status_code=201, responses=_KEPT)
async def post_this_favorite(
    listing_id: ListingId,
    account: Keeper,
    connection: Writing,
    said: Annotated[FavoriteChange | None, Body(examples=[{"status": "to_call"}])] = None,
) -> Response:
    """The same with the listing in the address; the body may be left out. Scope `favorites`."""
    return await _keep(connection, account, listing_id, said or FavoriteChange())


@router.put(_PATH + "/{listing_id}", summary="Keep a listing with exactly this", responses=_KEPT)
async def put_favorite(
    listing_id: ListingId, said: FavoriteChange, account: Keeper, connection: Writing
) -> Response:
    """Keep a listing; what you do not name is emptied. Scope `favorites`."""
    return await _keep(connection, account, listing_id, said, whole=True)


@router.patch(
    _PATH + "/{listing_id}",
    summary="Change what is kept with a listing",
    responses=documented(FavoriteAnswer, *_ERRORS),
)
async def patch_favorite(
    listing_id: ListingId, said: FavoriteChange, account: Keeper, connection: Writing
) -> Response:
    """Set note, status or visit; what you do not name stays, null empties. Scope `favorites`."""
    if not await change(connection, account.id, listing_id, said):
        return _not_kept(listing_id)
    return await _told(connection, account, listing_id)


@router.get(
    _PATH + "/{listing_id}", summary="One that you keep", responses=documented(FavoriteAnswer, *_ERRORS)
)
async def get_favorite(listing_id: ListingId, account: Keeper, connection: Connection) -> Response:
    """One listing that you keep. Scope `favorites`."""
    return await _told(connection, account, listing_id)


@router.delete(_PATH + "/{listing_id}", summary="Keep a listing no more", status_code=204, responses=_DONE)
async def delete_favorite(listing_id: ListingId, account: Keeper, connection: Writing) -> Response:
    """Forget a listing, its note and its visit. Scope `favorites`."""
    if not await drop(connection, account.id, listing_id):
        return _not_kept(listing_id)
    return Response(status_code=204)


@router.get(
    "/api/user/calendar",
    summary="Whether your visits have a feed",
    responses=documented(FeedState, 401, 403, 429),
)
async def get_calendar(account: Keeper, connection: Connection) -> Response:
    """Whether there is a feed, and since when. Its address is not kept, so it is not told again.
    Scope `favorites`.
    """
    return encoded(await read_feed(connection, account.id))


@router.post(
    "/api/user/calendar",
    summary="Make the address of your visits' feed",
    status_code=201,
    responses=documented(FeedAddress, 401, 403, 429, status=201),
)
async def post_calendar(request: Request, account: ByLogin, connection: Writing) -> Response:
    """A secret address for a calendar to subscribe to; the one before is out of use at once. No API key may
    do it, as the address would outlive the key.
    """
    secret, now = await make_feed(connection, account)
    answer = FeedAddress(address=f"{_home(request)}{_FEED[1:]}?token={secret}", created_at=now)
    return _created(answer)


@router.delete(
    "/api/user/calendar",
    summary="Put the feed out of use",
    status_code=204,
    responses=documented(None, 401, 403, 404, 429, status=204),
)
async def delete_calendar(account: Keeper, connection: Writing) -> Response:
    """No calendar reads your visits any more. Scope `favorites`."""
    if not await revoke_feed(connection, account.id):
        return problem(404, "There is no feed of your visits.")
    return Response(status_code=204)


_FEED: Final = _PATH + ".ics"


@router.get(
    _FEED,
    summary="Your visits, for a calendar",
    response_class=Response,
    responses={
        **documented(None, 404, 422, 429),
        200: {"content": {"text/calendar": {"example": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n…"}}},
    },
)
async def get_feed(
    request: Request,
    connection: Connection,
    token: Annotated[
        str, Query(max_length=100, description="The secret of the feed's address.", examples=["Xk3…"])
    ],
) -> Response:
    """Visits of the last year and to come, as iCalendar, for whoever has the address."""
    calendar = await read_calendar(connection, token, _home(request))
    if calendar is None:
        return problem(404, "There is no such feed.")
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": 'inline; filename="pignon.ics"'}
    return Response(calendar, headers=headers, media_type="text/calendar; charset=utf-8")


@router.get(
    "/api/user/compare",
    summary="Listings side by side",
    responses=documented(Comparison, *_ERRORS),
)
async def get_comparison(
    account: Reader, query: Annotated[CompareQuery, reads(CompareQuery)], connection: Connection
) -> Response:
    """Two to five listings, live or withdrawn, field by field: whether they differ, which do not tell it,
    which is plainly better, and which are one dwelling. Scope `read`.
    """
    found = await compare(connection, query.ids)
    if isinstance(found, Comparison):
        return encoded(found)
    return problem(404, "There is no listing " + ", ".join(map(str, found)) + ".")


async def _keep(
    connection: Writing, account: Account, listing_id: int, said: FavoriteChange, *, whole: bool = False
) -> Response:
    kept = await keep(connection, account.id, listing_id, said, whole=whole)
    if kept is Kept.NO_LISTING:
        return problem(404, f"There is no listing {listing_id}.")
    if kept is Kept.FULL:
        return problem(409, f"You keep {MAX_FAVORITES} listings, the most there may be; forget some first.")
    answer = await _told(connection, account, listing_id)
    if kept is Kept.NEW:
        answer.status_code = 201
        answer.headers["Location"] = f"{_PATH}/{listing_id}"
    return answer


async def _told(connection: Connection, account: Account, listing_id: int) -> Response:
    found = await read_favorite(connection, account.id, listing_id)
    return encoded(found) if found else _not_kept(listing_id)


def _not_kept(listing_id: int) -> Response:
    return problem(404, f"You keep no listing {listing_id}.")


def _created(answer: Answer) -> Response:
    response = encoded(answer)
    response.status_code = 201
    return response


def _home(request: Request) -> str:
    """PUBLIC_URL, else the address at which we were reached; with a slash at its end."""
    settings: Settings = request.app.state.settings
    return f"{settings.link_base}/" if settings.public_url else str(request.base_url)
