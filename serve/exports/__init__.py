"""Exports: a search, or the whole market, as a file that other programs open."""
