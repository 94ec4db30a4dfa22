"""The tables. `Base.metadata` is the whole schema; migrations under `models/migrations` build it."""

from models.tables.account import ApiKey, MailedLink, OutboxMessage, UserSession
from models.tables.agency import Agency, ScrapingStatus
from models.tables.alert import Channel, Frequency, SearchAlert
from models.tables.base import Base, utc_now
from models.tables.budget import Budget
from models.tables.consent import Consent
from models.tables.event import EventKind, ListingHistory
from models.tables.favorite import CalendarFeed, Favorite, FavoriteStatus
from models.tables.likeness import (
    AgencyBoilerplate,
    ListingKey,
    ListingSignature,
    PropertyDecision,
    UnsignedListing,
)
from models.tables.listing import AggregatedListing
from models.tables.live import LiveListing, LiveWords
from models.tables.log import ScrapingLog
from models.tables.market import (
    AdvertState,
    DwellingState,
    MarketStatistics,
    StatisticsCursor,
    StatisticsDue,
)
from models.tables.optout import OptOut
from models.tables.order import CrawlOrder
from models.tables.page import Page
from models.tables.photo import PhotoHash
from models.tables.property import Property, PropertyLink
from models.tables.search_index import SearchIndex
from models.tables.user import User
from models.tables.wrapper import SiteWrapper

__all__ = [
    "AdvertState",
    "Agency",
    "AgencyBoilerplate",
    "AggregatedListing",
    "ApiKey",
    "Base",
    "Budget",
    "CalendarFeed",
    "Channel",
    "Consent",
    "CrawlOrder",
    "DwellingState",
    "EventKind",
    "Favorite",
    "FavoriteStatus",
    "Frequency",
    "ListingHistory",
    "ListingKey",
    "ListingSignature",
    "LiveListing",
    "LiveWords",
    "MailedLink",
    "MarketStatistics",
    "OptOut",
    "OutboxMessage",
    "Page",
    "PhotoHash",
    "Property",
    "PropertyDecision",
    "PropertyLink",
    "ScrapingLog",
    "ScrapingStatus",
    "SearchAlert",
    "SearchIndex",
    "SiteWrapper",
    "StatisticsCursor",
    "StatisticsDue",
    "UnsignedListing",
    "User",
    "UserSession",
    "utc_now",
]
