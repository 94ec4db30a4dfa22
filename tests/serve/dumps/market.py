"""A market to dump: the seeded one, events of every sort, an agency that opted out, a user."""

from datetime import UTC, datetime

from sqlalchemy import Engine, insert, update

from models.tables import Property, User
from tests.serve.market import NOW, add_agency, add_event, add_listing, add_property, change_price, seed

#: Told by nobody else, so that it is found wherever it leaks to.
SECRET = "opted-out-secret"
ADDRESS = "someone@exemple.fr"


def fill(engine: Engine) -> None:
    """The market, with what must be in no dump."""
    first, second, *_ = seed(engine)
    add_event(engine, first, "text", NOW, field="description", old_value="x " + SECRET, new_value=SECRET)
    add_event(engine, first, "text", NOW, field="title", old_value="=1+1", new_value="Maison « é »")
    add_event(engine, second, "withdrawn", NOW, new_value="gone")
    add_listing(engine, 1, title="sold", is_active=False, withdrawn_at=NOW, withdrawn_reason="sold")
    add_listing(engine, 1, title="=cmd", description=SECRET, features={"lift": True, "garden": False})
    add_listing(engine, 1, price=30_000_000, currency="XPF")
    _opted_out(engine)
    _merged(engine)
    with engine.begin() as connection:
        connection.execute(insert(User).values(email=ADDRESS, password_hash=SECRET, name=SECRET))


def _opted_out(engine: Engine) -> None:
    left = add_agency(engine, SECRET, opted_out_at=datetime(2026, 1, 1, tzinfo=UTC), email=ADDRESS)
    alone = add_listing(engine, left, title=SECRET, price=100)
    shared = add_listing(engine, left, property_id=1, title=SECRET, price=1)
    for listing in (alone, shared):
        change_price(engine, listing, 2, 1, NOW)


def _merged(engine: Engine) -> None:
    """The third dwelling of a chain is the first of the market."""
    older, oldest = add_property(engine), add_property(engine)
    with engine.begin() as connection:
        for one, other in ((older, 1), (oldest, older)):
            connection.execute(update(Property).where(Property.id == one).values(merged_into=other))
