"""History outlives the logs of crawls: it is for ever, they are kept for a while."""

from alembic import op

revision = "0016"
down_revision = "0015"

_KEY = "fk_listing_history_scraping_log_id_scraping_logs"


def upgrade() -> None:
    op.drop_constraint(_KEY, "listing_history", type_="foreignkey")


def downgrade() -> None:
    op.create_foreign_key(
        _KEY, "listing_history", "scraping_logs", ["scraping_log_id"], ["id"], postgresql_not_valid=True
    )
