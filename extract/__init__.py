"""From HTML to a Listing: no network, no database, no clock."""
