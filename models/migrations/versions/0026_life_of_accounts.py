"""Links that give an account another address, and that take the change back."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    _purposes("confirm", "reset", "opt_out", "email", "undo")


def downgrade() -> None:
    op.execute("delete from mailed_links where purpose in ('email', 'undo')")
    _purposes("confirm", "reset", "opt_out")


def _purposes(*names: str) -> None:
    name = op.f("ck_mailed_links_purpose")
    op.drop_constraint(name, "mailed_links", type_="check")
    op.create_check_constraint(name, "mailed_links", f"purpose in {names}")
