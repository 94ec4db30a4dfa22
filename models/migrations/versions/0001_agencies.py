"""Agencies, their pages, users and figures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=True),
        sa.Column("siret", sa.String(length=14), nullable=True),
        sa.Column("website_url", sa.String(length=500), nullable=False),
        sa.Column("website_type", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("postal_code", sa.String(length=10), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("discovered_from", sa.String(length=60), nullable=False),
        sa.Column("last_scraped", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "scraping_status",
            sa.Enum(
                "never",
                "running",
                "ok",
                "empty",
                "unreachable",
                "disallowed",
                "challenged",
                "not_an_agency",
                "opted_out",
                "error",
                name="scraping_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("scraping_error", sa.Text(), nullable=True),
        sa.Column("scraping_error_count", sa.Integer(), nullable=False),
        sa.Column("total_listings", sa.Integer(), nullable=False),
        sa.Column("active_listings", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column(
            "host",
            sa.String(length=255),
            sa.Computed("substring(website_url from '^[a-z]+://([^/:]+)')", persisted=True),
            nullable=False,
        ),
        sa.Column("platform", sa.String(length=60), nullable=True),
        sa.Column("robots_txt", sa.Text(), nullable=True),
        sa.Column("robots_status", sa.String(length=24), nullable=True),
        sa.Column("robots_fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("crawl_delay", sa.Float(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_crawl_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("identity_proof", sa.String(length=60), nullable=True),
        sa.Column("cpi_number", sa.String(length=60), nullable=True),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("siren ~ '^\\d{9}$'", name=op.f("ck_agencies_siren")),
        sa.CheckConstraint("siret ~ '^\\d{14}$'", name=op.f("ck_agencies_siret")),
        sa.CheckConstraint("latitude between -90 and 90", name=op.f("ck_agencies_latitude")),
        sa.CheckConstraint("longitude between -180 and 180", name=op.f("ck_agencies_longitude")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("website_url", name=op.f("uq_agencies_website_url")),
    )
    op.create_index("ix_agencies_due", "agencies", ["is_active", "next_crawl_at"], unique=False)
    op.create_index(op.f("ix_agencies_host"), "agencies", ["host"], unique=False)
    op.create_index("ix_agencies_postal_code", "agencies", ["postal_code"], unique=False)
    op.create_index("ix_agencies_siren", "agencies", ["siren"], unique=False)
    op.create_table(
        "market_statistics",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.Column(
            "transaction",
            sa.Enum(
                "sale",
                "rent",
                "seasonal",
                "life_annuity",
                "auction",
                name="transaction",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "property_type",
            sa.Enum(
                "apartment",
                "house",
                "studio",
                "land",
                "parking",
                "commercial",
                "building",
                "other",
                name="property_type",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("rooms", sa.SmallInteger(), nullable=True),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("average_price", sa.Float(), nullable=True),
        sa.Column("median_price", sa.Float(), nullable=True),
        sa.Column("min_price", sa.Integer(), nullable=True),
        sa.Column("max_price", sa.Integer(), nullable=True),
        sa.Column("average_price_per_sqm", sa.Float(), nullable=True),
        sa.Column("median_price_per_sqm", sa.Float(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("price_cuts", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_market_statistics_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_statistics")),
        sa.UniqueConstraint(
            "area",
            "transaction",
            "property_type",
            "rooms",
            "period",
            "starts_on",
            name=op.f("uq_market_statistics_area_transaction_property_type_rooms_period_starts_on"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("uq_users_email_lower", "users", [sa.literal_column("lower('email')")], unique=True)
    op.create_table(
        "pages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("found_by", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(length=300), nullable=True),
        sa.Column("last_modified", sa.String(length=60), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_pages_agency_id_agencies"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("agency_id", "key", name=op.f("uq_pages_agency_id_key")),
    )
    op.create_index("ix_pages_due", "pages", ["agency_id", "due_at", "priority"], unique=False)
    op.create_table(
        "scraping_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("pages_fetched", sa.Integer(), nullable=False),
        sa.Column("bytes_fetched", sa.BigInteger(), nullable=False),
        sa.Column("listings_found", sa.Integer(), nullable=False),
        sa.Column("listings_new", sa.Integer(), nullable=False),
        sa.Column("listings_updated", sa.Integer(), nullable=False),
        sa.Column("listings_removed", sa.Integer(), nullable=False),
        sa.Column("listings_held", sa.Integer(), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_type", sa.String(length=60), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["agencies.id"],
            name=op.f("fk_scraping_logs_agency_id_agencies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scraping_logs")),
    )
    op.create_index("ix_scraping_logs_agency", "scraping_logs", ["agency_id", "started_at"], unique=False)
    op.create_table(
        "search_alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("frequency", sa.String(length=12), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_search_alerts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_alerts")),
    )
    op.create_index("ix_search_alerts_user", "search_alerts", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_search_alerts_user", table_name="search_alerts")
    op.drop_table("search_alerts")
    op.drop_index("ix_scraping_logs_agency", table_name="scraping_logs")
    op.drop_table("scraping_logs")
    op.drop_index("ix_pages_due", table_name="pages")
    op.drop_table("pages")
    op.drop_index("uq_users_email_lower", table_name="users")
    op.drop_table("users")
    op.drop_table("market_statistics")
    op.drop_index("ix_agencies_siren", table_name="agencies")
    op.drop_index("ix_agencies_postal_code", table_name="agencies")
    op.drop_index(op.f("ix_agencies_host"), table_name="agencies")
    op.drop_index("ix_agencies_due", table_name="agencies")
    op.drop_table("agencies")
