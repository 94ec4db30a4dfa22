"""What a site's pages are compared with outlives whoever read its home page."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("pages", sa.Column("marks", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("pages", "marks")
