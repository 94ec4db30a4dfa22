"""Settings for loopback."""

from typing import Any

from models.settings import Settings


def quick_settings(**values: Any) -> Settings:
    """The town is on, nobody waits and every listing is looked at again, unless `values` say so."""
    quick = {"pignon_town": True, "min_delay_between_requests": 0, "min_global_delay": 0, "revisit_hours": 0}
    return Settings(_env_file=None, **(quick | {"scraping_timeout": 2.0} | values))
