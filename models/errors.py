"""The one error tree. A person sees `str(error)`: one line that says what to do.

    PignonError
     ├── SettingsError      a setting is missing or out of bounds
     ├── DatabaseError      the database cannot be reached, started or upgraded
     ├── InputError         what the caller gave cannot be used (URL, file, place)
     ├── ServiceError       a part that should run does not (port taken, Ray gone)
     └── CrawlError         a crawl could not do its job at all

Expected outcomes (disallowed, gone, challenged, nothing here) are values, never errors.
"""


class PignonError(Exception):
    """Base of every error a person may see; its text is one clear line."""

    exit_code = 1


class SettingsError(PignonError):
    """A setting is missing or out of bounds; the text names the variable."""

    exit_code = 2


class DatabaseError(PignonError):
    """The database cannot be reached, started or upgraded."""


class InputError(PignonError):
    """What the caller gave cannot be used; the text says what would be."""

    exit_code = 2


class ServiceError(PignonError):
    """A part that should be running is not, or its port is taken."""


class CrawlError(PignonError):
    """A crawl could not do its job at all; single pages' outcomes are values."""
