"""The market over HTTP: search, listings, agencies and the pages people read. Writes no listing."""
