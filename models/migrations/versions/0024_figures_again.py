"""All statistics are made again at their next refresh.

Cuts of dwellings whose type was told later were lost, and prices in francs taken for euros. Until then the
former figures stay.
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("delete from statistics_cursor")


def downgrade() -> None:
    pass
