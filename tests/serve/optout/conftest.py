"""The world of accounts, whose mails agencies get too."""

from tests.serve.accounts.conftest import world

__all__ = ["world"]
