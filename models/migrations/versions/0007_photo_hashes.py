"""What is left of listings' photos, to recognise a dwelling by."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "photo_hashes",
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["aggregated_listings.id"],
            name=op.f("fk_photo_hashes_listing_id_aggregated_listings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listing_id", "url", name=op.f("pk_photo_hashes")),
    )
    op.create_index("ix_photo_hashes_hash", "photo_hashes", ["hash"])


def downgrade() -> None:
    op.drop_table("photo_hashes")
