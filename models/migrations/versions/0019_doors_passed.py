"""How far a crawl's door is passed outlives whoever passed it: the home page, as others are compared with it,
and the sitemaps.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("pages", sa.Column("marks", sa.LargeBinary()))
    op.add_column("scraping_logs", sa.Column("sitemaps", postgresql.JSONB()))


def downgrade() -> None:
    op.drop_column("scraping_logs", "sitemaps")
    op.drop_column("pages", "marks")
