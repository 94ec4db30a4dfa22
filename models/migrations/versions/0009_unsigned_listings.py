"""A queue of the listings to recognise: a mark in their rows cost an entry in each of their indexes.

And keys without a journal: a listing's keys lie on a page each, of which the journal would hold a copy. They
are made again from the signatures where the server was killed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_PENDING = "(is_active and signed_hash is distinct from hash) or (not is_active and signed_hash is not null)"


def upgrade() -> None:
    op.create_table(
        "unsigned_listings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsigned_listings")),
    )
    op.execute(
        f"insert into unsigned_listings (listing_id) select id from aggregated_listings where {_PENDING}"  # noqa: S608
    )
    op.drop_index("ix_listings_unsigned", table_name="aggregated_listings")
    op.drop_column("aggregated_listings", "signed_hash")
    op.execute("alter table listing_keys set unlogged")
    op.execute(
        """
        create function tell_unsigned() returns trigger language plpgsql as $$
        begin
            insert into unsigned_listings (listing_id) values (new.id);
            return null;
        end $$;
        create trigger listing_is_new after insert on aggregated_listings
            for each row execute function tell_unsigned();
        create trigger listing_is_changed_or_gone after update of hash, is_active on aggregated_listings
            for each row when (old.hash <> new.hash or old.is_active <> new.is_active)
            execute function tell_unsigned()
        """
    )


def downgrade() -> None:
    op.execute("alter table listing_keys set logged")
    op.execute(
        """
        drop trigger listing_is_new on aggregated_listings;
        drop trigger listing_is_changed_or_gone on aggregated_listings;
        drop function tell_unsigned()
        """
    )
    op.add_column("aggregated_listings", sa.Column("signed_hash", sa.String(length=64), nullable=True))
    op.execute(
        """
        update aggregated_listings set signed_hash = hash
        where id in (select listing_id from listing_signatures)
            and id not in (select listing_id from unsigned_listings)
        """
    )
    op.create_index("ix_listings_unsigned", "aggregated_listings", ["id"], postgresql_where=sa.text(_PENDING))
    op.drop_table("unsigned_listings")
