"""Budgets that processes share, back-off per site, and what tells when a page is looked at again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_budgets")),
    )
    op.add_column("agencies", sa.Column("backoff", sa.Float(), server_default=sa.text("1"), nullable=False))
    op.add_column("pages", sa.Column("structure_hash", sa.BigInteger(), nullable=True))
    op.add_column("pages", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pages", sa.Column("listed_on", sa.BigInteger(), nullable=True))
    op.add_column("pages", sa.Column("card_hash", sa.BigInteger(), nullable=True))
    op.add_column("pages", sa.Column("revisit", sa.Float(), server_default=sa.text("1"), nullable=False))


def downgrade() -> None:
    for name in ("revisit", "card_hash", "listed_on", "seen_at", "structure_hash"):
        op.drop_column("pages", name)
    op.drop_column("agencies", "backoff")
    op.drop_table("budgets")
