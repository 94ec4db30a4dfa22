"""Links that give an account another address, and that take the change back; when an account was of use last,
and since when its owner knows that it will be erased.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    _purposes("confirm", "reset", "opt_out", "email", "undo")
    # Logins that are over are not kept, so that nobody knows who signed in lately: all count from now on.
    op.add_column("users", _time("seen_at", server_default=sa.text("now()"), nullable=False))
    op.alter_column("users", "seen_at", server_default=None)
    op.add_column("users", _time("warned_at", nullable=True))


def downgrade() -> None:
    op.drop_column("users", "warned_at")
    op.drop_column("users", "seen_at")
    op.execute("delete from mailed_links where purpose in ('email', 'undo')")
    _purposes("confirm", "reset", "opt_out")


def _time(name: str, **told: Any) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), **told)


def _purposes(*names: str) -> None:
    name = op.f("ck_mailed_links_purpose")
    op.drop_constraint(name, "mailed_links", type_="check")
    op.create_check_constraint(name, "mailed_links", f"purpose in {names}")
