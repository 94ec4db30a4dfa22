"""From an agency to its stored listings: discovery, politeness, frontier, fetch, ingest. No Ray."""
