"""What recognising properties keeps, so that a new listing meets only its own buckets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_PENDING = "(is_active and signed_hash is distinct from hash) or (not is_active and signed_hash is not null)"


def _listing(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _of_listing(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        ["aggregated_listings.id"],
        name=op.f(f"fk_{table}_{column}_aggregated_listings"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "listing_signatures",
        _listing("listing_id"),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("keys", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        _of_listing("listing_signatures", "listing_id"),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_signatures")),
    )
    op.create_table(
        "listing_keys",
        _listing("key"),
        _listing("price"),
        _listing("listing_id"),
        sa.PrimaryKeyConstraint("key", "price", "listing_id", name=op.f("pk_listing_keys")),
    )
    op.create_table(
        "agency_boilerplate",
        sa.Column("agency_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("learnt_from", sa.Integer(), nullable=False),
        sa.Column("sentences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["agencies.id"],
            name=op.f("fk_agency_boilerplate_agency_id_agencies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_agency_boilerplate")),
    )
    op.create_table(
        "property_decisions",
        _listing("listing_a"),
        _listing("listing_b"),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.CheckConstraint("listing_a < listing_b", name=op.f("ck_property_decisions_order")),
        _of_listing("property_decisions", "listing_a"),
        _of_listing("property_decisions", "listing_b"),
        sa.PrimaryKeyConstraint("listing_a", "listing_b", name=op.f("pk_property_decisions")),
    )
    op.create_index("ix_property_decisions_listing_b", "property_decisions", ["listing_b"])
    op.add_column("aggregated_listings", sa.Column("signed_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_listings_unsigned", "aggregated_listings", ["id"], postgresql_where=sa.text(_PENDING))
    # Links carry reasons as data from here on; the next run makes them again.
    op.execute("delete from property_links")
    op.add_column("property_links", sa.Column("log_odds", sa.Float(), nullable=False))


def downgrade() -> None:
    op.execute("delete from property_links")
    op.drop_column("property_links", "log_odds")
    op.drop_index("ix_listings_unsigned", table_name="aggregated_listings")
    op.drop_column("aggregated_listings", "signed_hash")
    for table in ("property_decisions", "agency_boilerplate", "listing_keys", "listing_signatures"):
        op.drop_table(table)
