"""The search engine's index and its place in the feed of events."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "search_index",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("uuid", sa.String(60), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("in_step_at", sa.DateTime(timezone=True)),
        sa.Column("built_at", sa.DateTime(timezone=True)),
        sa.Column("rebuild_asked_at", sa.DateTime(timezone=True)),
        sa.Column("building_done", sa.BigInteger()),
        sa.Column("building_total", sa.BigInteger()),
        sa.Column("trouble", sa.String(400)),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_index_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_index")),
    )
    # All at its beginning: what reads and writes this row never has to ask whether it is there.
    op.execute(
        "insert into search_index (id, name, uuid, version, transaction_id, event_id)"
        " values (1, '', '', '', 0, 0)"
    )


def downgrade() -> None:
    op.drop_table("search_index")
