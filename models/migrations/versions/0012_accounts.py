"""Logins, API keys, mailed links, and the messages that are owed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # It was on lower('email'), a constant: one user alone could ever be.
    op.drop_index("uq_users_email_lower", "users")
    op.create_index("uq_users_email_lower", "users", [sa.text("lower(email)")], unique=True)
    _sessions()
    _api_keys()
    _mailed_links()
    _outbox()


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _user(table: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return (
        sa.Column("user_id", sa.BigInteger(), nullable=nullable),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE"
        ),
    )


def _sessions() -> None:
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_user("user_sessions"),
        sa.Column("family", sa.LargeBinary(), nullable=False),
        sa.Column("current", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        _time("renewed_at"),
        _time("expires_at"),
        _time("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("family", name=op.f("uq_user_sessions_family")),
    )
    op.create_index("ix_user_sessions_user", "user_sessions", ["user_id"])
    op.create_index("ix_user_sessions_ends", "user_sessions", ["expires_at"])


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *_user("api_keys"),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", JSONB(), nullable=False),
        _time("created_at"),
        _time("expires_at", nullable=True),
        _time("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
    )
    op.create_index("ix_api_keys_user", "api_keys", ["user_id"])


def _mailed_links() -> None:
    op.create_table(
        "mailed_links",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        *_user("mailed_links", nullable=True),
        sa.Column("payload", JSONB(), nullable=False),
        _time("created_at"),
        _time("expires_at"),
        sa.CheckConstraint(
            "purpose in ('confirm', 'reset', 'opt_out')", name=op.f("ck_mailed_links_purpose")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_mailed_links")),
    )
    op.create_index("ix_mailed_links_user", "mailed_links", ["user_id"])
    op.create_index("ix_mailed_links_address", "mailed_links", ["address"])
    op.create_index("ix_mailed_links_ends", "mailed_links", ["expires_at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("channel", sa.String(length=12), server_default="email", nullable=False),
        sa.Column("recipient", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=2), server_default="fr", nullable=False),
        *_user("outbox", nullable=True),
        sa.Column("dedup_key", sa.String(length=120), nullable=True),
        _time("created_at"),
        _time("due_at"),
        _time("expires_at", nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _time("sent_at", nullable=True),
        _time("failed_at", nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.CheckConstraint("channel in ('email', 'sms', 'webhook')", name=op.f("ck_outbox_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_dedup_key")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at"],
        postgresql_where=sa.text("sent_at is null and failed_at is null"),
    )
    op.create_index("ix_outbox_user", "outbox", ["user_id"])
    op.create_index("ix_outbox_created", "outbox", ["created_at"])


def downgrade() -> None:
    # The index stays as it is: the old one would refuse a second user.
    for table in ("outbox", "mailed_links", "api_keys", "user_sessions"):
        op.drop_table(table)
