"""Every setting of Pignon, with its default, its bounds and a line of help.

    >>> settings = load_settings()          # the environment, then `.env`
    >>> settings.min_delay_between_requests
    2.0

Read once at the top of a command and handed down; nothing else reads the environment.
"""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import SettingsError
from models.proxies import Proxy, parse_proxies
from models.quiet import QuietHours

#: Who we are in a robots.txt and in X-Robots-Tag (RFC 9309, 2.2.1).
PRODUCT_TOKEN: Final = "PignonBot"  # noqa: S105 - a name, no secret


Network = IPv4Network | IPv6Network


def parse_networks(told: str) -> tuple[Network, ...]:
    """Networks, comma separated; a lone address is one. ValueError names the first that is none."""
    return tuple(ip_network(part.strip(), strict=False) for part in told.split(",") if part.strip())


class Settings(BaseSettings):
    """One field per variable of the same name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    pignon_home: Path = Field(
        default=Path("~/.local/share/pignon"),
        description="Where the embedded database and the postal directory live.",
    )
    pignon_env: Literal["development", "production"] = Field(
        default="development",
        description="In production a strong SECRET_KEY is required.",
    )
    pignon_town: bool = Field(
        default=False,
        description="Lets the crawler visit the fictitious town on loopback; never on a real crawl.",
    )
    crawler_contact: str = Field(
        default="https://github.com/pignon-immo/pignon",
        min_length=3,
        max_length=200,
        description="Address or page that the crawler's User-Agent names, for owners of sites.",
    )

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL to use; embedded in PIGNON_HOME when unset."
    )
    redis_url: SecretStr | None = Field(
        default=None, description="Shared cache and rate limits; in-process when unset."
    )
    elasticsearch_url: SecretStr | None = Field(
        default=None, description="Search engine to use; PostgreSQL when unset."
    )

    google_maps_api_key: SecretStr | None = Field(
        default=None, description="Optional source for discovering agencies."
    )
    serpapi_api_key: SecretStr | None = Field(
        default=None, description="Optional source for discovering agencies."
    )

    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        max_length=200,
        description="Where people reach this Pignon: what the links in mails begin with.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        max_length=2_000,
        description="Addresses and networks whose X-Forwarded-For is believed, comma separated.",
    )
    rate_limit: int = Field(
        default=300,
        ge=0,
        le=1_000_000,
        description="Requests a minute from one address, twice as many of an account; 0 is no limit.",
    )

    api_replicas: int = Field(
        default=2, ge=1, le=64, description="Processes that answer; with two, one may die unnoticed."
    )
    api_max_replicas: int | None = Field(
        default=None, ge=1, le=64, description="Up to so many under load; as many as API_REPLICAS when unset."
    )
    api_max_requests: int = Field(
        default=100, ge=1, le=10_000, description="Requests that one process answers at once; 503 beyond."
    )
    api_timeout: float = Field(
        default=10.0, gt=0, le=300, description="Seconds until a request is given up and its query cancelled."
    )
    api_proxy: Literal["auto", "haproxy", "python"] = Field(
        default="auto", description="What carries requests to the processes: HAProxy where it runs."
    )
    api_metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Loopback port of the API's Prometheus metrics."
    )
    slow_query_seconds: float = Field(
        default=1.0, gt=0, le=300, description="A query that takes longer is logged by its shape and counted."
    )
    cors_origins: str = Field(
        default="",
        max_length=2_000,
        description="Origins whose pages may ask the API, comma separated; none by default.",
    )

    smtp_server: str | None = Field(default=None, description="Server that sends e-mail.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_user: str | None = Field(default=None, description="Its account.")
    smtp_password: SecretStr | None = Field(default=None, description="Its password.")
    mail_from: str | None = Field(
        default=None, max_length=200, description="Address that mails come from; SMTP_USER when unset."
    )
    twilio_account_sid: str | None = Field(default=None, description="Account that sends SMS.")
    twilio_auth_token: SecretStr | None = Field(default=None, description="Its token.")
    twilio_phone_number: str | None = Field(default=None, description="Number that SMS come from.")

    secret_key: SecretStr | None = Field(
        default=None, description="Signs tokens; 32 characters or more, required in production."
    )
    algorithm: Literal["HS256", "HS384", "HS512"] = Field(
        default="HS256", description="How tokens are signed."
    )
    access_token_expire_minutes: int = Field(
        default=30, ge=1, le=1440, description="How long an access token lives, minutes."
    )

    proxies: SecretStr | None = Field(
        default=None, max_length=100_000, description="Proxy addresses, comma separated; direct when empty."
    )
    proxy_rotation: Literal["host", "request"] = Field(
        default="host", description="Whether a host keeps its proxy or every request takes the next one."
    )
    min_delay_between_requests: float = Field(
        default=2.0, ge=0, le=3600, description="Seconds between two requests to one host."
    )
    min_global_delay: float = Field(
        default=0.5, ge=0, le=60, description="Seconds between two requests from one egress address."
    )
    min_delay_per_address: float = Field(
        default=0.25, ge=0, le=60, description="Seconds between two requests to one IP address."
    )
    quiet_hours: str = Field(
        default="",
        max_length=200,
        description="Hours of France's day in which no request leaves, such as 12:00-14:00,22:00-06:00.",
    )
    revisit_hours: float = Field(
        default=48.0,
        ge=0,
        le=720,
        description="Hours until a listing of which its site's lists say the same is looked at again.",
    )
    max_concurrent_requests: int = Field(
        default=10, ge=1, le=1000, description="Sites at work at once per shard: fetched, read or stored."
    )
    max_open_sites: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="Sites that a shard crawls at once; a new one is opened when all wait for their turn.",
    )
    scraping_timeout: float = Field(
        default=30.0, gt=0, le=300, description="Seconds one request may take in all."
    )
    max_pages_per_site: int = Field(
        default=5_000, ge=1, le=1_000_000, description="Pages fetched from one site in one crawl."
    )
    photo_hashes: int = Field(
        default=0,
        ge=0,
        le=6,
        description="Photos of each new listing that are fetched, to recognise it at other agencies.",
    )
    render: bool = Field(
        default=False, description="Render sites whose HTML is an empty shell; needs pignon[render]."
    )
    render_contexts: int = Field(default=2, ge=1, le=16, description="Pages rendered at once per shard.")
    pignon_chromium: Path | None = Field(
        default=None, description="The Chromium that renders; the one on PATH when unset."
    )

    export_rows: int = Field(
        default=10_000,
        ge=1,
        le=100_000,
        description="Rows of an export that names no limit; a search that holds more is refused.",
    )

    dump_folder: Path | None = Field(
        default=None, description="Where dumps of the market are written; PIGNON_HOME/dumps when unset."
    )
    dumps_kept: int = Field(
        default=7, ge=0, le=3650, description="Days of which the newest dump is kept; 0 for no nightly dump."
    )

    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Loopback port of a crawl's Prometheus metrics.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How commands and shards log: for people, or a JSON object per line."
    )
    log_level: Literal["debug", "info", "warning", "error"] | None = Field(
        default=None, description="What is logged; info as JSON and warning as text when unset."
    )

    log_retention_days: int = Field(
        default=365, ge=1, le=3650, description="Days that the log of a site's visit is kept."
    )
    message_retention_days: int = Field(
        default=30, ge=1, le=365, description="Days that a message is kept, without its text, once sent."
    )
    login_retention_days: int = Field(
        default=7, ge=0, le=365, description="Days that a login or key is kept once it is over."
    )
    dormant_after_months: int = Field(
        default=24,
        ge=0,
        le=120,
        description="Months without a use after which an account is told, a month later erased; 0 for never.",
    )

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, told: str) -> str:
        for origin in _comma_separated(told):
            if not re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?", origin):
                raise ValueError("must be origins such as https://maison.example, never *")
        return told

    @field_validator("quiet_hours")
    @classmethod
    def _are_hours(cls, told: str) -> str:
        QuietHours.parse(told)
        return told

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, told: str) -> str:
        parse_networks(told)
        return told

    @field_validator("proxies")
    @classmethod
    def _are_proxies(cls, told: SecretStr | None) -> SecretStr | None:
        parse_proxies(told.get_secret_value() if told else "")
        return told

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """The networks of TRUSTED_PROXIES."""
        return parse_networks(self.trusted_proxies)

    @property
    def link_base(self) -> str:
        """What a link in a mail begins with, without a slash at its end."""
        return (self.public_url or "http://127.0.0.1:8000").rstrip("/")

    @property
    def proxy_list(self) -> tuple[Proxy, ...]:
        """The proxies of PROXIES; none means direct."""
        return parse_proxies(self.proxies.get_secret_value() if self.proxies else "")

    @property
    def origins(self) -> list[str]:
        """The origins of CORS_ORIGINS."""
        return _comma_separated(self.cors_origins)

    @property
    def home(self) -> Path:
        """PIGNON_HOME with `~` expanded; the folder may not exist yet."""
        return self.pignon_home.expanduser()

    @property
    def dumps(self) -> Path:
        """DUMP_FOLDER with `~` expanded, else `dumps` in PIGNON_HOME; it may not exist yet."""
        return self.dump_folder.expanduser() if self.dump_folder else self.home / "dumps"

    @property
    def user_agent(self) -> str:
        """Who we are, on every request: product token, version, contact."""
        return f"{PRODUCT_TOKEN}/0.1 (+{self.crawler_contact})"


def _comma_separated(told: str) -> list[str]:
    return [part.strip() for part in told.split(",") if part.strip()]


def load_settings(**overrides: object) -> Settings:
    """Settings from `overrides`, the environment and `.env`, in that order.

    Raises SettingsError naming each variable whose value cannot be used.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(f"{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"Cannot start, a setting is wrong. {problems}") from None
    check_secret(settings)
    return settings


def check_secret(settings: Settings) -> None:
    """Refuse to run in production on a weak or missing SECRET_KEY."""
    if settings.pignon_env != "production":
        return
    secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
    if len(secret) < 32 or len(set(secret)) < 10:
        raise SettingsError(
            "Cannot start in production: SECRET_KEY must be 32 random characters or more "
            "(python -c 'import secrets; print(secrets.token_urlsafe(48))')."
        )
