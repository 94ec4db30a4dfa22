"""What is a user's own: visits, calendars, the whole of an alert, consents; favourites count themselves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"

_STATUS = ("to_call", "visited", "offer", "refused")
_FREQUENCY = ("instant", "daily", "weekly")
_CHANNEL = ("email", "sms", "webhook")

# By statement, so that whatever takes favourites away, an erasure of their user too, locks listings in one
# order and counts each once.
_COUNT = """
create function count_favorites() returns trigger language plpgsql as $$
begin
    perform 1 from aggregated_listings where id in (select listing_id from changed)
        order by id for no key update;
    update aggregated_listings as listing
        set favorite_count = favorite_count + told.number * case tg_op when 'INSERT' then 1 else -1 end
        from (select listing_id, count(*) as number from changed group by listing_id) as told
        where listing.id = told.listing_id;
    return null;
end $$;
create trigger favorites_are_more after insert on favorites
    referencing new table as changed for each statement execute function count_favorites();
create trigger favorites_are_fewer after delete on favorites
    referencing old table as changed for each statement execute function count_favorites();
update aggregated_listings as listing set favorite_count = told.number
    from (select listing_id, count(*) as number from favorites group by listing_id) as told
    where listing.id = told.listing_id and listing.favorite_count <> told.number
"""


def upgrade() -> None:
    _favorites()
    _alerts()
    _consents()


def _values(column: str, name: str, values: tuple[str, ...], *, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)
    return sa.Column(column, kind, nullable=nullable)


def _time(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        nullable=nullable,
        server_default=sa.text(default) if default else None,
    )


def _favorites() -> None:
    for column in (
        _values("status", "favorite_status", _STATUS, nullable=True),
        sa.Column("kept_price", sa.BigInteger(), nullable=True),
        _time("visit_at", nullable=True),
        sa.Column("visit_zone", sa.String(length=64), nullable=True),
        sa.Column("visit_sequence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _time("cancelled_visit_at", nullable=True),
        _time("updated_at", default="now()"),
    ):
        op.add_column("favorites", column)
    op.execute(_COUNT)
    op.create_table(
        "calendar_feeds",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        _time("created_at"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_calendar_feeds_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_feeds_hash")),
    )


def _alerts() -> None:
    op.add_column("search_alerts", sa.Column("channels", JSONB(), nullable=True))
    op.execute("update search_alerts set channels = jsonb_build_array(channel)")
    op.alter_column("search_alerts", "channels", nullable=False)
    op.drop_column("search_alerts", "channel")
    op.add_column("search_alerts", sa.Column("webhook_url", sa.Text(), nullable=True))
    op.add_column("search_alerts", sa.Column("quiet_hours", sa.String(length=200), nullable=True))
    op.add_column(
        "search_alerts", sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.alter_column("search_alerts", "frequency", type_=sa.String(length=24))
    told = ", ".join(f"'{value}'" for value in _FREQUENCY)
    op.create_check_constraint(
        op.f("ck_search_alerts_alert_frequency"), "search_alerts", f"frequency in ({told})"
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        _values("channel", "consent_channel", _CHANNEL),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        _time("said_at"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_consents_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_user", "consents", ["user_id", "id"])
    op.execute(
        """
        create function refuse_rewriting_consents() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' and current_setting('pignon.erasure', true) = 'on' then
                return old;
            end if;
            raise exception 'consents are append-only';
        end $$;
        create trigger consents_append_only before update or delete on consents
            for each row execute function refuse_rewriting_consents()
        """
    )


def downgrade() -> None:
    op.execute("drop trigger consents_append_only on consents; drop function refuse_rewriting_consents")
    op.drop_table("consents")
    op.drop_constraint(op.f("ck_search_alerts_alert_frequency"), "search_alerts", type_="check")
    op.alter_column("search_alerts", "frequency", type_=sa.String(length=12))
    op.add_column("search_alerts", sa.Column("channel", sa.String(length=12), server_default="email"))
    op.alter_column("search_alerts", "channel", server_default=None, nullable=False)
    for column in ("channels", "webhook_url", "quiet_hours", "revision"):
        op.drop_column("search_alerts", column)
    op.drop_table("calendar_feeds")
    op.execute(
        "drop trigger favorites_are_more on favorites; drop trigger favorites_are_fewer on favorites; "
        "drop function count_favorites"
    )
    for column in (
        "status", "kept_price", "visit_at", "visit_zone", "visit_sequence", "cancelled_visit_at",
        "updated_at",
    ):  # fmt: skip
        op.drop_column("favorites", column)
