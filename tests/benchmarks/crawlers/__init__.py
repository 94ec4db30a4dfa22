"""Crawlers of a fleet, each in a process of its own: ours, and peers that read no listings either."""
