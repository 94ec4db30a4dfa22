"""Listings, their history and their properties."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

#: Nothing rewrites history; deleting goes with the listing alone, in an erasure that says so.
APPEND_ONLY = """
create function refuse_rewriting_history() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('pignon.erasure', true) = 'on' then
        return old;
    end if;
    raise exception 'listing_history is append-only';
end $$;
create trigger listing_history_append_only before update or delete on listing_history
    for each row execute function refuse_rewriting_history();
"""


def upgrade() -> None:
    op.create_table(
        "properties",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["properties.id"], name=op.f("fk_properties_merged_into_properties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_properties")),
    )
    op.create_table(
        "aggregated_listings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("property_id", sa.BigInteger(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
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
            nullable=True,
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
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column(
            "price_per_sqm",
            sa.BigInteger(),
            sa.Computed("round(price / nullif(surface, 0))::bigint", persisted=True),
            nullable=True,
        ),
        sa.Column("surface", sa.Float(), nullable=True),
        sa.Column("land_surface", sa.Float(), nullable=True),
        sa.Column("rooms", sa.SmallInteger(), nullable=True),
        sa.Column("bedrooms", sa.SmallInteger(), nullable=True),
        sa.Column("bathrooms", sa.SmallInteger(), nullable=True),
        sa.Column("floor", sa.SmallInteger(), nullable=True),
        sa.Column("construction_year", sa.SmallInteger(), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("postal_code", sa.String(length=10), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("city_key", sa.String(length=120), nullable=True),
        sa.Column("insee_code", sa.String(length=5), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("dpe", sa.String(length=1), nullable=True),
        sa.Column("dpe_value", sa.SmallInteger(), nullable=True),
        sa.Column("ges", sa.String(length=1), nullable=True),
        sa.Column("ges_value", sa.SmallInteger(), nullable=True),
        sa.Column("charges", sa.BigInteger(), nullable=True),
        sa.Column("fees", sa.BigInteger(), nullable=True),
        sa.Column(
            "fees_payer",
            sa.Enum(
                "buyer",
                "seller",
                "tenant",
                "shared",
                name="fees_payer",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("deposit", sa.BigInteger(), nullable=True),
        sa.Column("furnished", sa.Boolean(), nullable=True),
        sa.Column("exclusive", sa.Boolean(), nullable=True),
        sa.Column("availability", sa.String(length=20), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.Column("photos", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("data_quality_score", sa.Float(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scraped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=40), nullable=True),
        sa.Column("republishes", sa.BigInteger(), nullable=True),
        sa.Column("is_duplicate", sa.Boolean(), nullable=False),
        sa.Column("duplicate_of", sa.BigInteger(), nullable=True),
        sa.Column("view_count", sa.Integer(), nullable=False),
        sa.Column("favorite_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("dpe in ('A','B','C','D','E','F','G')", name=op.f("ck_aggregated_listings_dpe")),
        sa.CheckConstraint("ges in ('A','B','C','D','E','F','G')", name=op.f("ck_aggregated_listings_ges")),
        sa.CheckConstraint(
            "(withdrawn_at is null) = is_active", name=op.f("ck_aggregated_listings_withdrawn")
        ),
        sa.CheckConstraint(
            "data_quality_score between 0 and 1", name=op.f("ck_aggregated_listings_data_quality_score")
        ),
        sa.CheckConstraint(
            "is_duplicate = (duplicate_of is not null)", name=op.f("ck_aggregated_listings_duplicate")
        ),
        sa.CheckConstraint("land_surface > 0", name=op.f("ck_aggregated_listings_land_surface")),
        sa.CheckConstraint("latitude between -90 and 90", name=op.f("ck_aggregated_listings_latitude")),
        sa.CheckConstraint("longitude between -180 and 180", name=op.f("ck_aggregated_listings_longitude")),
        sa.CheckConstraint("price > 0", name=op.f("ck_aggregated_listings_price")),
        sa.CheckConstraint("rooms between 1 and 200", name=op.f("ck_aggregated_listings_rooms")),
        sa.CheckConstraint("surface > 0", name=op.f("ck_aggregated_listings_surface")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_aggregated_listings_agency_id_agencies")
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of"],
            ["aggregated_listings.id"],
            name=op.f("fk_aggregated_listings_duplicate_of_aggregated_listings"),
        ),
        sa.ForeignKeyConstraint(
            ["property_id"], ["properties.id"], name=op.f("fk_aggregated_listings_property_id_properties")
        ),
        sa.ForeignKeyConstraint(
            ["republishes"],
            ["aggregated_listings.id"],
            name=op.f("fk_aggregated_listings_republishes_aggregated_listings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aggregated_listings")),
        sa.UniqueConstraint("source_url", name=op.f("uq_aggregated_listings_source_url")),
    )
    op.create_index(op.f("ix_aggregated_listings_hash"), "aggregated_listings", ["hash"], unique=False)
    op.create_index("ix_listings_agency", "aggregated_listings", ["agency_id", "is_active"], unique=False)
    op.create_index(
        "ix_listings_city", "aggregated_listings", ["transaction", "city_key", "price", "id"], unique=False
    )
    op.create_index("ix_listings_duplicate_of", "aggregated_listings", ["duplicate_of"], unique=False)
    op.create_index(
        "ix_listings_insee",
        "aggregated_listings",
        ["transaction", "insee_code", "property_type", "price"],
        unique=False,
    )
    op.create_index(
        "ix_listings_nearby",
        "aggregated_listings",
        [sa.literal_column("point(longitude, latitude)")],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index(
        "ix_listings_newest",
        "aggregated_listings",
        ["first_seen", "id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(
        "ix_listings_place_price",
        "aggregated_listings",
        ["transaction", "postal_code", "price", "id"],
        unique=False,
    )
    op.create_index(
        "ix_listings_price",
        "aggregated_listings",
        ["price", "id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(
        "ix_listings_price_per_sqm",
        "aggregated_listings",
        ["price_per_sqm", "id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_index("ix_listings_property", "aggregated_listings", ["property_id"], unique=False)
    op.create_index("ix_listings_reference", "aggregated_listings", ["agency_id", "reference"], unique=False)
    op.create_index(
        "ix_listings_surface",
        "aggregated_listings",
        ["surface", "id"],
        unique=False,
        postgresql_where=sa.text("is_active"),
    )
    op.create_table(
        "favorites",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["aggregated_listings.id"],
            name=op.f("fk_favorites_listing_id_aggregated_listings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_favorites_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favorites")),
        sa.UniqueConstraint("user_id", "listing_id", name=op.f("uq_favorites_user_id_listing_id")),
    )
    op.create_index("ix_favorites_listing", "favorites", ["listing_id"], unique=False)
    op.create_table(
        "listing_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("property_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "created",
                "price",
                "surface",
                "photos",
                "text",
                "changed",
                "withdrawn",
                "republished",
                "merged",
                "split",
                name="event_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("old_value", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("new_value", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scraping_log_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["aggregated_listings.id"],
            name=op.f("fk_listing_history_listing_id_aggregated_listings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scraping_log_id"],
            ["scraping_logs.id"],
            name=op.f("fk_listing_history_scraping_log_id_scraping_logs"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_history")),
    )
    op.create_index("ix_listing_history_kind", "listing_history", ["kind", "id"], unique=False)
    op.create_index("ix_listing_history_listing", "listing_history", ["listing_id", "id"], unique=False)
    op.create_table(
        "property_links",
        sa.Column("listing_a", sa.BigInteger(), nullable=False),
        sa.Column("listing_b", sa.BigInteger(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_a"],
            ["aggregated_listings.id"],
            name=op.f("fk_property_links_listing_a_aggregated_listings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["listing_b"],
            ["aggregated_listings.id"],
            name=op.f("fk_property_links_listing_b_aggregated_listings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("listing_a", "listing_b", name=op.f("pk_property_links")),
    )
    op.create_index(op.f("ix_property_links_listing_b"), "property_links", ["listing_b"], unique=False)
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.execute("drop trigger listing_history_append_only on listing_history")
    op.execute("drop function refuse_rewriting_history")
    op.drop_index(op.f("ix_property_links_listing_b"), table_name="property_links")
    op.drop_table("property_links")
    op.drop_index("ix_listing_history_listing", table_name="listing_history")
    op.drop_index("ix_listing_history_kind", table_name="listing_history")
    op.drop_table("listing_history")
    op.drop_index("ix_favorites_listing", table_name="favorites")
    op.drop_table("favorites")
    op.drop_index(
        "ix_listings_surface", table_name="aggregated_listings", postgresql_where=sa.text("is_active")
    )
    op.drop_index("ix_listings_reference", table_name="aggregated_listings")
    op.drop_index("ix_listings_property", table_name="aggregated_listings")
    op.drop_index(
        "ix_listings_price_per_sqm", table_name="aggregated_listings", postgresql_where=sa.text("is_active")
    )
    op.drop_index(
        "ix_listings_price", table_name="aggregated_listings", postgresql_where=sa.text("is_active")
    )
    op.drop_index("ix_listings_place_price", table_name="aggregated_listings")
    op.drop_index(
        "ix_listings_newest", table_name="aggregated_listings", postgresql_where=sa.text("is_active")
    )
    op.drop_index("ix_listings_nearby", table_name="aggregated_listings", postgresql_using="gist")
    op.drop_index("ix_listings_insee", table_name="aggregated_listings")
    op.drop_index("ix_listings_duplicate_of", table_name="aggregated_listings")
    op.drop_index("ix_listings_city", table_name="aggregated_listings")
    op.drop_index("ix_listings_agency", table_name="aggregated_listings")
    op.drop_index(op.f("ix_aggregated_listings_hash"), table_name="aggregated_listings")
    op.drop_table("aggregated_listings")
    op.drop_table("properties")
