"""Events in an order that a reader can follow: by transaction, of which only ended ones are told."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "listing_history",
        sa.Column(
            "transaction_id",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
        ),
    )
    op.create_index("ix_listing_history_feed", "listing_history", ["transaction_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_listing_history_feed", table_name="listing_history")
    op.drop_column("listing_history", "transaction_id")
