"""The distance of two places, in one place for every statement."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    # The haversine on the mean radius of the Earth, metres; least() as rounding may pass 1 at the antipodes.
    # It passes over null, so unknown places are asked for first.
    op.execute(
        """
        create function metres_between(lat float8, lng float8, other_lat float8, other_lng float8)
            returns float8 language sql immutable parallel safe
            return case when lat is null or other_lat is null then null else
                2 * 6371000 * asin(sqrt(least(1.0, power(sin(radians(lat - other_lat) / 2), 2)
                + cos(radians(other_lat)) * cos(radians(lat)) * power(sin(radians(lng - other_lng) / 2), 2))))
            end
        """
    )


def downgrade() -> None:
    op.execute("drop function metres_between(float8, float8, float8, float8)")
