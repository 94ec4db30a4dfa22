"""Sites whose owners asked not to be visited, whether they are known or not."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_opt_outs")),
    )
    op.execute(
        "insert into opt_outs (host, since) "
        "select regexp_replace(host, '^www\\.', ''), min(opted_out_at) from agencies "
        "where opted_out_at is not null group by 1"
    )


def downgrade() -> None:
    op.drop_table("opt_outs")
