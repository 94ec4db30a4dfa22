"""What an operator orders a crawl, and what a crawl counts for its log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0004"

_STATUSES = (
    "never", "running", "ok", "empty", "unreachable", "disallowed", "challenged", "not_an_agency",
    "opted_out", "error",
)  # fmt: skip


def _accept(*statuses: str) -> None:
    name = op.f("ck_agencies_scraping_status")
    op.drop_constraint(name, "agencies", type_="check")
    named = ", ".join(f"'{status}'" for status in statuses)
    op.create_check_constraint(name, "agencies", f"scraping_status in ({named})")


def upgrade() -> None:
    op.create_table(
        "crawl_orders",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_crawl_orders_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl_orders")),
    )
    op.add_column("agencies", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_agencies_paused", "agencies", ["id"], postgresql_where=sa.text("paused_at is not null")
    )
    _accept(*_STATUSES, "interrupted")
    for name in ("requests", "retries"):
        column = sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
        op.add_column("scraping_logs", column)
    for name in ("waiting", "fetching", "reading", "storing"):
        op.add_column(
            "scraping_logs", sa.Column(name, sa.Float(), server_default=sa.text("0"), nullable=False)
        )
    outcomes = sa.Column(
        "outcomes",
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text("'{}'::jsonb"),
        nullable=False,
    )
    op.add_column("scraping_logs", outcomes)
    op.create_index("ix_scraping_logs_started_at", "scraping_logs", ["started_at"])


def downgrade() -> None:
    op.drop_index("ix_scraping_logs_started_at", table_name="scraping_logs")
    for name in ("outcomes", "storing", "reading", "fetching", "waiting", "retries", "requests"):
        op.drop_column("scraping_logs", name)
    op.execute("update agencies set scraping_status = 'error' where scraping_status = 'interrupted'")
    _accept(*_STATUSES)
    op.drop_index("ix_agencies_paused", table_name="agencies")
    op.drop_column("agencies", "paused_at")
    op.drop_table("crawl_orders")
